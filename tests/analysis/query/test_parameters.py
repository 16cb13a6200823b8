"""pipeline.analysis.query.parameters: what is a parameter, what is none, and that none is pasted."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.query.parameters import bound, names
from pipeline.errors import DataInvalid


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select {{from}}", ("from",)),
        ("select {{ from }}, {{to}}, {{from}}", ("from", "to")),
        ("select 1 -- {{from}}\n, {{to}}", ("to",)),
        ("select 1 /* {{from}}\n */ + {{to}}", ("to",)),
        ("select 'it''s', {{to}}", ("to",)),
        ("select E'\\'', {{to}}", ("to",)),
        ("select $tag$ ' $tag$, {{to}}", ("to",)),
        ("select 'a' like 'b' escape'\\', {{to}}, ''", ("to",)),
        ("select a$b$, {{to}}", ("to",)),
        ("select {{1st}}, {from}, {{a-b}}", ()),
        ("", ()),
    ],
)
def test_parameters_are_found_where_sql_stands(sql: str, found: tuple[str, ...]) -> None:
    assert names(sql) == found


@pytest.mark.parametrize(
    "sql", ["select '{{from}}'", 'select "{{from}}"', "select $$ {{from}} $$", "select 'a {{ b }}'"]
)
def test_within_quotes_a_parameter_is_told(sql: str) -> None:
    with pytest.raises(DataInvalid) as raised:
        names(sql)
    assert raised.value.state == "sql_parameter_quoted"


@given(st.text())
def test_no_value_is_ever_part_of_the_sql(value: str) -> None:
    prepared, values = bound("select {{x}} -- {{x}}", {"x": value})
    assert prepared == "select $x -- {{x}}" and values == {"x": value}


@given(st.text(alphabet="ab'\"{}$-/*\n ex", max_size=40))
def test_any_text_is_read_in_one_way_or_told(sql: str) -> None:
    try:
        asked = names(sql)
    except DataInvalid:
        return
    prepared, values = bound(sql, dict.fromkeys(asked, "v"))
    assert set(values) == set(asked) and (asked or prepared == sql)


@pytest.mark.parametrize("part", ["/*", "$a$$b$", "e'\\\\", "'\"", "{{", "{{ a ", "$x", '"', "--", "{{a}}"])
def test_a_million_letters_are_read_in_linear_time(part: str) -> None:
    for sql in (part * (1_000_000 // len(part)), part + " " * 1_000_000):
        begun = time.process_time()
        with suppress(DataInvalid):
            names(sql)
        assert time.process_time() - begun < 10


def test_what_is_missing_and_what_is_too_much_is_named() -> None:
    for given_values, state in (({}, "sql_parameter_missing"), ({"a": "1", "b": "2"}, "sql_parameter_unknown")):
        with pytest.raises(DataInvalid) as raised:
            bound("select {{a}}", given_values)
        assert (raised.value.state, raised.value.facts["parameter"]) == (state, "b" if given_values else "a")

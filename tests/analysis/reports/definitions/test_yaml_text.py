"""pipeline.analysis.reports.definitions.yaml_text: the core of YAML 1.2, within bounds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.reports.definitions import yaml_text
from pipeline.errors import DataInvalid

PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**17), 10**17), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=8,
)


@given(
    st.one_of(PLAIN, st.sampled_from(["no", "on", "14:30", "0x1", "1_0", "010", "~", "<<", "=", "2026-11-30", "1e5"]))
)
def test_plain_values_come_back(plain: Any) -> None:
    assert yaml_text.read(yaml_text.write(plain)) == plain


@pytest.mark.parametrize(
    ("text", "read"),
    [("no", "no"), ("14:30", "14:30"), ("010", "010"), ("2026-11-30", "2026-11-30"), ("1.5", 1.5), ("true", True)],
)
def test_scalars_are_those_of_the_core(text: str, read: Any) -> None:
    assert yaml_text.read(text) == read


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x [1]\nb: *x", "1"),
        ("a: 1\nb: {c: 1, c: 2}", "2"),
        ("a: [1", "1"),
        ("a: !!python/object/apply:os.system [ls]", "1"),
        ("a: !!binary x", "1"),
        ("a: !!bool maybe", "1"),
        ("a: 1\nb: {!!merge x: {c: 1}}", "2"),
        ("a: !!str 1", "1"),
        ("{[1]: 2}", "1"),
        ("a: 1\n---\nb: 2", "2"),
    ],
)
def test_what_is_more_than_plain_is_refused_with_its_line(text: str, line: str) -> None:
    with pytest.raises(DataInvalid) as caught:
        yaml_text.read(text)
    assert caught.value.facts["line"] == line


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", '"\\ud800"', '"a\\uDFFFb"', "[" * 50_000, "[" * 13 + "]" * 13, " " * 600_000]
)
def test_what_is_beyond_the_bounds_is_refused(text: str) -> None:
    with pytest.raises(DataInvalid):
        yaml_text.read(text)


@pytest.mark.parametrize("text", [r"'\ud800'", r'"\\ud800"'])
def test_what_only_looks_like_half_a_character_is_read(text: str) -> None:
    assert yaml_text.read(text).encode()


def test_a_text_of_several_lines_is_written_as_a_block() -> None:
    assert yaml_text.write({"sql": "SELECT 1\nFROM t"}) == "sql: |-\n  SELECT 1\n  FROM t\n"

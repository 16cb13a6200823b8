"""pipeline.tables.function.events: what the tables' function is asked for, and what it answers."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DataInvalid, NotFound
from pipeline.tables.function import events
from pipeline.tables.function.events import Made, Wanted

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("event", [{}, {"tables": "missing"}, {"tables": "missing", "trigger": "schedule"}])
def test_without_a_name_everybody_s_missing_tables_are_meant(event: dict[str, Any]) -> None:
    assert events.parse(event) == Wanted(None)


def test_the_days_of_one_name_go_on_in_another_invocation_under_the_same_run() -> None:
    event = {"tables": "things", "from": "2024-02-01", "to": "2024-02-03", "rebuild": True, "runId": "r1", "hop": 2}
    wanted = events.parse(event)
    assert wanted == Wanted("things", date(2024, 2, 1), date(2024, 2, 3), True, "r1", 2)


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ([], "event"),
        ({"tables": "../x"}, "tableName"),
        ({"tables": 7}, "tableName"),
        ({"from": "yesterday"}, "from"),
        ({"to": 20240201}, "to"),
        ({"rebuild": "yes"}, "rebuild"),
        ({"hop": -1}, "hop"),
        ({"hop": True}, "hop"),
        ({"runId": "a/b"}, "runId"),
    ],
)
def test_a_malformed_event_names_its_field(event: Any, field: str) -> None:
    with pytest.raises(DataInvalid) as caught:
        events.parse(event)
    assert caught.value.facts["field"] == field


@given(ANYTHING, st.sampled_from(["tables", "from", "to", "rebuild", "runId", "hop"]))
def test_any_event_is_read_or_refused_by_name(value: Any, field: str) -> None:
    for event in (value, {field: value}):
        try:
            events.parse(event)
        except DataInvalid as error:
            assert error.facts["field"]


def test_one_that_failed_makes_it_a_500_that_tells_of_the_others() -> None:
    answer = events.answer([Made("things"), Made("others", error=NotFound("there is none", resource="others"))])
    good, bad = json.loads(answer["body"])["tables"]
    assert (answer["statusCode"], good["tableName"], bad["code"]) == (500, "things", "E014")

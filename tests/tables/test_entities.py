"""pipeline.tables.entities: what a record is one of, and a name of ours for it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lake import keys
from pipeline.tables.entities import OTHERS, UNNAMED, entity_of, made_name
from pipeline.tables.manifest import ALL_RECORDS
from tests.support.forms.records import TEXTS, VALUES


@pytest.mark.parametrize(
    ("record", "entity"),
    [
        ({"entity_type": "user", "SK": "TASK#1"}, "user"),
        ({"entity_type": "", "SK": "TASK#1"}, "TASK"),
        ({"entity_type": 5, "SK": "TASK#1"}, "TASK"),
        ({"entity_type": "x" * 201, "SK": "TASK#1"}, "TASK"),
        ({"SK": "Task-2.b#1#2"}, "Task-2.b"),
        ({"SK": "PROFILE"}, ""),
        ({"SK": "#1"}, ""),
        ({"SK": "2024-02-01#1"}, ""),
        ({"SK": "Rush #2"}, ""),
        ({"SK": 5}, ""),
        ({}, ""),
        ({"entity_type": "a\ud800"}, "a\ufffd"),
    ],
)
def test_a_record_is_what_it_says_else_what_its_sort_key_says(record: dict[str, Any], entity: str) -> None:
    assert entity_of(record, "SK") == entity


def test_without_a_sort_key_only_the_type_tells() -> None:
    assert entity_of({"": "TASK#1", "SK": "TASK#1"}, "title") == ""


@given(st.lists(TEXTS, unique=True, max_size=8))
def test_names_are_ours_and_no_two_kinds_share_one(entities: list[str]) -> None:
    taken: list[str] = []
    for entity in {entity_of({"entity_type": each}, "SK") for each in entities} - {""}:
        name = made_name(entity, taken)
        assert keys.is_table_name(name) and name not in {*taken, ALL_RECORDS, UNNAMED, OTHERS}
        taken.append(name)


@given(VALUES)
def test_anything_may_stand_where_the_kind_is_told(value: Any) -> None:
    assert isinstance(entity_of({"entity_type": value, "SK": value}, "SK"), str)

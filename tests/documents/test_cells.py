"""pipeline.documents.cells: what a preview shows is short, and the whole value is there when asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipeline.documents import cells
from pipeline.documents.cells import CUT, CUT_AT, TABLE_CHARACTERS, Long, shown, whole


def sent(made: cells.Shown) -> int:
    return sum(len(cell or "") for row in made.rows for cell in row.values())


def test_short_values_are_shown_whole() -> None:
    (row,) = shown([{"a": "x", "n": Decimal("1.50"), "o": {"b": [True, None]}, "gone": None, "f": False}]).rows
    assert row == {"a": "x", "n": "1.50", "o": '{"b":[true,null]}', "gone": None, "f": "false"}


@pytest.mark.parametrize("long", ["x" * 5_000, {"deep": ["x" * 5_000]}, 10**2_500, "あ" * 2_001])
def test_a_long_value_is_cut_and_told_of_and_can_be_had_whole(long: Any) -> None:
    records = [{"a": 1}, {"a": 1, "v": long}]
    made = shown(records)
    cut = made.rows[1]["v"]
    assert cut is not None and len(cut) == CUT_AT + len(CUT) and cut.endswith(CUT)
    assert made.cut == (Long(1, "v", len(cells.cell(long) or "")),)
    assert whole(records, made.cut[0]) == cells.cell(long)


def test_a_value_of_two_thousand_characters_is_whole() -> None:
    assert shown([{"v": "x" * CUT_AT}]).cut == ()


def test_what_is_shown_whole_has_a_bound() -> None:
    records = [{"v": "x" * (cells.WHOLE_AT + 1)}]
    assert len(whole(records, shown(records).cut[0])) == cells.WHOLE_AT


@pytest.mark.parametrize(
    "records",
    [
        [{"v": "x" * 380_000}] * 60,
        # As much in values none of which is long by itself.
        [{f"c{number}": "x" * 2_000 for number in range(190)}] * 60,
        [{f"c{number}": "x" * 100 for number in range(3_800)}] * 60,
    ],
)
def test_a_table_sends_little_however_its_characters_are_spread(records: list[dict[str, Any]]) -> None:
    made = shown(records)
    many = sum(map(len, records)) * (cells.SHORTEST_CUT + len(CUT))
    assert sent(made) <= max(TABLE_CHARACTERS * 1.1, many)
    assert made.cut and made.cut_at <= CUT_AT


def test_no_records_are_a_table_without_rows() -> None:
    assert shown([]) == cells.Shown((), (), CUT_AT)

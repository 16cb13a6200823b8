"""pipeline.lake.history_keys: a day's and a month's index, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.lake.history_keys import day_index_key, is_history_key, month_index_key

DAY = date(2026, 2, 3)


def test_a_day_and_its_month_have_an_index_each() -> None:
    assert day_index_key(DAY) == "metadata/history/days/2026-02-03.json.gz"
    assert month_index_key(DAY) == "metadata/history/months/2026-02.json.gz"
    assert is_history_key(day_index_key(DAY)) and is_history_key(month_index_key(DAY))


@pytest.mark.parametrize(
    "key",
    [
        "metadata/history/days/2026-02-30.json.gz",
        "metadata/history/months/2026-13.json.gz",
        "metadata/history/months/2026-02.json",
        "metadata/history/days/2026-02.json.gz",
        "metadata/runs/dt=2026-02-03/r.json",
    ],
)
def test_nothing_else_is_one(key: str) -> None:
    assert not is_history_key(key)

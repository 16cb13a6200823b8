"""The pointer to the marts: it moves forward only, by compare-and-set, and names what lies under marts alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline.analysis.builds.marts import CurrentMarts, current_marts, publish
from pipeline.analysis.models.builds import MartFile
from pipeline.errors import SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.lake.model_keys import CURRENT_MARTS, mart_key

DAY = date(2026, 11, 30)
AT = datetime(2026, 11, 30, 6, tzinfo=UTC)


def marts(run_id: str, day: date = DAY) -> CurrentMarts:
    file = MartFile("mart_minutes", mart_key("mart_minutes", DAY, run_id), "v", "c", 10, 2)
    return CurrentMarts(1, run_id, DAY, day, AT, (file,))


def test_nothing_is_published_at_first(lake: Lake) -> None:
    assert current_marts(lake) is None


def test_what_was_published_comes_back(lake: Lake) -> None:
    assert publish(lake, marts("b"))
    found = current_marts(lake)
    assert found == marts("b") and found and found.mart("mart_minutes") and found.mart("other") is None


def test_an_older_build_never_moves_it_back(lake: Lake) -> None:
    publish(lake, marts("b"))
    assert not publish(lake, marts("a")) and not publish(lake, marts("c", DAY - timedelta(days=1)))
    assert current_marts(lake) == marts("b")
    assert publish(lake, marts("b")) and publish(lake, marts("a", DAY + timedelta(days=1)))


def test_a_pointer_to_days_that_have_not_come_holds_no_build_back(lake: Lake) -> None:
    publish(lake, marts("z", DAY + timedelta(days=2)))
    assert publish(lake, marts("a")) and current_marts(lake) == marts("a")


def test_of_many_at_once_the_newest_stands(lake: Lake) -> None:
    names = [f"run-{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert any(pool.map(lambda name: publish(lake, marts(name)), names))
    assert current_marts(lake) == marts("run-7")


def spoiled(**parts: Any) -> dict[str, Any]:
    file = {"name": "m", "key": "marts/m/dt=2026-11-30/r.parquet", "version_id": None, "checksum": "c"}
    whole = {"version": 1, "run_id": "r", "day": "2026-11-30", "tables_day": "2026-11-30"}
    whole |= {"published_at": "2026-11-30T06:00:00Z", "marts": [file | {"size": 1, "records": 1}]}
    return whole | parts


SPOILED = [
    [],
    {},
    spoiled(version=2),
    spoiled(marts=[spoiled()["marts"][0] | {"key": "metadata/sources.json"}]),
    spoiled(marts=[spoiled()["marts"][0] | {"key": "marts/../metadata/x.parquet"}]),
    # Files of this machine are called by it.
    spoiled(marts=[spoiled()["marts"][0] | {"name": "../../../tmp/x"}]),
    spoiled(marts=[spoiled()["marts"][0] | {"name": "session"}]),
    spoiled(marts=spoiled()["marts"] * 2),
    spoiled(published_at="2026-11-30T06:00:00"),
    spoiled(published_at="9999-12-31T23:59:59Z"),
]


@pytest.mark.parametrize("raw", SPOILED)
def test_what_is_no_pointer_is_told_and_replaced_by_the_next_build(lake: Lake, raw: Any) -> None:
    lake.write_json(CURRENT_MARTS, raw, None)
    with pytest.raises(SchemaMismatch) as raised:
        current_marts(lake)
    assert raised.value.facts["key"] == CURRENT_MARTS
    assert publish(lake, marts("a")) and current_marts(lake) == replace(marts("a"))


def test_the_form_that_is_spoiled_here_is_else_a_pointer(lake: Lake) -> None:
    lake.write_json(CURRENT_MARTS, spoiled(), None)
    assert current_marts(lake) is not None

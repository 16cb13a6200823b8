"""pipeline.documents.kept_types: facts of a table's kept days, each version read once, as far as the work goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pipeline.documents.kept_types import READ_BYTES, KeptTypes
from pipeline.errors import NotFound
from pipeline.runs.run import Run
from pipeline.tables.types import observed

AT = datetime(2026, 11, 27, tzinfo=UTC)
DAYS: dict[str, list[dict[str, Any]]] = {"mon": [{"v": 1}], "tue": [{"v": "x", "w": True}], "wed": [{"u": None}]}


def run(name: str, size: int | None = 1_000) -> Run:
    return Run(name, "t", AT.date(), AT, AT, status="succeeded", key=f"{name}.json", version_id="1", bytes=size)


class Store:
    """Documents by key, and which were read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def records(self, run: Run) -> Iterator[dict[str, Any]]:
        self.read.append(run.run_id)
        if run.run_id not in DAYS:
            raise NotFound("it is gone")
        return iter(DAYS[run.run_id])


def test_the_facts_of_all_days_are_those_of_their_records_together() -> None:
    found = KeptTypes().of(map(run, DAYS), Store().records)
    assert found == observed(record for day in DAYS.values() for record in day)


def test_a_version_is_read_once_and_another_version_anew() -> None:
    types, store = KeptTypes(), Store()
    for _ in range(3):
        types.of([run("mon"), run("tue")], store.records)
    types.of([replace(run("mon"), version_id="2")], store.records)
    assert store.read == ["mon", "tue", "mon"]


def test_what_cannot_be_read_is_left_out_and_asked_for_again() -> None:
    types, store = KeptTypes(), Store()
    for _ in range(2):
        assert types.of([run("archived"), run("mon")], store.records) == observed(DAYS["mon"])
    assert store.read == ["archived", "mon", "archived"]


def test_one_file_waits_for_a_bounded_read_and_the_next_goes_on() -> None:
    types, store = KeptTypes(), Store()
    runs = [run("mon", READ_BYTES), run("tue", READ_BYTES), run("wed", READ_BYTES)]
    for day in DAYS:
        types.of(runs, store.records)
        assert store.read[-1] == day
    assert store.read == list(DAYS)


def test_a_document_of_unknown_size_is_not_read() -> None:
    store = Store()
    assert KeptTypes().of([run("mon", None)], store.records) == {} and store.read == []

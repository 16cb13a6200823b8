"""pipeline.export.parallel_scan: parallel segments give every item once, and answer throttling by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import Forbidden
from pipeline.export import scan
from pipeline.export.dynamodb_json import Item
from pipeline.export.parallel_scan import MEBIBYTE, Chunk, Pace, ParallelScan, Plan, Position, segment_count
from pipeline.export.read_rate import Gate, ReadBudget
from tests.conftest import REGION, MakeTable
from tests.faults.proxy import Fault, Proxy
from tests.support.quick import NoWait

ITEMS: list[dict[str, Any]] = [{"PK": f"u{n}", "SK": "s", "pad": "x" * 200_000} for n in range(24)]


def names(items: list[Item]) -> bytes:
    return b" ".join(str(item["PK"].S).encode() for item in items)


def fresh(url: str) -> Cloud:
    cloud = Cloud(REGION, url, Credentials("testing", "testing"))
    scan.keep_raw_bodies(cloud.dynamodb)
    return cloud


def pace(segments: int) -> Pace:
    return Pace(ReadBudget(None, lambda: 0.0), Gate(segments, lambda: 0.0), NoWait())


def read(plan: Plan, shared: Pace, convert: Callable[[Any], bytes] = names) -> list[Chunk]:
    with ParallelScan(plan, convert, shared) as chunks:
        return [chunk for chunk in chunks if chunk]


@pytest.mark.parametrize("segments", [1, 2, 5])
def test_every_item_comes_once_whatever_the_segments(emulator_url: str, make_table: MakeTable, segments: int) -> None:
    starts: tuple[Position, ...] = ("start",) * segments
    found = read(Plan(fresh(emulator_url).dynamodb, make_table(ITEMS), starts), pace(segments))
    assert sorted(line for chunk in found for line in chunk.body.split()) == sorted(names_of(ITEMS))
    assert {chunk.segment for chunk in found} == set(range(segments))


def names_of(items: list[dict[str, Any]]) -> list[bytes]:
    return [item["PK"].encode() for item in items]


def test_a_segment_goes_on_from_its_position(emulator_url: str, make_table: MakeTable) -> None:
    client = fresh(emulator_url).dynamodb
    table = make_table(ITEMS)
    first = read(Plan(client, table, ("start", "start")), pace(2))
    begun = {chunk.segment: chunk for chunk in reversed(first)}
    rest = read(Plan(client, table, (begun[0].position, begun[1].position)), pace(2))
    once = [line for chunk in [begun[0], begun[1], *rest] for line in chunk.body.split()]
    assert sorted(once) == sorted(names_of(ITEMS))


def test_a_segment_that_is_done_is_not_read_again(emulator_url: str, make_table: MakeTable) -> None:
    assert read(Plan(fresh(emulator_url).dynamodb, make_table(ITEMS), ("done",)), pace(1)) == []


def test_throttling_is_answered_with_fewer_segments_and_seen(emulator_url: str, make_table: MakeTable) -> None:
    table = make_table(ITEMS)
    shared = pace(4)
    with Proxy(emulator_url, (Fault("dynamodb.Scan", "throttle", nth=2, times=12),)) as proxy:
        found = read(Plan(fresh(proxy.url).dynamodb, table, ("start",) * 4), shared)
    assert sorted(line for chunk in found for line in chunk.body.split()) == sorted(names_of(ITEMS))
    assert shared.gate.throttles >= 1


def test_what_does_not_pass_is_raised_at_once(emulator_url: str, make_table: MakeTable) -> None:
    table = make_table(ITEMS)
    with Proxy(emulator_url, (Fault("dynamodb.Scan", "access_denied", nth=2, times=99),)) as proxy:
        with pytest.raises(Forbidden):
            read(Plan(fresh(proxy.url).dynamodb, table, ("start", "start")), pace(2))
        assert proxy.operations().count("dynamodb.Scan") <= 4


def test_an_error_of_the_converter_is_raised(emulator_url: str, make_table: MakeTable) -> None:
    def broken(items: Any) -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read(Plan(fresh(emulator_url).dynamodb, make_table(ITEMS[:2]), ("start",)), pace(1), broken)


@pytest.mark.parametrize(
    ("size", "cores", "wanted", "segments"),
    [
        (0, 2, None, 1),
        (64 * MEBIBYTE, 2, None, 1),
        (65 * MEBIBYTE, 2, None, 2),
        (10_000 * MEBIBYTE, 1, None, 2),
        (10_000 * MEBIBYTE, 64, None, 16),
        (0, 2, 7, 7),
    ],
)
def test_segments_follow_size_and_cores(size: int, cores: int, wanted: int | None, segments: int) -> None:
    assert segment_count(size, cores, wanted) == segments

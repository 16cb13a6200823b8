"""What quality costs: the profile of 250,000 mixed records, a look with 30 days behind it, and a look for what is due.

``python -m tests.benchmarks.quality [RECORDS]`` prints a table; the emulator's own work in this process is in it.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from moto.server import ThreadedMotoServer

from pipeline.analysis.quality.expectations import expectations
from pipeline.analysis.quality.profile import profiled
from pipeline.analysis.query.face import Watch
from pipeline.aws import Cloud, Credentials
from pipeline.console.analysis.duties import Duties
from pipeline.lake.bucket import Lake
from tests.analysis.quality.world import World, world
from tests.analysis.query.days import made, stored
from tests.benchmarks.tables import record
from tests.conftest import REGION, Clock
from tests.support.tables.workshop import TABLE

RECORDS, HISTORY_DAYS, SMALL = 250_000, 30, 1_000


def rows(count: int) -> list[dict[str, Any]]:
    """As ``all_records`` has them."""
    return [_row(record(number)) for number in range(count)]


def _row(one: dict[str, Any]) -> dict[str, Any]:
    text = orjson.dumps(one).decode()
    return {"pk": one["PK"], "sk": one["SK"], "entity": one["entity_type"], "record": text}


@contextmanager
def lake() -> Iterator[tuple[Cloud, Lake]]:
    """An emulator in this process."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    cloud = Cloud(REGION, f"http://{host}:{port}", Credentials("bench", "bench"))
    yield cloud, made(cloud)
    moto.stop()


def measured(name: str, work: Callable[[], object]) -> str:
    """A line: seconds by the clock, CPU seconds of this process and of the child, and the greatest child so far."""
    before, begun = _used(), time.perf_counter()
    work()
    seconds, after = time.perf_counter() - begun, _used()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return f"| {name} | {seconds:.2f} | {after[0] - before[0]:.2f} | {after[1] - before[1]:.2f} | {peak:.0f} |"


def _used() -> tuple[float, float]:
    own, child = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime, child.ru_utime + child.ru_stime


def past(here: World) -> None:
    """Days that were looked at, one after the other; then the next one comes."""
    for day in range(HISTORY_DAYS):
        stored(here.lake, {"all_records": rows(SMALL + day)}, TABLE, here.day, f"t-{day}")
        here.look()
        here.tomorrow()


def main(records: int) -> None:
    """Fill, look, print."""
    clock = Clock()
    clock.time = datetime.fromisoformat("2026-10-01T12:00:00+00:00")
    with tempfile.TemporaryDirectory() as folder, lake() as (cloud, held):
        here = world(cloud, held, clock, Path(folder))
        past(here)
        small = measured(f"a look at {SMALL:,} records, {HISTORY_DAYS} days behind it", lambda: _small(here))
        here.tomorrow()
        manifest = stored(held, {"all_records": rows(records)}, TABLE, here.day, "t-large")
        due = measured("what is due, in a lake of 31 days", lambda: Duties(held, clock()).days(TABLE))
        engine = here.inspection.engine
        profile = measured(f"the profile of {records:,}", lambda: profiled(engine, manifest, expectations(), Watch()))
        look = measured(f"a look at {records:,}, {HISTORY_DAYS} days behind it", here.look)
    print("| what | s | CPU-s | child's CPU-s | child's MB |\n|---|---|---|---|---|")
    print("\n".join((small, due, profile, look)))


def _small(here: World) -> None:
    stored(here.lake, {"all_records": rows(SMALL)}, TABLE, here.day, "t-small")
    here.look()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS)

"""What a long history costs a new process: requests, CPU seconds, seconds and memory, before and after it was folded.

``python -m tests.benchmarks.history [runs]`` prints one table. A month that goes on has an index a day, so that
its last day is the dearest; and entries that nobody has folded yet cost a request each.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from moto.server import ThreadedMotoServer

from pipeline.aws import Cloud, Credentials
from pipeline.lake.bucket import Lake
from pipeline.runs.folded.kept import WORTH_FOLDING
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.support.places import ROOT

REGION: Final = "ap-northeast-1"
RUNS, DAYS = 12_000, 90
LAST_OF_MONTH, FIRST_OF_MONTH = datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)


def lake(url: str, now: datetime) -> Lake:
    """Each day has its own, because an emulator's buckets live as long as its process."""
    return Lake(Cloud(REGION, url, Credentials("bench", "bench")).s3, f"bench-lake-{now:%m-%d}")


def entry(number: int, day: date) -> Run:
    """A success, as large as they are."""
    at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    run = Run(f"{number:032x}", "bench-table", day, at, at + timedelta(seconds=50), status="succeeded")
    return replace(run, finished_at=run.updated_at, records=number, version_id=f"{number:032x}", checksum="x" * 44)


def fill(url: str, runs: int, now: datetime, first: int = 0) -> None:
    ledger, today = Ledger(lake(url, now)), now.date()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: ledger.open(entry(one, today - timedelta(days=one % DAYS))), range(first, runs)))


def look(url: str, now: datetime) -> str:
    """One cold look, as this process sees it."""
    asked: Counter[str] = Counter()
    held = lake(url, now)
    held.s3.meta.events.register("before-call.s3", lambda model, **_: asked.update([model.name]))
    cpu, wall = time.process_time(), time.perf_counter()
    found = Ledger(held, lambda: now).history(now.date() - timedelta(days=DAYS - 1), now.date())
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    parts = ", ".join(f"{number} {name}" for name, number in sorted(asked.items()))
    return f"{len(found.runs):,} | {asked.total():,} ({parts}) | {cpu:.2f} | {wall:.2f} | {peak:.0f}"


def looks(url: str, runs: int, now: datetime) -> Iterator[tuple[str, str]]:
    """Each in its own process."""
    fill(url, runs, now)
    for name in ("unfolded", "folded", "folded"):
        yield f"{now:%m-%d}, {name}", _cold(url, now)
    fill(url, runs + WORTH_FOLDING - 1, now, runs)
    yield f"{now:%m-%d}, folded but for {WORTH_FOLDING - 1}", _cold(url, now)


def _cold(url: str, now: datetime) -> str:
    command = [sys.executable, "-m", "tests.benchmarks.history", "look", url, now.isoformat()]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["look"]:
        print(look(arguments[1], datetime.fromisoformat(arguments[2])))
        return
    runs = int(arguments[0]) if arguments else RUNS
    print("| look | runs | requests | CPU s | s | MB |\n|---|---|---|---|---|---|")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    for now in (LAST_OF_MONTH, FIRST_OF_MONTH):
        held = lake(url, now)
        held.s3.create_bucket(Bucket=held.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        for name, figures in looks(url, runs, now):
            print(f"| {name} | {figures} |", flush=True)
    server.stop()


if __name__ == "__main__":
    main(sys.argv[1:])

"""pipeline.runs.lifecycle: one life for every job; what is promised of a run holds for exports and fetches alike."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import AlreadyRunning, DataInvalid, FunctionFailed, MemoryExceeded, TimedOut
from pipeline.export.job import Exporter
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import LEASE_SECONDS, PARKED_SECONDS, Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.lifecycle import HAND_OVER_SECONDS, MOST_HOPS, WAITS_FOR_ENDED
from pipeline.runs.request import ExportRequest, ExportResult, FetchRequest
from pipeline.runs.run import Run
from pipeline.sources.fetch import Fetcher
from tests.conftest import REGION, Clock, MakeTable
from tests.faults.proxy import Proxy, Seen
from tests.support.sources.tides import FIRST, LAST, lab_of

DAY = date(2024, 2, 1)
# 300 kB each: three a page, so that there is more than one moment at which the time can be over.
ITEMS: list[dict[str, Any]] = [{"PK": f"u{n}", "SK": "s", "pad": "x" * 300_000} for n in range(8)]


def plenty() -> float:
    return 900.0


@dataclass(frozen=True)
class Job:
    """A kind of run on one lake: the word of its log lines, its subject, and what its entries call its engine."""

    word: str
    table: str
    engine: str
    runner: Exporter | Fetcher
    request: Callable[..., Any]

    def run(self, run_id: str = "r1", remaining: Callable[[], float] = plenty, **more: Any) -> ExportResult:
        return self.logged([], run_id, remaining, **more)

    def logged(
        self, lines: list[str], run_id: str = "r1", remaining: Callable[[], float] = plenty, **more: Any
    ) -> ExportResult:
        return self.runner.run(self.request(run_id, **more), JsonLog("test", None, lines.append), remaining)

    def entry(self, run_id: str = "r1") -> Run:
        kept = self.runner.ledger.find(run_id, (DAY,))
        assert kept is not None
        return kept.run

    def holder(self) -> str | None:
        lease = self.runner.leases.current(self.table)
        return lease.run_id if lease else None

    def with_(self, **parts: Any) -> Job:
        return replace(self, runner=replace(self.runner, **parts))

    def behind(self, proxy: Proxy) -> Job:
        lake = Lake(Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3, self.runner.lake.bucket)
        return self.with_(lake=lake, ledger=Ledger(lake), leases=Leases(lake, self.runner.now))


@pytest.fixture(scope="module")
def tables() -> dict[str, str]:
    return {}


@pytest.fixture(params=["export", "fetch"])
def job(
    request: pytest.FixtureRequest,
    make_function: Callable[[str], ExportFunction],
    make_table: MakeTable,
    tables: dict[str, str],
    lake: Lake,
    clock: Clock,
) -> Job:
    if request.param == "export":
        table = tables.setdefault("big", tables.get("big") or make_table(ITEMS))
        exporter = make_function(table).exporter
        return Job("export", table, "scan", exporter, lambda run_id, **more: ExportRequest(run_id, table, **more))
    lab = lab_of(lake, Ledger(lake), Leases(lake, clock), clock)
    days: dict[str, Any] = {"first": FIRST, "last": LAST}
    asks = lambda run_id, **more: FetchRequest(run_id, "tides", **days, **more)  # noqa: E731 - as the export's
    return Job("fetch", "tides", "fetch", replace(lab.fetcher, carry_on=None), asks)


def messages(lines: list[str]) -> list[str]:
    return [json.loads(line)["message"] for line in lines]


def test_a_run_that_has_succeeded_is_returned_as_it_is(job: Job) -> None:
    first = job.run()
    lines: list[str] = []
    assert job.logged(lines).run == first.run
    assert lines == []


def test_a_twin_that_ends_the_run_between_the_look_and_the_lease_gives_its_success(job: Job, emulator_url: str) -> None:
    done: list[ExportResult] = []
    with Proxy(emulator_url) as proxy:

        def twin(seen: Seen) -> None:
            # The ledger has been looked at; the lease is about to be.
            if not done and keys.lease_key(job.table) in seen.path:
                done.append(job.run())

        proxy.on_request = twin
        lines: list[str] = []
        second = job.behind(proxy).logged(lines)
    assert second.run == done[0].run
    assert lines == []
    assert job.holder() is None


def test_a_second_delivery_waits_for_the_first_and_returns_its_run(job: Job, clock: Clock) -> None:
    done: list[Run] = []

    def sleep(seconds: float) -> None:
        # While the second delivery sleeps, the first one ends.
        clock.tick(seconds)
        job.runner.leases.release(lease)
        done.append(job.run().run)

    lease = job.runner.leases.take(job.table, "r1", DAY)
    assert job.with_(sleep=sleep).run().run == done[0]
    assert len(done) == 1


def test_a_second_delivery_that_has_no_time_to_wait_says_who_is_at_work(job: Job) -> None:
    job.runner.leases.take(job.table, "r1", DAY)
    with pytest.raises(AlreadyRunning) as caught:
        job.run(remaining=lambda: HAND_OVER_SECONDS - 1)
    assert caught.value.facts["run_id"] == "r1"


def test_while_another_run_goes_on_this_one_is_refused_with_its_name(job: Job) -> None:
    job.runner.leases.take(job.table, "first", DAY)
    with pytest.raises(AlreadyRunning) as caught:
        job.run("second")
    assert caught.value.facts["run_id"] == "first"
    assert job.runner.ledger.find("second", (DAY,)) is None


@pytest.mark.parametrize("status", ["running", "succeeded"])
@pytest.mark.parametrize("foreign", ["of another table", "of another job"])
def test_the_run_id_of_a_run_of_something_else_is_refused(job: Job, clock: Clock, foreign: str, status: Any) -> None:
    table = "another-table" if foreign == "of another table" else job.table
    engine = job.engine if foreign == "of another table" else "build"
    other = Run("r1", table, DAY, clock(), clock(), status=status, engine=engine)
    job.runner.ledger.open(other)
    with pytest.raises(DataInvalid, match=rf"run r1 is one of {table} \({engine}\), no {job.word} of {job.table}"):
        job.run()
    assert job.entry() == other
    assert job.holder() is None


def dead(job: Job, clock: Clock, **fields: Any) -> Run:
    """A run whose process died: it holds the lease, which expires, and its entry says that it goes on."""
    values: dict[str, Any] = {"table": job.table, "engine": job.engine, **fields}
    run = Run(run_id="dead", day=DAY, started_at=clock(), updated_at=clock(), **values)
    job.runner.ledger.open(run)
    job.runner.leases.take(job.table, "dead", DAY)
    clock.tick(LEASE_SECONDS + 1)
    return run


def test_a_dead_run_that_cannot_be_gone_on_with_is_ended_by_the_next_one(job: Job, clock: Clock) -> None:
    dead(job, clock)
    assert job.run("next").run.run_id == "next"
    ended = job.entry("dead")
    assert ended.status == "failed" and ended.error
    assert (ended.error.code, ended.error.message) == (
        "E011",
        "run dead stopped without a word and was not gone on with",
    )


def test_a_dead_run_of_another_job_under_the_same_name_is_ended_and_never_gone_on_with(job: Job, clock: Clock) -> None:
    dead(job, clock, engine="build", first_day=FIRST, last_day=LAST)
    assert job.run("next").run.run_id == "next"
    assert job.entry("dead").status == "failed"


def test_a_lease_that_names_a_run_of_another_table_does_not_give_it_away(job: Job, clock: Clock) -> None:
    other = dead(job, clock, table="another-table", first_day=FIRST, last_day=LAST)
    assert job.run("next").run.run_id == "next"
    assert job.entry("dead") == other


def test_a_parked_lease_that_names_a_run_of_another_table_is_waited_for_in_vain_only_once(
    job: Job, clock: Clock
) -> None:
    job.runner.ledger.open(Run("stray", "another-table", DAY, clock(), clock(), engine="native", exports=("arn:x",)))
    job.runner.leases.park(job.runner.leases.take(job.table, "stray", DAY))
    with pytest.raises(AlreadyRunning) as caught:
        job.run()
    assert caught.value.facts["run_id"] == "stray"
    clock.tick(PARKED_SECONDS + 1)
    assert job.run().run.status == "succeeded"


def test_an_invocation_whose_run_was_taken_over_leaves_it_alone(job: Job, clock: Clock) -> None:
    taken: list[ExportResult] = []

    def remaining() -> float:
        if not taken:
            # Frozen for so long that another invocation took the run over and ended it.
            clock.tick(LEASE_SECONDS + 1)
            taken.append(job.run())
        clock.tick(2)
        return 900.0

    lines: list[str] = []
    with pytest.raises(AlreadyRunning):
        job.logged(lines, remaining=remaining)
    assert job.entry() == taken[0].run
    assert messages(lines)[-1] == "the run goes on elsewhere"


def test_without_memory_the_run_failed_of_that(job: Job) -> None:
    def remaining() -> float:
        raise MemoryError

    with pytest.raises(MemoryExceeded):
        job.run(remaining=remaining)
    failed = job.entry()
    assert (failed.status, failed.error and failed.error.code) == ("failed", "E009")
    assert job.holder() is None


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, ZeroDivisionError])
def test_whatever_ends_a_run_is_recorded_and_then_raised(job: Job, kind: type[BaseException]) -> None:
    def remaining() -> float:
        raise kind("token=abcdefghijklmnop123")

    lines: list[str] = []
    with pytest.raises(kind):
        job.logged(lines, remaining=remaining)
    failed = job.entry()
    assert failed.status == "failed" and failed.error
    assert failed.error.message.startswith(f"the {job.word} stopped on {kind.__name__}: ")
    assert "abcdefghijklmnop123" not in failed.error.message
    assert messages(lines) == [f"{job.word} started", f"{job.word} failed"]
    assert job.holder() is None


def test_a_failed_run_is_repeated_under_its_own_entry(job: Job) -> None:
    def remaining() -> float:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        job.run(remaining=remaining)
    assert (job.run().run.status, job.entry().status, job.entry().error) == ("succeeded", "succeeded", None)


def test_when_its_time_is_over_a_run_gives_the_lease_back_and_starts_who_goes_on(job: Job) -> None:
    handed: list[dict[str, Any]] = []
    holders: list[str | None] = []

    def carry_on(event: dict[str, Any]) -> None:
        handed.append(event)
        holders.append(job.holder())

    lines: list[str] = []
    left = iter([900.0])
    result = job.with_(carry_on=carry_on).logged(lines, remaining=lambda: next(left, 10.0), trigger="backfill", hop=2)
    assert result.continues and result.run.status == "running"
    assert [(event["runId"], event["trigger"], event["hop"]) for event in handed] == [("r1", "backfill", 3)]
    assert holders == [None]
    assert messages(lines) == [f"{job.word} started", f"{job.word} goes on in another invocation"]
    assert job.entry() == result.run
    assert job.run(hop=3).run.status == "succeeded"


def test_a_successor_that_cannot_be_started_fails_the_run(job: Job) -> None:
    def carry_on(event: dict[str, Any]) -> None:
        raise FunctionFailed("no such function")

    with pytest.raises(FunctionFailed):
        job.with_(carry_on=carry_on).run(remaining=lambda: 10.0)
    failed = job.entry()
    assert (failed.status, failed.error and failed.error.message) == ("failed", "no such function")
    assert job.holder() is None
    assert job.run().run.status == "succeeded"


@pytest.mark.parametrize("hop", [0, MOST_HOPS])
def test_a_run_that_nobody_goes_on_with_fails_when_its_time_is_over(job: Job, hop: int) -> None:
    handed: list[dict[str, Any]] = []
    carry_on = handed.append if hop else None
    with pytest.raises(TimedOut, match="when the time was over"):
        job.with_(carry_on=carry_on).run(remaining=lambda: 10.0, hop=hop)
    assert (job.entry().status, handed) == ("failed", [])


def test_a_run_that_nobody_goes_on_with_may_use_more_of_its_time(job: Job) -> None:
    assert job.run(remaining=lambda: HAND_OVER_SECONDS - 10).run.status == "succeeded"


def test_a_success_is_told_in_the_words_that_the_alarms_count(job: Job) -> None:
    lines: list[str] = []
    run = job.logged(lines, remaining=lambda: math.inf).run
    assert messages(lines) == [f"{job.word} started", f"{job.word} succeeded"]
    told = json.loads(lines[-1])["metadata"]
    assert (told["runId"], told["records"], told["key"]) == (run.run_id, run.records, run.key)


def test_a_run_that_has_ended_and_still_holds_the_lease_is_waited_for(job: Job) -> None:
    job.run("r0")
    job.runner.leases.take(job.table, "r0", DAY)
    waits: list[float] = []

    def given_back(seconds: float) -> None:
        waits.append(seconds)
        lease = job.runner.leases.current(job.table)
        if lease:
            job.runner.leases.release(lease)

    assert job.with_(sleep=given_back).run("r1").run.status == "succeeded"
    assert len(waits) == 1


def test_a_lease_that_an_ended_run_never_gives_back_is_not_waited_for_without_end(job: Job) -> None:
    job.run("r0")
    job.runner.leases.take(job.table, "r0", DAY)
    waits: list[float] = []
    with pytest.raises(AlreadyRunning):
        job.with_(sleep=waits.append).run("r1")
    assert len(waits) == WAITS_FOR_ENDED

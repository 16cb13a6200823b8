"""The life of a run, the same for every job: look, lease, look again, settle the dead, start, work, end, release.

What the work is comes from outside: an engine is handed a request and a record, and says how its turn ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from pipeline.errors import AlreadyRunning, DataInvalid, FunctionFailed, PipelineError, TimedOut
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.runs.error import recorded_as
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.recorder import Record, TakenOver
from pipeline.runs.request import ExportRequest, ExportResult
from pipeline.runs.run import Run

HAND_OVER_SECONDS = 60.0
WAIT_FOR_TWIN_SECONDS = 2.0
# Who has recorded its end gives the lease back within a request or two.
WAITS_FOR_ENDED = 5
MOST_HOPS = 96
Remaining = Callable[[], float]
CarryOn = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Turn:
    """One invocation's share of a run: ``remaining`` seconds to its deadline; ``may_hand_over`` when another one can
    follow it."""

    remaining: Remaining
    may_hand_over: bool

    def is_over(self) -> bool:
        """Whether it is time to stop; who has no successor works half a minute longer."""
        return self.remaining() < (HAND_OVER_SECONDS if self.may_hand_over else HAND_OVER_SECONDS / 2)

    def require_successor(self, done: str) -> None:
        """Raise TimedOut, which says what was ``done`` so far, when nobody can go on."""
        if not self.may_hand_over:
            raise TimedOut(f"{done} when the time was over")


@dataclass(frozen=True)
class Finished:
    """The run succeeded; the engine has recorded it (``Record.succeed``, ``Record.complete``)."""

    run: Run


@dataclass(frozen=True)
class HandsOver:
    """The time was over: another invocation goes on, started with this ``event`` and the run's identity."""

    event: Mapping[str, Any]


@dataclass(frozen=True)
class Parked:
    """The work goes on ``where`` no process of ours is, as ``exports`` there; a later look finds it ended."""

    exports: tuple[str, ...]
    where: str = "DynamoDB"


Outcome = Finished | HandsOver | Parked


class Engine(Protocol):
    """The work of one job. ``job`` is its word in log lines and errors; ``engines`` are what its runs' entries call
    their engine, first the one that a new run begins with; ``parks`` when it may answer Parked."""

    job: ClassVar[str]
    engines: ClassVar[tuple[str, ...]]
    parks: ClassVar[bool] = False

    def work(self, request: ExportRequest, record: Record, turn: Turn) -> Outcome:
        """Do it, from where ``record`` says that the run stands, until it is done or the turn is over. Raise what it
        failed of."""
        ...

    def facts(self) -> Mapping[str, object]:
        """What a run's entry says of it from the start."""
        return {}

    def told(self, run: Run) -> Mapping[str, object]:
        """What the log lines of its start and its success say of it, beside its identity."""
        return {"table": run.table}

    def resumes(self, dead: Run, request: ExportRequest) -> bool:
        """Whether the request can be met by going on with a run that died."""
        return False

    def discard(self, dead: Run, record: Record) -> None:
        """Clean up after a run that died and is not gone on with."""
        return


@dataclass(frozen=True)
class Lifecycle:
    """Leads runs of one lake; wired once. ``now`` gives aware UTC times; ``carry_on`` starts the invocation that goes
    on when the time of this one is over (None: there is none)."""

    lake: Lake
    ledger: Ledger
    leases: Leases
    now: Callable[[], datetime]
    carry_on: CarryOn | None = None
    sleep: Callable[[float], None] = time.sleep

    def run(self, engine: Engine, request: ExportRequest, log: JsonLog, remaining: Remaining) -> ExportResult:
        """Lead one invocation's share of a run; ``remaining`` gives the seconds until the deadline.

        A run that has succeeded before, or that another invocation finishes meanwhile, is returned as it is. Raise
        DataInvalid for the id of a run of something else, AlreadyRunning while another run of the table goes on, else
        any PipelineError; the ledger has recorded it then.
        """
        record = Record(self.ledger, self.leases, self.now, log)
        turn = Turn(remaining, self.carry_on is not None and request.hop < MOST_HOPS)
        return _Invocation(self, engine, request, record, turn, log).run()

    def look(self, engine: Engine, table: str, log: JsonLog, remaining: Remaining) -> ExportResult | None:
        """Look after the run that is parked for this table; None when there is none."""
        lease = self.leases.current(table)
        if lease is None or not lease.parked:
            return None
        entry = self.ledger.find(lease.run_id, (lease.day,))
        request = ExportRequest(lease.run_id, table, entry.run.mode if entry else "full")
        return self.run(engine, request, log, remaining)


@dataclass(frozen=True)
class _Invocation:
    """One invocation's share of one run."""

    life: Lifecycle
    engine: Engine
    request: ExportRequest
    record: Record
    turn: Turn
    log: JsonLog

    def run(self) -> ExportResult:
        try:
            # Once more with the lease: another delivery may have ended this run between the first look and it.
            ended = self._wait_for_lease() or self._success()
            if ended:
                self.record.release()
                return self._result(ended)
            self._settle_dead_run()
            return self._work()
        finally:
            self.record.release()

    def _success(self) -> Run | None:
        """The run, when it has succeeded before."""
        known, table = self.record.known(self.request.run_id), self.request.table
        if known and (known.table != table or known.engine not in self.engine.engines):
            text = f"run {known.run_id} is one of {known.table} ({known.engine}), no {self.engine.job} of {table}"
            raise DataInvalid(text, record="event", field="runId")
        return known if known and known.status == "succeeded" else None

    def _wait_for_lease(self) -> Run | None:
        """Take the table, or give the run when it has succeeded."""
        looked_after, ended_waits = False, WAITS_FOR_ENDED
        while True:
            ended = self._success()
            if ended:
                return ended
            try:
                self.record.lease(self.request)
                return None
            except AlreadyRunning as error:
                if self._is_twin(error) or (ended_waits and self._has_ended(error)):
                    ended_waits -= not self._is_twin(error)
                    self.life.sleep(WAIT_FOR_TWIN_SECONDS)
                elif looked_after or not self._freed(error):
                    raise
                else:
                    looked_after = True

    def _is_twin(self, error: AlreadyRunning) -> bool:
        """Whether there is time to wait for another delivery of this very run, which is at work, or whose lease is
        about to expire."""
        return error.facts.get("run_id") == self.request.run_id and self.turn.remaining() >= HAND_OVER_SECONDS

    def _has_ended(self, error: AlreadyRunning) -> bool:
        """Whether the run that holds the table has recorded its end, and is about to give the table back."""
        today = self.life.now().date()
        try:
            entry = self.life.ledger.find(error.facts.get("run_id", ""), (today, today - timedelta(days=1)))
        except PipelineError:
            # An entry that cannot be read tells of no end.
            return False
        ended = entry is not None and entry.run.status != "running"
        return ended and self.turn.remaining() >= HAND_OVER_SECONDS

    def _freed(self, error: AlreadyRunning) -> bool:
        """Whether another run, which was parked and nobody had looked after, turns out to be over."""
        parked = self.engine.parks and error.facts.get("parked") == "yes"
        if not parked or error.facts.get("run_id") == self.request.run_id:
            return False
        try:
            looked = self.life.look(self.engine, self.request.table, self.log, self.turn.remaining)
        except PipelineError:
            # It failed, and its entry says so: the table is free.
            return True
        return looked is None or not looked.continues

    def _settle_dead_run(self) -> None:
        """When the table was taken over from another run that died: go on in its name, or end it and clean up."""
        try:
            dead = self._dead_run()
            own = dead is not None and dead.engine in self.engine.engines
            resumes = dead is not None and own and self.engine.resumes(dead, self.request)
        except PipelineError as error:
            self.record.warn(error)
            return
        if dead and resumes:
            self.record.resume_as(dead)
        elif dead:
            self.record.mark_dead(
                dead, FunctionFailed(f"run {dead.run_id} stopped without a word and was not gone on with")
            )
            if own:
                self.engine.discard(dead, self.record)

    def _dead_run(self) -> Run | None:
        lease = self.record.dead_holder
        if lease is None or lease.run_id == self.request.run_id:
            return None
        entry = self.life.ledger.find(lease.run_id, (lease.day,))
        # A lease can be damaged: what it names is believed only when it is a run of this table.
        believed = entry and entry.run.status == "running" and entry.run.table == self.request.table
        return entry.run if entry and believed else None

    def _work(self) -> ExportResult:
        engine, log = self.engine, self.log
        run = self.record.start(self.request, engine.engines[0], **engine.facts())
        log.info(f"{engine.job} started", **engine.told(run), runId=run.run_id, hop=run.hops)
        try:
            self.record.note(store_lacks=self.life.lake.admit())
            outcome = engine.work(self.request, self.record, self.turn)
            self._leave(outcome)
        except TakenOver:
            log.warning("the run goes on elsewhere", runId=run.run_id)
            raise
        except BaseException as error:
            # Whatever it is: recorded, then raised again.
            cause = recorded_as(error, engine.job)
            self.record.fail(cause)
            log.error(f"{engine.job} failed", code=cause.code, cause=cause.message, runId=run.run_id)
            if isinstance(error, MemoryError):
                raise cause from error
            raise
        self._tell(outcome)
        if isinstance(outcome, Finished):
            return self._result(outcome.run)
        return replace(self._result(self.record.current()), continues=True)

    def _leave(self, outcome: Outcome) -> None:
        if isinstance(outcome, Parked):
            self.record.park(outcome.exports)
        if isinstance(outcome, HandsOver):
            self.record.pause()
        # Before the successor is started: it must not find the table taken.
        self.record.release()
        if isinstance(outcome, HandsOver):
            self._hand_over(outcome)

    def _hand_over(self, outcome: HandsOver) -> None:
        run = self.record.current()
        self.turn.require_successor(f"the {self.engine.job} of {run.table} was not done")
        if self.life.carry_on is None:
            raise RuntimeError("handed over to nobody")
        self.life.carry_on({**outcome.event, "runId": run.run_id, "trigger": run.trigger, "hop": run.hops + 1})

    def _tell(self, outcome: Outcome) -> None:
        run, job = self.record.current(), self.engine.job
        facts: dict[str, object]
        if isinstance(outcome, Parked):
            self.log.info(f"{job} goes on in {outcome.where}", runId=run.run_id, exports=run.exports)
        elif isinstance(outcome, HandsOver):
            facts = {"records": run.records, "hop": run.hops + 1}
            self.log.info(f"{job} goes on in another invocation", runId=run.run_id, **facts)
        else:
            facts = {"records": run.records, "bytes": run.bytes, "key": run.key}
            # lambda/template.yaml counts these lines: its alarm knows a success by them.
            self.log.info(f"{job} succeeded", **self.engine.told(run), runId=run.run_id, **facts)

    def _result(self, run: Run) -> ExportResult:
        milliseconds = round((run.duration_seconds or 0) * 1000)
        return ExportResult(run, self.life.lake.location(run.key or ""), milliseconds, tuple(self.record.warnings))

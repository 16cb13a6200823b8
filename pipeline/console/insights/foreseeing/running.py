"""Runs of forecasts: one at a time on a lake, here or in a thread of this process, each in somebody's name.

A run holds the lease ``pipeline.forecasts``. Its audit line has counts, and no person of those whose days they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pipeline.analysis.forecast.store import Forecasts
from pipeline.console.analysis.builds import CREW, Crew
from pipeline.console.audit import Actor
from pipeline.console.insights.daily import MOST_PEOPLE, ZONE, Daily
from pipeline.console.insights.foreseeing.days import Days
from pipeline.console.insights.foreseeing.making import Maker, Tally
from pipeline.console.insights.foreseeing.past import Past
from pipeline.console.insights.foreseeing.progress import Progress
from pipeline.console.insights.told_forecasts import Ended, Going, Made
from pipeline.errors import AlreadyRunning
from pipeline.lake.bucket import Lake
from pipeline.runs.error import recorded_as
from pipeline.runs.lease import Lease, Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import new_run_id

LEASE: Final = "pipeline.forecasts"
Renew = Callable[[], None]


@dataclass(frozen=True)
class Wanted:
    """Whom to foresee (None: all, at most MOST_PEOPLE); who was foreseen today of the same data too, if ``anew``.
    ``tell`` is told how far it is, ``over`` says that it is to end."""

    people: Sequence[str] | None = None
    anew: bool = False
    tell: Callable[[Going], None] = lambda going: None
    over: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Runner:
    """Foresees people's days, and the exports of table ``of``. Raises AlreadyRunning, and what reading raises."""

    daily: Daily
    ledger: Ledger
    leases: Leases
    of: str
    progress: Progress
    crew: Crew = CREW

    def run(self, wanted: Wanted) -> Made:
        """Now and here."""
        with self.actor.doing("insights", self._target) as detail:
            lease = self._take()
            made = self._run(lease, wanted)
            detail(came_to(made))
            return made

    def start(self, wanted: Wanted) -> Going:
        """Beside whoever asks; joins the run that goes on."""
        with self.actor.doing("insights", f"start of {self._target}") as detail:
            try:
                lease = self._take()
            except AlreadyRunning:
                going = self.going()
                if going is None:
                    raise
                detail(f"joined {going.run_id}")
                return going
            begun = self.progress.begin(lease.run_id)
            # Whoever has started it may be gone before it ends.
            here = self._of_whoever_it_is_now()
            self.crew.take(lambda over: here.work(lease, replace(wanted, over=over)))
            detail(lease.run_id)
            return begun

    def work(self, lease: Lease, wanted: Wanted) -> None:
        """What ``start`` leaves to a thread: how it ended is in ``progress``."""
        try:
            with self.actor.doing("insights", self._target) as detail:
                detail(came_to(self._run(lease, wanted)))
        except BaseException:  # noqa: BLE001 - nobody waits here; whoever follows it reads how it ended
            return

    def past(self, over: Callable[[], bool]) -> int:
        """What could have been foreseen earlier, of whom nothing is kept: how many forecasts that are."""
        with self.actor.doing("insights", f"past of {self._target}") as detail:
            with self._held(self._take()) as renew:
                people = [one.person for one in self.daily.people()]
                made = Past(Days(self.daily, self.daily.today), self.forecasts, renew, over).made(people)
            detail(f"{made} forecasts")
            return made

    def going(self) -> Going | None:
        """The run that goes on, here or elsewhere."""
        here = self.progress.going
        lease = None if here else self.leases.current(LEASE)
        return Going(lease.run_id, here=False) if lease else here

    @property
    def actor(self) -> Actor:
        """Whoever it is."""
        return self.daily.queries.actor

    @property
    def now(self) -> datetime:
        """The moment (UTC)."""
        return self.daily.queries.now()

    @property
    def lake(self) -> Lake:
        """Where they are kept."""
        return self.daily.queries.manifests.lake

    @property
    def forecasts(self) -> Forecasts:
        """What is kept."""
        return Forecasts(self.lake)

    @property
    def _target(self) -> str:
        return f"forecasts of {self.of}"

    def _run(self, lease: Lease, wanted: Wanted) -> Made:
        self.progress.begin(lease.run_id)
        try:
            with self._held(lease) as renew:
                made = self._made(lease.run_id, wanted, renew)
        except BaseException as error:
            self.progress.end(Ended(lease.run_id, error=recorded_as(error, "run of forecasts")))
            raise
        self.progress.end(Ended(lease.run_id, made))
        return made

    def _made(self, run_id: str, wanted: Wanted, renew: Renew) -> Made:
        now = self.now
        people, left_out = self._people(wanted.people)
        tally = Tally(Made(run_id, now, left_out=left_out, old=self.daily.version().old))
        days = Days(self.daily, now.astimezone(ZONE).date())
        maker = Maker(days, self.forecasts, tally, wanted.anew, wanted.over)

        def tell(done: int) -> None:
            renew()
            wanted.tell(self.progress.tell(done, len(people)))

        maker.people(people, tell)
        maker.growth(self.ledger, self.of)
        return tally.whole

    def _people(self, people: Sequence[str] | None) -> tuple[list[str], int]:
        if people is None:
            known = [one.person for one in self.daily.people()][:MOST_PEOPLE]
            return known, self.daily.number() - len(known)
        asked = list(dict.fromkeys(people))
        return asked[:MOST_PEOPLE], len(asked[MOST_PEOPLE:])

    def _take(self) -> Lease:
        now = self.now
        return self.leases.take(LEASE, new_run_id(now), now.date())

    @contextmanager
    def _held(self, lease: Lease) -> Iterator[Renew]:
        held = [lease]

        def renew() -> None:
            held.append(self.leases.renew(held[-1]))

        try:
            yield renew
        finally:
            self.leases.release(held[-1])

    def _of_whoever_it_is_now(self) -> Runner:
        person = self.actor.who()
        queries = replace(self.daily.queries, actor=replace(self.actor, who=lambda: person))
        return replace(self, daily=replace(self.daily, queries=queries))


def came_to(made: Made) -> str:
    """A run in short, without anybody's name."""
    counts = f"{len(made.foreseen)} foreseen, {len(made.unchanged)} unchanged, {len(made.refused)} refused"
    return f"{made.run_id}: {counts}, {made.left_out} left out; {made.forecasts} forecasts"

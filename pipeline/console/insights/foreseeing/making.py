"""One run: person after person, of what the mart is now, each with all that can be foreseen, kept as it is made.

What one person's days do not allow is told, and the others are foreseen all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from pipeline.analysis.forecast.morning import morning
from pipeline.analysis.forecast.outlook import Ahead
from pipeline.analysis.forecast.result import DataVersion, Forecast, code_hash
from pipeline.analysis.forecast.run import Occasion, foreseen
from pipeline.analysis.forecast.series import TARGET_NAMES
from pipeline.analysis.forecast.store import Forecasts, Kept
from pipeline.console.insights.daily import ZONE
from pipeline.console.insights.foreseeing import exports, morning_days, tasks
from pipeline.console.insights.foreseeing.days import Days
from pipeline.console.insights.told_forecasts import Made, Refused
from pipeline.errors import DataInvalid, FunctionFailed, NotFound, RateLimited
from pipeline.lake.forecast_keys import forecasts_prefix
from pipeline.runs.ledger import Ledger

KEPT_DAYS = 90
_READINGS = 3
Told = tuple[Forecast, Sequence[Ahead]]


@dataclass
class Tally:
    """What a run has come to so far."""

    made: Made
    unread: set[str] = field(default_factory=set)

    def add(self, **more: tuple[object, ...] | int) -> None:
        """More of it."""
        self.made = replace(self.made, **{name: getattr(self.made, name) + value for name, value in more.items()})

    @property
    def whole(self) -> Made:
        """All of it."""
        return replace(self.made, unread=tuple(sorted(self.unread)))


@dataclass(frozen=True)
class Maker:
    """Makes run ``tally.made.run_id``, at one moment; ``over`` says that it is to end."""

    days: Days
    forecasts: Forecasts
    tally: Tally
    anew: bool = False
    over: Callable[[], bool] = lambda: False

    def people(self, people: Sequence[str], tell: Callable[[int], None]) -> None:
        """Foresee these; ``tell`` is told how many are done. Raise FunctionFailed (``forecasts_interrupted``)."""
        for number, person in enumerate(people):
            tell(number)
            if self.over():
                raise FunctionFailed("the run of forecasts was ended", situation="forecasts_interrupted")
            self._person(person)

    def growth(self, ledger: Ledger, table: str) -> None:
        """Foresee the exports' growth."""
        found = exports.exports_of(ledger, table, self._at)
        occasion = self._occasion(exports.EXPORTS, found.data)
        last = list(exports.TARGETS)[-1]
        if self._is_known(exports.EXPORTS, last, found.data, self._at.date()):
            return
        told = [found.foreseen(occasion, name, self._before(occasion, name).forecasts) for name in exports.TARGETS]
        self._save(told)

    def _person(self, person: str) -> None:
        try:
            checked(person)
        except DataInvalid as error:
            self._refuse(person, error)
            return
        # Kept last, so that a run that was interrupted is made up for.
        if self._is_known(person, morning_days.TARGET, self.days.data(), self.days.today):
            self.tally.add(unchanged=(person,))
            return
        told = self._read_whole(person)
        self._save(told)
        if told:
            self.tally.add(foreseen=(person,))

    def _read_whole(self, person: str) -> list[Told]:
        """Of one version of the marts: read again where they were published meanwhile."""
        for _ in range(_READINGS):
            before, refused = self.days.data(), len(self.tally.made.refused)
            told = list(self._all(person, before))
            if self.days.data() == before:
                return told
            self.tally.made = replace(self.tally.made, refused=self.tally.made.refused[:refused])
        text = f"the marts were published {_READINGS} times while one person was foreseen"
        raise RateLimited(text, situation="forecasts_moved")

    def _all(self, person: str, data: tuple[DataVersion, ...]) -> Iterator[Told]:
        occasion = self._occasion(person, data)
        for part in (self._targets, self._projects, self._morning):
            try:
                yield from list(part(occasion))
            except (DataInvalid, NotFound) as error:
                self._refuse(person, error)
                if part == self._targets:
                    return

    def _targets(self, occasion: Occasion) -> Iterator[Told]:
        for name in TARGET_NAMES:
            series = self.days.series(occasion.person, name)
            yield foreseen(occasion, series, self._before(occasion, name).forecasts)

    def _projects(self, occasion: Occasion) -> Iterator[Told]:
        worked = self.days.series(occasion.person, "focus_minutes").values
        found = self.days.projects(occasion.person)
        for one in found.projects:
            completion, project = tasks.completed(one, worked, self.days.today, occasion.seed)
            yield occasion.forecast(one.target, completion=completion, project=project), ()

    def _morning(self, occasion: Occasion) -> Iterator[Told]:
        frame = self.days.mornings(occasion.person)
        yield occasion.forecast(morning_days.TARGET, morning=morning(frame)), ()

    def _before(self, occasion: Occasion, target: str) -> Kept:
        today = self._at.date()
        kept = self.forecasts.kept(occasion.person, target, today - timedelta(days=KEPT_DAYS), today)
        self.tally.unread.update(kept.unread)
        return kept

    def _is_known(self, person: str, target: str, data: tuple[DataVersion, ...], day: date) -> bool:
        """Whether it was foreseen on that day of its people, of the same data by the same code."""
        today = self._at.date()
        known = None if self.anew else self.forecasts.newest(person, target, today - timedelta(days=1), today)
        if known is None or (known.data, known.code) != (data, code_hash()):
            return False
        zone = ZONE if person != exports.EXPORTS else None
        made = known.made_at.astimezone(zone) if zone else known.made_at
        return made.date() == day

    def _save(self, told: Sequence[Told]) -> None:
        for forecast, rows in told:
            self.forecasts.save(forecast, rows)
        self.tally.add(forecasts=len(told))

    def _refuse(self, person: str, error: DataInvalid | NotFound) -> None:
        self.tally.add(refused=(Refused(person, error),))

    def _occasion(self, person: str, data: tuple[DataVersion, ...]) -> Occasion:
        return Occasion(person, self.tally.made.run_id, self._at, data)

    @property
    def _at(self) -> datetime:
        return self.tally.made.at


def checked(person: str) -> str:
    """A person's id under which forecasts can be kept. Raise DataInvalid."""
    try:
        forecasts_prefix(person, morning_days.TARGET)
    except DataInvalid as error:
        raise DataInvalid(error.message, situation="forecasts_person") from error
    if person == exports.EXPORTS:
        raise DataInvalid(f"{person} is no person's id", situation="forecasts_person")
    return person

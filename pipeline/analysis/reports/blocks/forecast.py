"""What can be foreseen, as parts of a report: the verdict first, the chart with its band, who was tried beside. Pure.

The morning never tells how often it is right without the base rate and the Brier skill beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Final

from pipeline.analysis.forecast.backtest import LEAST_BEFORE
from pipeline.analysis.forecast.candidates.known import CANDIDATES
from pipeline.analysis.forecast.conformal import LEAST_ORIGINS
from pipeline.analysis.forecast.growth import CANDIDATES as GROWING
from pipeline.analysis.forecast.growth import Growth
from pipeline.analysis.forecast.morning import GOOD_FOCUS, Morning
from pipeline.analysis.forecast.outlook import CandidateScore, DayAhead, Outlook
from pipeline.analysis.forecast.series import FRESH_DAYS
from pipeline.analysis.forecast.series import Series as Days
from pipeline.analysis.forecast.verdict import LEAST_SCORED
from pipeline.analysis.reports.blocks import figures
from pipeline.analysis.reports.document import Chart, Column, Facts, Heading, Paragraph, Part, Series, Table, Value
from pipeline.analysis.reports.shown import Shown
from pipeline.words.catalogue import Words

CAME_DAYS: Final = 60
BYTES: Final = "bytes"
_MEGA: Final = 2**20
_DIGITS: Final = {"focus_minutes": 0, "sessions": 1, "mood": 2, "records": 0, BYTES: 1}
_NAMES: Final = frozenset(one.name for one in (*CANDIDATES, *GROWING))


@dataclass(frozen=True, eq=False)
class Foreseen:
    """An outlook to be told: of ``target``, made at a moment; ``came``: the days that it is drawn beside (None: none
    are known); ``growth``: of exports, what a day adds."""

    target: str
    made_at: datetime
    ahead: Outlook
    came: Days | None = None
    growth: Growth | None = None

    @property
    def family(self) -> str:
        """Where its verdicts' sentences stand."""
        return "foreseen.growth" if self.growth else "foreseen.verdict"


def outlook_parts(told: Foreseen, shown: Shown) -> tuple[Part, ...]:
    """An outlook's block without its heading."""
    return tuple(_outlook(told, shown))


def morning_parts(told: Morning, today: date, made_at: datetime, shown: Shown) -> tuple[Part, ...]:
    """A morning's block without its heading; ``today`` is the day that it is about."""
    return tuple(_morning(told, today, made_at, shown))


def sentence(ahead: Outlook, shown: Shown, family: str = "foreseen.verdict") -> str:
    """The verdict in a sentence."""
    words = shown.words
    if ahead.used is None:
        left = LEAST_BEFORE - ahead.observed
        return words("foreseen.verdict.no_days", observed=ahead.observed, days=max(left, 1))
    if ahead.verdict == "not_yet":
        return words("foreseen.verdict.not_yet", days=ahead.days_left)
    skill = None if ahead.skill is None else abs(ahead.skill)
    return words(f"{family}.{ahead.verdict}", skill=figures.share(shown, skill))


def scores(told: Morning, shown: Shown) -> str:
    """How often it was right with what that has to beat, or how many days there are yet."""
    words, scored = shown.words, shown.number(told.scored)
    if told.accuracy is None:
        return words("foreseen.morning.not_scored", scored=scored)
    low, high = (figures.share(shown, end, plus=True) for end in (told.low, told.high))
    return words(
        "foreseen.morning.scores",
        accuracy=figures.share(shown, told.accuracy),
        base_accuracy=figures.share(shown, told.base_accuracy),
        base_rate=figures.share(shown, told.base_rate),
        skill=figures.share(shown, told.skill, plus=True),
        interval=figures.interval(shown, low, high),
        scored=scored,
    )


def _outlook(told: Foreseen, shown: Shown) -> Iterator[Part]:
    words, ahead = shown.words, told.ahead
    yield Heading(words(f"foreseen.target.{told.target}"), 3)
    yield Paragraph(sentence(ahead, shown, told.family))
    if told.growth:
        yield Paragraph(_per_day(told.target, told.growth, shown))
    yield Paragraph(_basis(told.target, ahead, shown), "note")
    yield from (Paragraph(text, "warning") for text in _warnings(ahead, shown))
    if ahead.days:
        yield _chart(told, shown)
        banded = ahead.days[0].low is not None
        text = words("foreseen.fan.band") if banded else words("foreseen.fan.no_band", least=LEAST_ORIGINS)
        yield Paragraph(text, "note")
    if ahead.candidates:
        yield _tried(told.target, ahead, shown)
    yield Paragraph(_covered(ahead, shown), "note")
    yield from (Paragraph(text, "note") for text in _notes(ahead, shown))
    yield _made(told.made_at, words)


def _basis(target: str, ahead: Outlook, shown: Shown) -> str:
    """How many origins and days it rests on, with the interval."""
    words, observed = shown.words, shown.number(ahead.observed)
    if ahead.verdict == "not_yet":
        return words("foreseen.basis.not_yet", scored=ahead.scored, least=LEAST_SCORED, observed=observed)
    if ahead.skill is None:
        return words("foreseen.basis.unerring", scored=ahead.scored, observed=observed)
    low, high = (figures.share(shown, end, plus=True) for end in (ahead.low, ahead.high))
    return words(
        "foreseen.basis.judged",
        scored=ahead.scored,
        skill=figures.share(shown, ahead.skill, plus=True),
        interval=figures.interval(shown, low, high),
        error=_figure(target, ahead.error, shown, more=1),
        observed=observed,
    )


def _warnings(ahead: Outlook, shown: Shown) -> Iterator[str]:
    """What is wrong with the days: that they have not come for long, that values were impossible."""
    words = shown.words
    if ahead.observed and ahead.stale > FRESH_DAYS:
        last = ahead.end - timedelta(days=ahead.stale + 1)
        yield words("foreseen.note.stale", day=last, number=shown.number(ahead.stale))
    if ahead.refused:
        yield words("foreseen.note.refused", number=shown.number(ahead.refused))


def _notes(ahead: Outlook, shown: Shown) -> Iterator[str]:
    """Days without a record, and who speaks while nobody can be chosen."""
    words = shown.words
    if ahead.missing:
        whole = shown.number(ahead.observed + ahead.missing)
        yield words("foreseen.note.missing", number=shown.number(ahead.missing), all=whole)
    if ahead.used and ahead.scored == 0:
        yield words("foreseen.note.fallback", name=_named(words, ahead.used))
    elif ahead.used and ahead.used == ahead.baseline:
        yield words("foreseen.note.trivial", name=_named(words, ahead.used))


def _covered(ahead: Outlook, shown: Shown) -> str:
    """How often the bands of the back-test held."""
    words = shown.words
    if ahead.covered is None:
        return words("foreseen.backtest.not_covered")
    days = shown.number(ahead.covered_days)
    return words("foreseen.backtest.covered", days=days, share=figures.share(shown, ahead.covered))


def _chart(told: Foreseen, shown: Shown) -> Chart:
    words, ahead = shown.words, told.ahead
    came = _recent(told.came, told.target)
    coming = {one.day: one for one in ahead.days}
    x = tuple(sorted({*came, *coming}))
    name = words(f"foreseen.target.{told.target}")
    first, last = ahead.days[0].day, ahead.days[-1].day
    about = words("foreseen.fan.alt", target=name, days=len(came), ahead=len(coming), first=first, last=last)
    drawn = [Series(words("foreseen.fan.came"), tuple(came.get(day) for day in x))] if came else []
    drawn += _coming(told, coming, x, words)
    title = words("foreseen.fan.title", target=name)
    return Chart(title, about, words("foreseen.fan.day"), x, tuple(drawn), unit=words(f"foreseen.axis.{told.target}"))


def _coming(told: Foreseen, coming: dict[date, DayAhead], x: tuple[date, ...], words: Words) -> list[Series]:
    """What is foreseen with its band, and the trivial forecast where another one speaks."""
    ahead = told.ahead

    def along(name: str) -> tuple[float | None, ...]:
        return tuple(_scaled(told.target, getattr(coming.get(day), name, None)) for day in x)

    band = (along("low"), along("high")) if ahead.days[0].low is not None else ((), ())
    mine = words("foreseen.fan.foreseen", name=_named(words, ahead.used))
    found = [Series(mine, along("value"), *band)]
    if ahead.used != ahead.baseline:
        found.append(Series(words("foreseen.fan.baseline", name=_named(words, ahead.baseline)), along("baseline")))
    return found


def _recent(came: Days | None, target: str) -> dict[date, float | None]:
    """The last days as they came, None of a missing one."""
    if came is None:
        return {}
    begun = max(len(came.values) - CAME_DAYS, 0)
    values = came.values[begun:].tolist()
    return {came.first + timedelta(days=begun + at): _scaled(target, value) for at, value in enumerate(values)}


def _scaled(target: str, value: float | None) -> float | None:
    if value is None or not isfinite(value):
        return None
    return value / _MEGA if target == BYTES else value


def _tried(target: str, ahead: Outlook, shown: Shown) -> Table:
    words, digits = shown.words, _DIGITS[target] + 1
    names = (words("report_insights.candidate"), words("report_insights.kind"), words("report_insights.error"))
    head = (*names, words("report_insights.mase"), words("report_insights.origins"), words("report_insights.mark"))
    columns = tuple(
        Column(name, decimals) for name, decimals in zip(head, (None, None, digits, 2, None, None), strict=True)
    )
    return Table(
        words("foreseen.backtest.title"),
        columns,
        tuple(_candidate(one, target, ahead, words) for one in ahead.candidates),
    )


def _candidate(one: CandidateScore, target: str, ahead: Outlook, words: Words) -> tuple[Value, ...]:
    kind = words("foreseen.backtest.trivial") if one.is_baseline else words("foreseen.backtest.model")
    marks = [words("foreseen.backtest.used")] if one.name == ahead.used else []
    # While nobody could be chosen, the one that stands in is no yardstick: another may miss less.
    marks += [words("foreseen.backtest.hardest")] if one.name == ahead.baseline and ahead.scored else []
    return _named(words, one.name), kind, _scaled(target, one.error), one.mase, one.origins, " ".join(marks)


def _per_day(target: str, growth: Growth, shown: Shown) -> str:
    words, observed = shown.words, shown.number(growth.outlook.observed)
    if growth.per_day is None:
        return words("foreseen.growth.no_rate", observed=observed)
    low, high = (_figure(target, end, shown, plus=True) for end in (growth.slowest, growth.fastest))
    change = _figure(target, growth.per_day, shown, plus=True)
    return words(
        "foreseen.growth.per_day", change=change, interval=figures.interval(shown, low, high), observed=observed
    )


def _figure(target: str, value: float | None, shown: Shown, more: int = 0, plus: bool = False) -> str:
    """A figure in its unit, with ``more`` decimals than a day's."""
    text = figures.signed(shown, _scaled(target, value), _DIGITS[target] + more, plus)
    return f"{text} MB" if target == BYTES else shown.words(f"foreseen.value.{target}", n=text)


def _named(words: Words, candidate: str | None) -> str:
    """Who foresees; no name that stands in a file of the lake alone is shown."""
    return words(f"foreseen.name.{candidate if candidate in _NAMES else 'other'}")


def _made(made_at: datetime, words: Words) -> Facts:
    return Facts(((words("foreseen.made.at"), made_at),))


def _morning(told: Morning, today: date, made_at: datetime, shown: Shown) -> Iterator[Part]:
    words = shown.words
    yield Heading(words("foreseen.target.good_focus"), 3)
    yield Paragraph(words(f"foreseen.morning.{told.verdict}", days=told.days_left))
    yield Paragraph(_said(told, today, shown))
    yield Paragraph(scores(told, shown))
    if told.brier is not None:
        brier, base = (figures.signed(shown, one, 3) for one in (told.brier, told.base_brier))
        scored = shown.number(told.scored)
        yield Paragraph(words("foreseen.morning.brier", brier=brier, base_brier=base, scored=scored))
    yield Paragraph(words("foreseen.morning.what", least=shown.number(GOOD_FOCUS, 0)), "note")
    yield Paragraph(words("foreseen.morning.other_reasons"), "note")
    yield _calibration(told, shown) if told.calibration else Paragraph(words("foreseen.morning.no_calibration"), "note")
    yield _made(made_at, words)


def _said(told: Morning, today: date, shown: Shown) -> str:
    """What is said of ``today``, and by which."""
    words = shown.words
    if told.said is None:
        return words("foreseen.morning.not_said", day=today)
    said = words("foreseen.morning.said", day=today, share=figures.chance(shown, told.said))
    which = "from_morning" if told.verdict == "better" else "from_usual"
    return f"{said}\n{words(f'foreseen.morning.{which}', known=shown.number(told.known))}"


def _calibration(told: Morning, shown: Shown) -> Table:
    words = shown.words
    head = [words(f"foreseen.morning.{name}") for name in ("range", "foreseen", "came", "days")]
    rows = tuple(
        (
            f"{figures.share(shown, one.low)} – {figures.share(shown, one.high)}",
            figures.share(shown, one.foreseen),
            figures.share(shown, one.came),
            one.days,
        )
        for one in told.calibration
    )
    return Table(words("foreseen.morning.calibration"), tuple(map(Column, head)), rows)

"""What an outlook says, sentence by sentence: the verdict first, what it rests on, what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from pages.insights.forecast import figures
from pages.ui import format as fmt
from pages.ui.show import Colour
from pipeline.analysis.forecast.backtest import LEAST_BEFORE
from pipeline.analysis.forecast.outlook import Outlook
from pipeline.analysis.forecast.series import FRESH_DAYS
from pipeline.analysis.forecast.verdict import LEAST_SCORED, Verdict
from pipeline.words.catalogue import Words

LOOKS: Final[dict[Verdict, tuple[Colour, str]]] = {
    "better": ("green", ":material/trending_up:"),
    "no_better": ("gray", ":material/equal:"),
    "worse": ("orange", ":material/trending_down:"),
    "not_yet": ("blue", ":material/hourglass_empty:"),
}


def badge(words: Words, verdict: Verdict) -> str:
    """The verdict in short, inside a text."""
    colour, icon = LOOKS[verdict]
    return f":{colour}-badge[{icon} {words(f'foreseen.badge.{verdict}')}]"


def sentence(words: Words, ahead: Outlook, family: str = "foreseen.verdict") -> str:
    """The verdict in a sentence."""
    if ahead.used is None:
        left = LEAST_BEFORE - ahead.observed
        return words("foreseen.verdict.no_days", observed=ahead.observed, days=max(left, 1))
    if ahead.verdict == "not_yet":
        return words("foreseen.verdict.not_yet", days=ahead.days_left)
    skill = None if ahead.skill is None else abs(ahead.skill)
    return words(f"{family}.{ahead.verdict}", skill=figures.share(words, skill))


def basis(words: Words, target: str, ahead: Outlook) -> str:
    """How many origins and days it rests on, with the interval."""
    if ahead.verdict == "not_yet":
        return words(
            "foreseen.basis.not_yet", scored=ahead.scored, least=LEAST_SCORED, observed=_count(words, ahead.observed)
        )
    if ahead.skill is None:
        return words("foreseen.basis.unerring", scored=ahead.scored, observed=_count(words, ahead.observed))
    return words(
        "foreseen.basis.judged",
        scored=ahead.scored,
        skill=figures.share(words, ahead.skill, plus=True),
        interval=figures.shares(words, ahead.low, ahead.high),
        error=figures.miss(words, target, ahead.error),
        observed=_count(words, ahead.observed),
    )


def warnings(words: Words, ahead: Outlook) -> Iterator[str]:
    """What is wrong with the days: that they have not come for long, that values were impossible."""
    if ahead.observed and ahead.stale > FRESH_DAYS:
        last = ahead.end - timedelta(days=ahead.stale + 1)
        yield words("foreseen.note.stale", day=figures.day(last), number=_count(words, ahead.stale))
    if ahead.refused:
        yield words("foreseen.note.refused", number=_count(words, ahead.refused))


def notes(words: Words, ahead: Outlook) -> Iterator[str]:
    """What there is to know beside: days without a record, and who speaks while nobody can be chosen."""
    if ahead.missing:
        whole = _count(words, ahead.observed + ahead.missing)
        yield words("foreseen.note.missing", number=_count(words, ahead.missing), all=whole)
    if ahead.used and ahead.scored == 0:
        yield words("foreseen.note.fallback", name=figures.named(words, ahead.used))
    elif ahead.used and ahead.used == ahead.baseline:
        yield words("foreseen.note.trivial", name=figures.named(words, ahead.used))


def covered(words: Words, ahead: Outlook) -> str:
    """How often the bands of the back-test held."""
    if ahead.covered is None:
        return words("foreseen.backtest.not_covered")
    days = _count(words, ahead.covered_days)
    return words("foreseen.backtest.covered", days=days, share=figures.share(words, ahead.covered))


def _count(words: Words, number: int) -> str:
    return fmt.number(number, words.language)

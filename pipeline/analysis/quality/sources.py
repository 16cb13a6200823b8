"""How the sources of a lake stand for quality: late or not, and fields that were refused of late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.analysis.quality.facts import SourceFacts
from pipeline.errors import PipelineError, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.sources.calendar import SourceDays
from pipeline.sources.status import LATE_AFTER
from pipeline.sources.wiring import Sources

# As far back as a refused field is news, and as a newest day is looked for.
REFUSED_DAYS, LOOK_BACK_DAYS = 7, 60


@dataclass(frozen=True)
class Told:
    """``facts`` None: which sources there are cannot be read. ``unread``: keys that are no calendars."""

    facts: tuple[SourceFacts, ...] | None
    unread: tuple[str, ...] = ()


def told(lake: Lake, sources: Sources, day: date, now: datetime) -> Told:
    """What is known of the sources that are on and have days, on ``day``. Raise what the lake raises."""
    try:
        names = list(_names(sources))
    except SchemaMismatch:
        return Told(None, (keys.SOURCES,))
    facts, unread = [], []
    for name in names:
        try:
            facts.append(_facts(lake, name, day, now))
        except SchemaMismatch as error:
            unread.append(error.facts["key"])
    # A source whose days nobody can read must heal nothing.
    return Told(None if unread else tuple(facts), tuple(unread))


def _names(sources: Sources) -> Iterator[str]:
    for entry in sources.configs.load().sources:
        try:
            if entry.enabled and sources.registry.kind(entry.kind).has_days:
                yield entry.name
        except SchemaMismatch:
            raise
        except PipelineError:
            # A kind that nobody knows is told where sources are shown.
            continue


def _facts(lake: Lake, name: str, day: date, now: datetime) -> SourceFacts:
    # A source's newest civil day may lie after the UTC day.
    days = SourceDays(lake).load(name, day - timedelta(days=LOOK_BACK_DAYS), day + timedelta(days=1)).days
    good = {one: entry for one, entry in days.items() if entry.has_document}
    fetched = max((entry.fetched_at for entry in good.values()), default=None)
    first = day - timedelta(days=REFUSED_DAYS)
    refused = sum(
        max(entry.refused, len(entry.rejected)) for one, entry in days.items() if first < one <= day + timedelta(days=1)
    )
    # What was never fetched is not set up yet, which is told where sources are shown.
    late = bool(days) and (fetched is None or now - fetched > LATE_AFTER)
    return SourceFacts(name, late, max(good, default=None), refused)

"""What is to be done without a person, and what of it is due: asked once a minute, so that it costs a few requests.

Quality follows each day's tables and each build; a build follows the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.analysis.builds.marts import current_marts
from pipeline.analysis.models.builds import Brief, MartFile
from pipeline.analysis.quality.anomaly import WINDOW_DAYS
from pipeline.analysis.quality.builds import MODELS, newest_builds
from pipeline.analysis.quality.documents import document_days
from pipeline.analysis.quality.store import Results, is_of
from pipeline.console.insights.daily import MART
from pipeline.errors import SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifests

# Where nobody has ever looked, so many days are looked at, so that there is a past.
PAST_DAYS = 7
# Tables follow a document within this; after it there are none.
GRACE = timedelta(minutes=5)
# Tables come one after the other: a build waits until none has come for so long.
SETTLED = timedelta(minutes=2)
# So much may another console's clock be ahead.
_AHEAD = timedelta(hours=1)


@dataclass(frozen=True)
class Duties:
    """Of one lake, as of ``now`` (UTC). Raises what the lake raises; SchemaMismatch for a manifest that is none."""

    lake: Lake
    now: datetime
    settled: timedelta = SETTLED

    def days(self, table: str) -> tuple[date, ...]:
        """The days of a table whose quality is to be looked at, oldest first."""
        today = self.now.date()
        looks = dict(Results(self.lake).listed(table, today - timedelta(days=WINDOW_DAYS), today))
        since = max(looks, default=today - timedelta(days=PAST_DAYS))
        made = frozenset(Manifests(self.lake).days(table, since))
        held = document_days(self.lake, table, since, today)
        due = []
        for day in sorted({*made, *held}):
            if day not in made and day not in looks and not self._had_time(held[day]):
                # Its tables may be coming: later days are looked at after it.
                break
            if self._is_due(table, day, day in made, looks.get(day)):
                due.append(day)
        return tuple(due) or tuple(self._late(table, looks, max({*made, *held}, default=None)))

    def build_to_look_at(self) -> Brief | None:
        """The newest build, where nobody has looked at what it found."""
        today = self.now.date()
        first = today - timedelta(days=WINDOW_DAYS)
        newest = next(iter(self._builds()), None)
        if newest is None or newest.started_at.date() < first:
            return None
        looks = Results(self.lake).listed(MODELS, first, today)
        return None if looks and is_of(looks[-1][1], newest.run_id) else newest

    def tables_to_build(self, tables: Sequence[str]) -> datetime | None:
        """When the newest of these tables were made, where no build has begun since and no more seem to be coming; None
        where there is nothing to build. The first table must be there."""
        first = self.now.date() - timedelta(days=PAST_DAYS)
        newest = [Manifests(self.lake).newest(table, first) for table in tables]
        if not newest or newest[0] is None:
            return None
        made = max(one.made_at for one in newest if one)
        # One that was interrupted is made up for.
        known = (one for one in self._builds() if one.withheld != "interrupted")
        # One by a clock that was ahead would keep all others back until its time has come.
        last = next((one for one in known if one.started_at <= self.now + _AHEAD), None)
        if made > self.now - self.settled:
            return None
        return made if last is None or last.started_at < made else None

    def mart_to_foresee(self) -> MartFile | None:
        """The days of people as they are published; None where there are none."""
        current = current_marts(self.lake)
        return current.mart(MART) if current else None

    def _builds(self) -> tuple[Brief, ...]:
        return newest_builds(self.lake)

    def _is_due(self, table: str, day: date, made: bool, look: str | None) -> bool:
        if look is None or not made:
            return look is None
        try:
            loaded = Manifests(self.lake).load(table, day)
        except SchemaMismatch:
            # Whoever looks names it.
            return True
        return loaded is not None and not is_of(look, loaded[0].run_id)

    def _had_time(self, key: str) -> bool:
        stored = self.lake.head(key)
        return stored is not None and stored.last_modified + GRACE <= self.now

    def _late(self, table: str, looks: dict[date, str], newest: date | None) -> Iterator[date]:
        """While no export comes, the newest day is looked at once a day: that it is late is a finding, too."""
        if newest and newest in looks and newest < self.now.date() - timedelta(days=1):
            found = Results(self.lake).load(table, newest, looks[newest])
            if found and found.made_at.date() < self.now.date():
                yield newest

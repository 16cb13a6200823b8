"""Which reports are due when: the one small object that the function reads, so that it opens no definition.

Made of definitions whenever one is changed (``console/reports/definitions.py``), by compare-and-set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from pipeline.clock import parse_utc, utc_text
from pipeline.errors import DataInvalid, ExternalApiDown, SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake
from pipeline.lake.report_keys import SCHEDULES, valid_report
from pipeline.notices.moments import wrong_day
from pipeline.untrusted import quoted

FORMAT: Final = 1
MOST: Final = 1000
TRIES: Final = 20
_MOST_DAYS, _LONGEST_TITLE = 40, 200


@dataclass(frozen=True)
class Scheduled:
    """When one report is due (``moments.Times``): on which ``days``, ``at`` what time of its ``zone``; ``since`` is
    when somebody asked for that, and no moment before it is meant."""

    name: str
    title: str
    days: tuple[str | int, ...]
    at: str
    zone: str
    since: datetime

    def same_times(self, other: Scheduled) -> bool:
        """Whether both mean the same moments."""
        return (self.days, self.at, self.zone) == (other.days, other.at, other.zone)


Decide = Callable[[Scheduled | None], Scheduled | None]


@dataclass(frozen=True)
class Schedules:
    """The schedules of one lake. Raises what Lake raises; SchemaMismatch (``schedules_unread``) for an object that is
    no index; ExternalApiDown when others were faster each time."""

    lake: Lake

    def load(self) -> tuple[Scheduled, ...]:
        """What is due at times, by name: no paused report, none without a schedule. An entry that cannot be read is
        left out: it may not keep the others from their readers."""
        return self.read()[0]

    def read(self) -> tuple[tuple[Scheduled, ...], str | None]:
        """The same, with the ETag that ``replace`` asks for (None: there is no index yet)."""
        try:
            stored = self.lake.read_json(SCHEDULES)
        except SchemaMismatch as error:
            raise _unread(error.message, error.facts["found"]) from error
        return (tuple(_entries(stored[0])), stored[1]) if stored else ((), None)

    def put(self, name: str, wanted: Scheduled | None) -> None:
        """This report is due so from now on; None: never."""
        self.change(name, lambda known: wanted)

    def change(self, name: str, decide: Decide) -> None:
        """``decide`` is given what is known of the report and says what is to be; it is asked again where somebody
        else was faster, so what it reads is never older than what it changes."""
        valid_report(name)
        for _ in range(TRIES):
            entries, etag = self.read()
            known = {one.name: one for one in entries}
            wanted = decide(known.get(name))
            if wanted == known.pop(name, None) or self.replace([*known.values(), *([wanted] if wanted else [])], etag):
                return
        raise ExternalApiDown(f"{SCHEDULES} was changed by others {TRIES} times meanwhile", provider="S3")

    def replace(self, entries: Iterable[Scheduled], seen: str | None) -> bool:
        """Write the whole index in place of the one that was ``seen``; False where somebody was faster."""
        raw = [_raw(one) for one in sorted(entries, key=lambda one: one.name)]
        try:
            self.lake.write_json(SCHEDULES, {"format": FORMAT, "reports": raw}, seen)
        except Conflict:
            return False
        return True


def _raw(one: Scheduled) -> dict[str, Any]:
    times = {"days": list(one.days), "at": one.at, "zone": one.zone}
    return {"name": one.name, "title": one.title, **times, "since": utc_text(one.since)}


def _entries(raw: Any) -> Iterator[Scheduled]:
    if not isinstance(raw, dict) or raw.get("format") != FORMAT or not isinstance(raw.get("reports"), list):
        raise _unread(f"{SCHEDULES} is no index of schedules", quoted(raw))
    known = dict[str, Scheduled]()
    for item in raw["reports"][:MOST]:
        one = _entry(item)
        if one:
            known.setdefault(one.name, one)
    yield from known.values()


def _entry(raw: Any) -> Scheduled | None:
    try:
        days = tuple(raw["days"])
        one = Scheduled(valid_report(raw["name"]), raw["title"], days, raw["at"], raw["zone"], parse_utc(raw["since"]))
        return one if _sound(one) else None
    # A zone that is not there is a KeyError, a folder of the database an OSError.
    except (KeyError, TypeError, ValueError, AttributeError, OSError, DataInvalid):
        return None


def _sound(one: Scheduled) -> bool:
    ZoneInfo(one.zone)
    at = time.fromisoformat(one.at).tzinfo is None
    days = 0 < len(one.days) <= _MOST_DAYS and not any(map(wrong_day, one.days))
    return at and days and isinstance(one.title, str) and len(one.title) <= _LONGEST_TITLE


def _unread(text: str, found: str) -> SchemaMismatch:
    expected = f"schedules of reports, format {FORMAT}"
    return SchemaMismatch(text, situation="schedules_unread", key=SCHEDULES, expected=expected, found=found)

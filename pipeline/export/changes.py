"""Which items an incremental export takes: those whose attributes say that they were written in its window. Pure.

What cannot be judged is taken, too, and counted: an item is never left out because its time is written another way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import UNSET

from pipeline.clock import parse_utc
from pipeline.config import ChangedBy, TimeForm
from pipeline.export.dynamodb_json import Attribute, Item

Judgement = Literal["written", "older", "unjudged"]

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
# Digits, not \d: other scripts' digits are no times. Without an offset a time counts as UTC.
_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:[.,]([0-9]+))? ?(?:[Zz]|UTC|([+-][0-9]{2}(?::?[0-9]{2})?))?)?"
)
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
# Seconds of 1973 to 8999: seconds taken for milliseconds lie before, milliseconds taken for seconds behind.
_PLAUSIBLE = range(100_000_000, 221_800_000_000)


@dataclass(frozen=True)
class Changes:
    """What was written at or after ``since`` (None: at any time), judged ``by`` these attributes of an item."""

    by: ChangedBy
    since: datetime | None

    def among(self, items: list[Item]) -> tuple[list[Item], int]:
        """The items of a page that are taken, and how many of them could not be judged."""
        judged = [(self.judge(item), item) for item in items]
        taken = [item for judgement, item in judged if judgement != "older"]
        return taken, sum(judgement == "unjudged" for judgement, _ in judged)

    def judge(self, item: Item) -> Judgement:
        """Any readable time in the window is enough. An attribute that is there and cannot be read may hide such a
        time, and so does an item without any of them; NULL is as good as not there."""
        since, read, odd = self.since or _BEGINNING, 0, 0
        for name, form in self.by:
            value = item.get(name)
            if value is None or value.NULL is not UNSET:
                continue
            moment = _READERS[form](value)
            if moment is not None and moment >= since:
                return "written"
            read, odd = read + (moment is not None), odd + (moment is None)
        return "older" if read and not odd else "unjudged"


def iso_moment(text: str) -> datetime | None:
    """The last moment that an ISO 8601 text may mean (of its day, minute or second), in UTC; None for no such text."""
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    day, clock, second, fraction, offset = match.groups()
    unit = _unit(clock, second, fraction)
    digits = f".{fraction[:6]:0<6}" if fraction and second else ""
    try:
        return parse_utc(f"{day}T{clock or '00:00'}{second or ':00'}{digits}{offset or 'Z'}") + unit - _TICK
    except ValueError:
        return None


def epoch_moment(text: str, scale: int) -> datetime | None:
    """The last moment that a count of 1/``scale`` seconds since 1970 may mean; None for none, or an odd one."""
    if not _NUMBER.fullmatch(text):
        return None
    seconds = float(text) / scale
    if not _PLAUSIBLE.start <= seconds < _PLAUSIBLE.stop:
        return None
    unit = _TICK if "." in text else timedelta(seconds=1) / scale
    return _BEGINNING + timedelta(seconds=seconds) + unit - _TICK


def _unit(clock: str | None, second: str | None, fraction: str | None) -> timedelta:
    if clock is None:
        return timedelta(days=1)
    if second is None:
        return timedelta(minutes=1)
    return timedelta(microseconds=10 ** max(0, 6 - len(fraction or "")))


def _iso(value: Attribute) -> datetime | None:
    return iso_moment(value.S.strip()) if value.S is not UNSET else None


def _epoch(scale: int) -> Callable[[Attribute], datetime | None]:
    def read(value: Attribute) -> datetime | None:
        text = value.S if value.N is UNSET else value.N
        return epoch_moment(text.strip(), scale) if text is not UNSET else None

    return read


_READERS: dict[TimeForm, Callable[[Attribute], datetime | None]] = {
    "iso": _iso,
    "epoch": _epoch(1),
    "epoch_ms": _epoch(1000),
}

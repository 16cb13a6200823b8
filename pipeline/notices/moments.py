"""When a report is due: from days, a time and a time zone to moments in UTC. Pure; whoever asks brings the clock.

A day that a month has not (30 February; 29 February of a common year) is its last day. A time that the clocks jump over
is the moment after the jump; one that they show twice is the first of the two.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY: Final = "every"
_LAST: Final = "last"
_MOST_DAYS: Final = 31
# February has 29 here, as a definition may say.
_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_YEARLY: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
# No zone has ever jumped further than a day.
_LONGEST_JUMP: Final = 24 * 60 + 1


class Times(Protocol):
    """What of a definition's schedule says when."""

    @property
    def days(self) -> Sequence[str | int]: ...
    @property
    def at(self) -> str: ...
    @property
    def zone(self) -> str: ...


def wrong_day(day: str | int) -> bool:
    """Whether a schedule cannot have this among its days."""
    if isinstance(day, int):
        return not 1 <= day <= _MOST_DAYS
    yearly = _YEARLY.fullmatch(day)
    if yearly:
        return int(yearly[2]) > _MONTHS[int(yearly[1]) - 1]
    return day not in (_EVERY, _LAST, *WEEKDAYS)


def due(times: Times, after: datetime, until: datetime) -> Iterator[datetime]:
    """The moments after ``after`` up to ``until`` (both aware), in UTC and in order, each once."""
    zone, at = ZoneInfo(times.zone), time.fromisoformat(times.at)
    day, last = after.astimezone(zone).date() - _DAY, until.astimezone(zone).date() + _DAY
    told = after
    while day <= last:
        if any(falls_on(each, day) for each in times.days):
            moment = moment_of(day, at, zone)
            if told < moment <= until:
                told = moment
                yield moment
        day += _DAY


def next_due(times: Times, after: datetime) -> datetime:
    """The first moment after ``after``. There is one within a year, whatever the schedule says."""
    return next(due(times, after, after + timedelta(days=367)))


def falls_on(day: str | int, on: date) -> bool:
    """Whether a day of a schedule is this day."""
    if isinstance(day, int):
        return on.day == min(day, _length(on))
    yearly = _YEARLY.fullmatch(day)
    if yearly:
        return on.month == int(yearly[1]) and on.day == min(int(yearly[2]), _length(on))
    return day == _EVERY or (day == _LAST and on.day == _length(on)) or day == WEEKDAYS[on.weekday()]


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A time of a day in a zone, in UTC: the first of two, or the first moment after a jump."""
    local = datetime.combine(day, at)
    for _ in range(_LONGEST_JUMP):
        moment = local.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            return moment
        local += _MINUTE
    raise ValueError(f"{zone} has no {at} on or after {day}")


def _length(on: date) -> int:
    return monthrange(on.year, on.month)[1]

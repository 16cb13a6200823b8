"""What a source is: a name, what it needs, how far back it reaches, and days that can be fetched. Pure.

A source knows its provider and nothing of S3, runs or schedules; ``sources.fetch`` does the rest for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from pipeline.errors import DataInvalid, PipelineError
from pipeline.sources.http import Http

LONGEST_SPAN_DAYS = 3 * 366


@dataclass(frozen=True)
class Span:
    """Days from ``first`` to ``last``, both included; the source's own civil days."""

    first: date
    last: date

    def days(self) -> list[date]:
        return [self.first + timedelta(days=back) for back in range((self.last - self.first).days + 1)]

    def cut(self, most_days: int) -> Iterator[Span]:
        """The same days in pieces of at most ``most_days``, oldest first."""
        first = self.first
        while first <= self.last:
            last = min(self.last, first + timedelta(days=most_days - 1))
            yield Span(first, last)
            first = last + timedelta(days=1)


@dataclass(frozen=True)
class Rejected:
    """One field of a provider's answer that could not be taken over, and why; nothing is dropped without one.
    ``takes_value``: whether a value of the record may be missing because of it (not so of an unknown field)."""

    day: date
    field: str
    found: str
    why: str
    takes_value: bool = True


@dataclass(frozen=True)
class Envelope:
    """An answer as it was received: ``data`` is the provider's own JSON for this day, ``user`` whose it is (or which
    place), ``api_version`` the provider's, ``fetched_at`` in UTC."""

    source: str
    user: str
    day: date
    fetched_at: datetime
    api_version: str
    data: Any


@dataclass(frozen=True)
class FetchedDay:
    """One day of a source: what was received, the daily records made of it, and what was refused.

    ``records`` are plain JSON objects, units in their names, each with the source's ``key_names``; none on a day for
    which the provider has nothing. ``partial``: the day will be fetched again (it is not over, or only forecast).
    """

    day: date
    envelopes: tuple[Envelope, ...]
    records: tuple[dict[str, Any], ...]
    rejected: tuple[Rejected, ...] = ()
    partial: bool = False


@dataclass(frozen=True)
class Tools:
    """What a source is handed: the way to its provider, and the clock (aware UTC times)."""

    http: Http
    now: Callable[[], datetime]


class Source(Protocol):
    """One source. Read-only facts, and two questions."""

    @property
    def name(self) -> str:
        """Its name in the lake, in commands and in the catalogue: 3 or more of a–z, 0–9 and hyphens."""

    @property
    def key_names(self) -> tuple[str, ...]:
        """The fields that tell two of its records apart."""

    @property
    def timezone(self) -> str:
        """IANA name of the zone whose days it has."""

    @property
    def reach(self) -> date:
        """The earliest day that it can have."""

    @property
    def span_days(self) -> int:
        """The most days that one ``fetch`` may ask for."""

    def missing_requirement(self) -> PipelineError | None:
        """Why it cannot be fetched now (not connected, no place…); None when it can."""

    def fetch(self, span: Span) -> Iterator[FetchedDay]:
        """The days of a span in order. Raise AuthFailed, Forbidden, RateLimited, ExternalApiDown, SchemaMismatch…"""


def checked_span(first: date, last: date, reach: date, today: date) -> Span:
    """A span that a source may be asked for. Raise DataInvalid naming the end that is wrong."""
    if first > last:
        raise _wrong("range_order", "from", f"from {first} is after to {last}")
    if first < reach:
        raise _wrong("range_early", "from", f"from {first} is before {reach}, where this source begins")
    if last > today:
        raise _wrong("range_late", "to", f"to {last} is in the future (today is {today})")
    if (last - first).days >= LONGEST_SPAN_DAYS:
        raise _wrong("range_long", "from", f"{first} to {last} is longer than {LONGEST_SPAN_DAYS} days")
    return Span(first, last)


def _wrong(situation: str, field: str, text: str) -> DataInvalid:
    return DataInvalid(text, record="range", field=field, situation=situation)

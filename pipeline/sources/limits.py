"""When a provider that has had enough may be asked again: by its header, or by its own words. Pure.

What is a minute away is waited for in a run; an hour or a day is told with its end, and nobody waits for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pipeline.clock import utc_text

MINUTE_SECONDS = 60.0
# A wait that is only told, not sat through: beyond this it says nothing, and the calendar may have no such day.
LONGEST_TOLD_SECONDS = 30 * 86400.0
# Open-Meteo's words for its limits, which answer 429 without Retry-After: "Minutely API request limit exceeded. Please
# try again in one minute.", "Hourly … in the next hour.", "Daily … tomorrow." Each counter begins anew with its period.
_SPENT = re.compile(r"(Minutely|Hourly|Daily) API request limit exceeded", re.IGNORECASE)
_PERIODS = {"hourly": "hour_limit", "daily": "day_limit"}
# Limits whose end is further away than anybody waits for.
NOT_WAITED = frozenset(_PERIODS.values())


@dataclass(frozen=True)
class Again:
    """The moment from which on a provider answers again, ``seconds`` away; ``situation`` of a limit with texts of its
    own."""

    seconds: float
    until: datetime
    situation: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """As the facts of an error."""
        told = {"wait": f"{self.seconds:.0f}", "until": utc_text(self.until)}
        return told | ({"situation": self.situation} if self.situation else {})


def again(header: str | None, message: str, now: datetime) -> Again | None:
    """When to ask again, by a Retry-After header, else by what the provider says; None when neither tells."""
    seconds = retry_after(header, now)
    if seconds is not None:
        return Again(seconds, now + timedelta(seconds=seconds))
    spent = _SPENT.match(message)
    if spent is None:
        return None
    situation = _PERIODS.get(spent[1].lower(), "minute_limit")
    until = _end(situation, now)
    return Again((until - now).total_seconds(), until, situation)


def retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds to wait, from either form of the header, 30 days at most. Source: RFC 9110, "Retry-After"."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_TOLD_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return min(max(0.0, seconds), LONGEST_TOLD_SECONDS)


def _end(situation: str, now: datetime) -> datetime:
    now = now.astimezone(UTC)
    if situation == "day_limit":
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    if situation == "hour_limit":
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    # Whichever second of the minute its counter begins with, a whole one is long enough.
    return now + timedelta(seconds=MINUTE_SECONDS)

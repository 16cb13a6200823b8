"""The addresses of notices in the lake: what is wanted, what waits, what was told, what was sent. Pure.

What a change is called is of other people's making: its key is made of its SHA-256.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Final

from pipeline.lake.keys import day_prefix, valid_run_id

PREFERENCES: Final = "config/notices.json"
NOTICES: Final = "metadata/notices/"
OUTBOX: Final = f"{NOTICES}outbox.json"
TOLD: Final = f"{NOTICES}told/"
_OURS = re.compile(
    re.escape(NOTICES) + r"(outbox\.json|told/[0-9a-f]{64}\.json|dt=\d{4}-\d{2}-\d{2}/\d{12}-[A-Za-z0-9]{1,32}\.json)"
)


def told_key(change: str) -> str:
    """Key of the mark that a change was told, whoever told it."""
    return f"{TOLD}{sha256(change.encode('utf-8', 'backslashreplace')).hexdigest()}.json"


def log_prefix(day: date) -> str:
    """Where what was sent on a UTC day is told."""
    return day_prefix(NOTICES, day)


def log_key(at: datetime, mark: str) -> str:
    """Key of what one call has sent; ``mark`` tells calls of one moment apart. Raise DataInvalid."""
    at = at.astimezone(UTC)
    return f"{log_prefix(at.date())}{at:%H%M%S%f}-{valid_run_id(mark)}.json"


def is_notice_key(key: str) -> bool:
    """Whether a key is one of these, but for the preferences'."""
    return _OURS.fullmatch(key) is not None

"""Where the history's index lies: an object a day of the month that goes on, and one a month that is over. Pure.

They repeat what the ledger says, so that a long history opens by few requests; nothing of them is ever the truth.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from pipeline.clock import parse_day

HISTORY: Final = "metadata/history/"
_INDEX = re.compile(
    re.escape(HISTORY) + r"(?:days/(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})|months/(?P<month>[0-9]{4}-[0-9]{2}))\.json\.gz"
)


def day_index_key(day: date) -> str:
    """Of one UTC day."""
    return f"{HISTORY}days/{day.isoformat()}.json.gz"


def month_index_key(day: date) -> str:
    """Of the month that a day lies in."""
    return f"{HISTORY}months/{day:%Y-%m}.json.gz"


def is_history_key(key: str) -> bool:
    """Whether an index lies there."""
    match = _INDEX.fullmatch(key)
    try:
        return bool(match and parse_day(match["day"] or f"{match['month']}-01"))
    except ValueError:
        return False

"""The addresses of what analysis keeps in the lake: results of quality and their marks, the named questions. Pure.

Built of the same checked parts as all others (``keys.py``), so that nothing outside of their prefix can be named.
"""

from __future__ import annotations

import re
from datetime import date

from pipeline.clock import parse_day
from pipeline.lake.keys import day_prefix, valid_run_id, valid_table

QUALITY = "metadata/quality/"
# Beside people's own days: an operator's to read and to write.
QUESTIONS = "metadata/insights/questions.json"

_RESULT = re.compile(
    re.escape(QUALITY)
    + r"(?P<table>[A-Za-z0-9_.-]{3,255})/dt=(?P<day>\d{4}-\d{2}-\d{2})/(?P<run_id>[A-Za-z0-9][A-Za-z0-9_-]{0,99})\.json"
)
_MARKS = re.compile(re.escape(QUALITY) + r"(?P<table>[A-Za-z0-9_.-]{3,255})/marks\.json")


def quality_prefix(table: str) -> str:
    """Where everything stands that is known of a table's quality. Raise DataInvalid."""
    return f"{QUALITY}{valid_table(table)}/"


def quality_key(table: str, day: date, run_id: str) -> str:
    """Key of the result of one look at a UTC day of ``table``. Raise DataInvalid."""
    return f"{day_prefix(quality_prefix(table), day)}{valid_run_id(run_id)}.json"


def quality_marks_key(table: str) -> str:
    """Key of what people have said of a table's findings. Raise DataInvalid."""
    return f"{quality_prefix(table)}marks.json"


def parse_quality_key(key: str) -> tuple[str, date, str] | None:
    """Read a result's key as (table, UTC day, run id); None when it is not one."""
    match = _RESULT.fullmatch(key)
    try:
        return (match["table"], parse_day(match["day"]), match["run_id"]) if match else None
    except ValueError:
        return None


def parse_quality_marks_key(key: str) -> str | None:
    """Read the key of marks as their table; None when it is not one."""
    match = _MARKS.fullmatch(key)
    return match["table"] if match else None

"""How a reader computes a forecast again: Python of this package over the CSV that the SQL gives. Pure.

The SQL is answered by whatever is published now; the calendar ends where the forecast's did.
"""

from __future__ import annotations

from datetime import date
from typing import Final

CSV: Final = "days.csv"
_OUTLOOK: Final = """import csv
from datetime import date
from pipeline.analysis.forecast.outlook import outlook
from pipeline.analysis.forecast.series import TARGETS, series_of

rows = list(csv.DictReader(open("{csv}", encoding="utf-8-sig")))
days = [date.fromisoformat(row["day"]) for row in rows]
values = [float(row["{target}"]) if row["{target}"] else None for row in rows]
print(outlook(series_of(TARGETS["{target}"], days, values, date({year}, {month}, {day}))))
"""


def of_outlook(target: str, end: date) -> str:
    """The lines that print the Outlook of a target whose first foreseen day is ``end``."""
    return _OUTLOOK.format(csv=CSV, target=target, year=end.year, month=end.month, day=end.day)

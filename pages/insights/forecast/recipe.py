"""How a reader computes a forecast again: Python of this package over the CSV that the SQL gives. Pure.

The SQL is answered by whatever is published now; the calendar ends where the forecast's did.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Final

from pipeline.analysis.forecast.series import Series

DAYS, TASKS = "days.csv", "tasks.csv"
_SERIES: Final = """import csv
from datetime import date
from pipeline.analysis.forecast.series import TARGETS, series_of
{imports}

rows = list(csv.DictReader(open("days.csv", encoding="utf-8-sig")))
days = [date.fromisoformat(row["day"]) for row in rows]
values = [float(row["{target}"]) if row["{target}"] else None for row in rows]
series = series_of(TARGETS["{target}"], days, values, date({year}, {month}, {day}))
"""
_OUTLOOK: Final = _SERIES + "print(outlook(series))\n"
_MORNING: Final = """import csv
from datetime import date
from pipeline.analysis.forecast.morning import morning
from pipeline.console.insights.foreseeing.morning_days import mornings

told = list(csv.DictReader(open("days.csv", encoding="utf-8-sig")))
numbers = [{{name: float(cell) if cell else None for name, cell in row.items() if name != "day"}} for row in told]
rows = [{{**row, "day": one["day"]}} for row, one in zip(numbers, told)]
print(morning(mornings("", rows, date({year}, {month}, {day}))))
"""
_COMPLETION: Final = (
    _SERIES
    + """told = list(csv.DictReader(open("tasks.csv", encoding="utf-8-sig")))
numbers = ("estimated_minutes", "minutes")
tasks = [{{**row, **{{name: float(row[name]) if row[name] else None for name in numbers}}}} for row in told]
project = next(one for one in open_projects(tasks).projects if one.id == {id!r})
print(completed(project, series.values, series.end, {seed}))
"""
)
_GROWTH: Final = """from datetime import date
from pipeline.analysis.forecast.growth import {name}, growth

exports = {exports}
days = [date.fromisoformat(day) for day in exports]
print(growth({name}, days, list(exports.values()), date({year}, {month}, {day})))
"""


def of_outlook(target: str, end: date) -> str:
    """The lines that print the Outlook of a target whose first foreseen day is ``end``."""
    imports = "from pipeline.analysis.forecast.outlook import outlook"
    return _OUTLOOK.format(target=target, imports=imports, **_day(end))


def of_morning(today: date) -> str:
    """The lines that print the Morning of ``today``."""
    return _MORNING.format(**_day(today))


def of_completion(project: str, today: date, seed: int) -> str:
    """The lines that print the Completion of a project by its id, foreseen on ``today``."""
    imports = "from pipeline.console.insights.foreseeing.tasks import completed, open_projects"
    return _COMPLETION.format(target="focus_minutes", imports=imports, id=project, seed=seed, **_day(today))


def of_growth(target: str, exports: Series, end: date) -> str:
    """The lines that print the Growth of ``records`` or ``bytes`` before ``end``; what was exported stands in them."""
    known = (exports.first + timedelta(days=at) for at in range(len(exports.values)))
    told = {
        day.isoformat(): float(value)
        for day, value in zip(known, exports.values, strict=True)
        if day < end and math.isfinite(value)
    }
    return _GROWTH.format(name=target.upper(), exports=told, **_day(end))


def _day(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}

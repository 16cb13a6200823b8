"""What a day of good focus is foreseen of in the morning: last night, today's weather, and the evenings before. Pure.

Today's weather may be a forecast: that is what was known. Of the days before, what was foreseen of the weather is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np

from pipeline.analysis.correlation.cells import FORECAST, Row
from pipeline.analysis.correlation.frame import frame_of
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.forecast.morning import MorningFrame, morning_frame
from pipeline.analysis.forecast.series import TARGETS, Floats, Target

TARGET: Final = "good_focus"
_FOCUS: Final = Target("focus", 1, 10)
# In measures' units; what no day can have is missing, as it is of a series.
_NIGHT: Final = (Target("sleep_hours", 0, 24), Target("sleep_quality", 1, 5), Target("fatigue", 1, 10))
_WEATHER: Final = (Target("temperature_c", -90, 60), Target("rain_mm", 0, 2000), Target("pressure_hpa", 850, 1100))
_PAST: Final = (TARGETS["focus_minutes"], TARGETS["mood"])
_ALL: Final = (_FOCUS, *_NIGHT, *_WEATHER, *_PAST)
_KNOWN_WEATHER = f"(day = cast({{{{today}}}} as date) or weather_kind is distinct from '{FORECAST}')"
_PLAIN = ",\n    ".join(one.name for one in (_FOCUS, *_NIGHT, *_PAST))
_CASES = ",\n    ".join(f"case when {_KNOWN_WEATHER} then {one.name} end as {one.name}" for one in _WEATHER)
MORNING_SQL: Final = f"""select
    day,
    {_PLAIN},
    {_CASES}
from mart_daily_wellness
where user_id = {{{{person}}}} and day >= cast({{{{from}}}} as date) and day <= cast({{{{today}}}} as date)
order by day"""  # noqa: S608 - the names are ours


def mornings(person: str, rows: Iterable[Row], today: date) -> MorningFrame:
    """Of the rows that MORNING_SQL gives, up to ``today``. Raise NotFound, DataInvalid as ``frame_of`` does."""
    frame = frame_of(person, rows, today + timedelta(days=1), [measures()[one.name] for one in _ALL])
    days = (today - frame.first).days + 1
    columns = {one.name: _possible(one, frame.column(one.name), days) for one in _ALL}
    return morning_frame(frame.first, columns["focus"], _of(columns, _NIGHT + _WEATHER), _of(columns, _PAST))


def _possible(target: Target, values: Floats, days: int) -> Floats:
    seen = np.isfinite(values) & (values >= target.low) & (values <= target.high)
    return np.concatenate([np.where(seen, values, np.nan), np.full(days - len(values), np.nan)])


def _of(columns: Mapping[str, Floats], wanted: Iterable[Target]) -> dict[str, Floats]:
    return {one.name: columns[one.name] for one in wanted}

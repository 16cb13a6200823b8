"""What is true of the sample, as data: what a correlation must find in it, and what it must not. Pure.

Names are those of ``mart_daily_wellness``. ``lag``: so many days from the driver's day to the outcome's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Planted:
    """The outcome moves with the driver (``sign`` 1) or against it (−1) in everybody but the ``opposite``."""

    driver: str
    outcome: str
    lag: int
    sign: int
    opposite: str | None = None


PLANTED = (
    Planted("sleep_hours", "focus", 0, 1),
    Planted("sleep_hours", "focus_minutes", 0, 1),
    Planted("sleep_hours", "session_mood", 0, 1),
    Planted("sleep_hours", "mood", 0, 1, opposite="kenji"),
    Planted("rain_mm", "focus", 0, -1),
    Planted("rain_mm", "session_mood", 0, -1),
    Planted("sunshine_hours", "mood", 0, 1),
    Planted("focus_minutes", "fatigue", 1, 1),
)
# Both follow the same slow wave; who weighs more works longer. Within a person neither moves with the other.
SHARED_TREND = ("weight_kg", "session_mood")
BETWEEN_PEOPLE = ("weight_kg", "focus_minutes")
# Of one origin, and so moved together with what is planted of one of them: finding these is not wrong.
_OF_SLEEP = (
    "sleep_hours",
    "sleep_quality",
    "deep_sleep_hours",
    "fatigue",
    "steps",
    "active_minutes",
    "resting_heart_rate",
)
_OF_SKY = ("rain_mm", "pressure_hpa", "humidity_percent", "sunshine_hours")
# A night is a little like the one before, and so what follows the one foretells the other.
_CARRIED = {("evening_mood", "sleep_quality"), ("mood", "focus_minutes"), ("active_minutes", "sleep_hours")}
TRUE_PAIRS = frozenset(
    {(one.driver, one.outcome) for one in PLANTED}
    | set(product(_OF_SLEEP, ("focus", "focus_minutes", "session_mood", "mood")))
    | set(product(_OF_SKY, ("focus", "session_mood", "mood")))
    | _CARRIED
)

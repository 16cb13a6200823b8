"""The daily run's schedule in EventBridge Scheduler, read.

Apart from what changes it (``schedule.py``): the function reads it to know when an export is late, and may not move it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

_DAILY = re.compile(r"cron\((?P<minute>\d{1,2}) (?P<hour>\d{1,2}) \* \* \? \*\)")


@dataclass(frozen=True)
class Plan:
    """A schedule as AWS has it; ``hour`` and ``minute`` are None when it is not one time a day."""

    name: str
    expression: str
    timezone: str
    enabled: bool
    hour: int | None
    minute: int | None


def held(client: EventBridgeSchedulerClient, name: str) -> dict[str, Any]:
    """A schedule whole: ``group/name``, or a name in the default group. Raise NotFound when there is none,
    Forbidden, …"""
    group, _, own = name.rpartition("/")
    with translated("scheduler:GetSchedule", name):
        return dict(client.get_schedule(Name=own, GroupName=group or "default"))


def plan_of(raw: dict[str, Any]) -> Plan:
    """What it says of when."""
    expression = str(raw["ScheduleExpression"])
    daily = _DAILY.fullmatch(expression)
    return Plan(
        name=str(raw["Name"]),
        expression=expression,
        timezone=str(raw.get("ScheduleExpressionTimezone", "UTC")),
        enabled=raw.get("State", "ENABLED") == "ENABLED",
        hour=int(daily["hour"]) if daily else None,
        minute=int(daily["minute"]) if daily else None,
    )

"""The daily run's schedule in EventBridge Scheduler: read, switched on and off, moved to another time of day.

Source: EventBridge Scheduler API Reference, "UpdateSchedule" (it replaces the whole schedule, so all of it is kept).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.access import Doing, unguarded
from pipeline.aws import translated
from pipeline.errors import DataInvalid

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

_DAILY = re.compile(r"cron\((?P<minute>\d{1,2}) (?P<hour>\d{1,2}) \* \* \? \*\)")
_KEPT = (
    "Name",
    "GroupName",
    "ScheduleExpressionTimezone",
    "StartDate",
    "EndDate",
    "Description",
    "KmsKeyArn",
    "Target",
    "FlexibleTimeWindow",
    "ActionAfterCompletion",
)
LAST_HOUR, LAST_MINUTE = 23, 59


@dataclass(frozen=True)
class Plan:
    """A schedule as AWS has it; ``hour`` and ``minute`` are None when it is not one time a day."""

    name: str
    expression: str
    timezone: str
    enabled: bool
    hour: int | None
    minute: int | None


class Schedules:
    """One schedule: ``group/name``, or a name in the default group; ``doing`` checks changes."""

    def __init__(self, client: EventBridgeSchedulerClient, name: str, doing: Doing = unguarded) -> None:
        self._client, self.name, self._doing = client, name, doing
        group, _, self._name = name.rpartition("/")
        self._group = group or "default"

    def current(self) -> Plan:
        """Raise NotFound when there is none, Forbidden, …"""
        return _plan(self._get())

    def change(self, enabled: bool, hour: int, minute: int) -> Plan:
        """Switch it and set its time of day, in the schedule's own time zone. Raise DataInvalid for no such time."""
        with self._doing("schedule", f"{self.name} {hour:02}:{minute:02} {'on' if enabled else 'off'}"):
            return self._change(enabled, hour, minute)

    def _change(self, enabled: bool, hour: int, minute: int) -> Plan:
        if not (0 <= hour <= LAST_HOUR and 0 <= minute <= LAST_MINUTE):
            raise DataInvalid(f"{hour}:{minute} is no time of day", record=self.name, field="ScheduleExpression")
        held = self._get()
        kept: dict[str, Any] = {name: held[name] for name in _KEPT if held.get(name) is not None}
        wanted = {
            "ScheduleExpression": f"cron({minute} {hour} * * ? *)",
            "State": "ENABLED" if enabled else "DISABLED",
        }
        with translated("scheduler:UpdateSchedule", self.name):
            self._client.update_schedule(**kept, **wanted)  # type: ignore[arg-type]
        return self.current()

    def _get(self) -> dict[str, Any]:
        with translated("scheduler:GetSchedule", self.name):
            return dict(self._client.get_schedule(Name=self._name, GroupName=self._group))


def _plan(raw: dict[str, Any]) -> Plan:
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

"""The daily run's schedule in EventBridge Scheduler: switched on and off, moved (``plan.py`` reads it).

Source: EventBridge Scheduler API Reference, "UpdateSchedule" (it replaces the whole schedule, so all of it is kept).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.access import Doing, unguarded
from pipeline.aws import translated
from pipeline.errors import DataInvalid
from pipeline.monitor.plan import Plan, held, plan_of

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

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


class Schedules:
    """One schedule: ``group/name``, or a name in the default group; ``doing`` checks changes."""

    def __init__(self, client: EventBridgeSchedulerClient, name: str, doing: Doing = unguarded) -> None:
        self._client, self.name, self._doing = client, name, doing

    def current(self) -> Plan:
        """Raise NotFound when there is none, Forbidden, …"""
        return plan_of(held(self._client, self.name))

    def change(self, enabled: bool, hour: int, minute: int) -> Plan:
        """Switch it and set its time of day, in the schedule's own time zone. Raise DataInvalid for no such time."""
        with self._doing("schedule", f"{self.name} {hour:02}:{minute:02} {'on' if enabled else 'off'}"):
            return self._change(enabled, hour, minute)

    def _change(self, enabled: bool, hour: int, minute: int) -> Plan:
        if not (0 <= hour <= LAST_HOUR and 0 <= minute <= LAST_MINUTE):
            raise DataInvalid(f"{hour}:{minute} is no time of day", record=self.name, field="ScheduleExpression")
        whole = held(self._client, self.name)
        kept: dict[str, Any] = {name: whole[name] for name in _KEPT if whole.get(name) is not None}
        wanted = {
            "ScheduleExpression": f"cron({minute} {hour} * * ? *)",
            "State": "ENABLED" if enabled else "DISABLED",
        }
        with translated("scheduler:UpdateSchedule", self.name):
            self._client.update_schedule(**kept, **wanted)  # type: ignore[arg-type]
        return self.current()

"""pipeline.monitor.schedule: the daily run's schedule, read and changed as a whole."""

from __future__ import annotations

import uuid

import pytest

from pipeline.aws import Cloud
from pipeline.errors import DataInvalid, NotFound
from pipeline.monitor.schedule import Schedules


def make(cloud: Cloud, expression: str = "cron(0 14 * * ? *)") -> Schedules:
    name = f"daily-{uuid.uuid4().hex[:8]}"
    cloud.scheduler.create_schedule(
        Name=name,
        ScheduleExpression=expression,
        ScheduleExpressionTimezone="Asia/Tokyo",
        Description="kept",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:lambda:ap-northeast-1:123456789012:function:f",
            "RoleArn": "arn:aws:iam::123456789012:role/r",
            "Input": '{"trigger": "schedule"}',
        },
    )
    return Schedules(cloud.scheduler, name)


def test_a_daily_schedule_tells_its_time(cloud: Cloud) -> None:
    plan = make(cloud).current()
    assert (plan.hour, plan.minute, plan.timezone, plan.enabled) == (14, 0, "Asia/Tokyo", True)


def test_a_schedule_that_is_not_daily_has_no_time_of_day(cloud: Cloud) -> None:
    plan = make(cloud, "rate(5 minutes)").current()
    assert (plan.hour, plan.minute, plan.expression) == (None, None, "rate(5 minutes)")


def test_a_change_keeps_everything_else(cloud: Cloud) -> None:
    schedules = make(cloud)
    plan = schedules.change(enabled=False, hour=6, minute=30)
    assert (plan.hour, plan.minute, plan.enabled, plan.timezone) == (6, 30, False, "Asia/Tokyo")
    raw = cloud.scheduler.get_schedule(Name=schedules.name)
    assert raw["Target"]["Input"] == '{"trigger": "schedule"}'
    assert raw["Description"] == "kept"
    assert raw["FlexibleTimeWindow"]["Mode"] == "OFF"


def test_a_schedule_of_a_group_is_read_and_changed_there(cloud: Cloud) -> None:
    name = make(cloud).name
    cloud.scheduler.create_schedule_group(Name=f"group-{name}")
    held = cloud.scheduler.get_schedule(Name=name)
    cloud.scheduler.create_schedule(
        Name=name,
        GroupName=f"group-{name}",
        ScheduleExpression="cron(30 9 * * ? *)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=held["Target"],
    )
    grouped = Schedules(cloud.scheduler, f"group-{name}/{name}")
    assert grouped.current().hour == 9
    assert grouped.change(enabled=True, hour=10, minute=0).hour == 10
    assert Schedules(cloud.scheduler, name).current().hour == 14


@pytest.mark.parametrize(("hour", "minute"), [(24, 0), (-1, 0), (0, 60)])
def test_no_time_of_day_is_refused_and_nothing_changes(cloud: Cloud, hour: int, minute: int) -> None:
    schedules = make(cloud)
    with pytest.raises(DataInvalid):
        schedules.change(enabled=True, hour=hour, minute=minute)
    assert schedules.current().hour == 14


def test_a_missing_schedule_is_named(cloud: Cloud) -> None:
    with pytest.raises(NotFound):
        Schedules(cloud.scheduler, "no-such-schedule").current()

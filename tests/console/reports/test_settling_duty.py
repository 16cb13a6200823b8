"""pipeline.console.reports.settling_duty: what lags is set right once; a look at what has not changed reads nothing."""

from __future__ import annotations

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.reports.settling_duty import SettlingDuty
from pipeline.console.wiring import wire
from pipeline.errors import S3AccessDenied
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import SCHEDULES
from tests.conftest import REGION
from tests.console.reports.kept import SCHEDULE, Shared, yaml_of
from tests.faults.proxy import Fault, Proxy

DUE = yaml_of(schedule=SCHEDULE)


def app_at(lake: Lake, url: str) -> App:
    named = {"PIPELINE_BACKEND": "aws", "AWS_REGION": REGION, "TABLE_NAME": "t-1", "BUCKET_NAME": lake.bucket}
    return wire(Settings.from_env(named), Cloud(REGION, url, Credentials("testing", "testing")))


def test_a_definition_that_came_past_the_console_is_due_and_then_left_alone(shared: Shared, emulator_url: str) -> None:
    shared.plant_definition("weekly", DUE)
    duty = SettlingDuty()
    with Proxy(emulator_url) as proxy:
        app = app_at(shared.lake, proxy.url)
        duty(app)
        assert set(shared.due()) == {"weekly"}
        # The look after has seen the index change.
        duty(app)
        before = len(proxy.log)
        duty(app)
        assert sorted(seen.operation for seen in proxy.log[before:]) == ["s3.HeadObject", "s3.ListObjectsV2"]


def test_an_index_that_somebody_broke_is_made_anew(shared: Shared, emulator_url: str) -> None:
    shared.of().save("weekly", DUE, "")
    duty, app = SettlingDuty(), app_at(shared.lake, emulator_url)
    duty(app)
    shared.plant(SCHEDULES, b"no index")
    duty(app)
    assert set(shared.due()) == {"weekly"}


def test_what_could_not_be_set_right_is_tried_again(shared: Shared, emulator_url: str) -> None:
    shared.plant_definition("weekly", DUE)
    duty = SettlingDuty()
    with Proxy(emulator_url, (Fault("s3.PutObject", "access_denied", key=SCHEDULES),)) as proxy:
        app = app_at(shared.lake, proxy.url)
        with pytest.raises(S3AccessDenied):
            duty(app)
        duty(app)
    assert set(shared.due()) == {"weekly"}

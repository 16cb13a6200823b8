"""pipeline.function.events: the function's events and responses, old shapes included."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import AlreadyRunning, DataInvalid, NotFound
from pipeline.function import events
from pipeline.runs.request import ExportRequest, ExportResult, is_scheduled
from pipeline.runs.run import Run

NOW = datetime(2024, 2, 1, 5, 0, 7, tzinfo=UTC)
RULE = {
    "id": "cdc73f9d-aea9-11e3-9d5a-835b769c0d9c",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2024-02-01T05:00:00Z",
    "resources": ["arn:aws:events:ap-northeast-1:1:rule/daily"],
    "detail": {},
}
SCHEDULER = {
    "trigger": "schedule",
    "scheduleArn": "arn:aws:scheduler:ap-northeast-1:1:schedule/default/daily",
    "scheduledTime": "2024-02-01T05:00:00Z",
}


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def parse(event: Any, now: datetime = NOW) -> ExportRequest:
    return events.parse_event(event, "default-table", now, "request-1")


def test_an_empty_event_exports_the_default_table_in_full() -> None:
    request = parse({})
    assert (request.table, request.mode, request.trigger) == ("default-table", "full", "manual")
    assert request.run_id.startswith("20240201T050007Z-")


def test_the_old_event_is_understood() -> None:
    request = parse({"tableName": "other", "mode": "incremental", "incrementalDays": 3, "runId": "r1"})
    assert request == ExportRequest("r1", "other", "incremental", 3, "manual", "request-1")


def test_without_days_an_incremental_export_goes_back_to_the_last_success() -> None:
    assert parse({"mode": "incremental"}).incremental_days is None


@pytest.mark.parametrize("event", [RULE, SCHEDULER])
def test_a_schedule_delivered_twice_is_the_same_run(event: dict[str, Any]) -> None:
    first, second = parse(event), parse(event, NOW + timedelta(hours=3))
    assert first.run_id == second.run_id
    assert first.run_id.startswith("20240201T050000Z-")
    assert first.trigger == "schedule"


def test_another_day_or_another_schedule_is_another_run() -> None:
    tomorrow = {**SCHEDULER, "scheduledTime": "2024-02-02T05:00:00Z"}
    other = {**SCHEDULER, "scheduleArn": "arn:aws:scheduler:ap-northeast-1:1:schedule/default/other"}
    assert len({parse(event).run_id for event in (SCHEDULER, tomorrow, other)}) == 3


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ([], "event"),
        ("text", "event"),
        (None, "event"),
        ({"tableName": "../etc"}, "tableName"),
        ({"tableName": 5}, "tableName"),
        ({"mode": "half"}, "mode"),
        ({"incrementalDays": 0}, "incrementalDays"),
        ({"incrementalDays": "3"}, "incrementalDays"),
        ({"incrementalDays": True}, "incrementalDays"),
        ({"runId": "../../x"}, "runId"),
        ({"runId": "a" * 200}, "runId"),
        ({"trigger": "nobody"}, "trigger"),
        ({"trigger": ["schedule"]}, "trigger"),
        ({"runId": 10**30}, "runId"),
        ({"runId": "\ud800"}, "runId"),
        ({"runId": nested(5000)}, "runId"),
        ({"tableName": nested(5000), **SCHEDULER}, "tableName"),
        ({"mode": nested(5000)}, "mode"),
        ({"hop": nested(5000)}, "hop"),
    ],
)
def test_a_malformed_event_names_its_field(event: Any, field: str) -> None:
    with pytest.raises(DataInvalid) as caught:
        parse(event)
    assert caught.value.facts["field"] == field


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
FIELDS = "tableName mode incrementalDays runId trigger source time resources id detail-type scheduleArn scheduledTime"


@given(st.dictionaries(st.sampled_from(FIELDS.split()), JSON, max_size=6) | JSON)
def test_any_json_is_a_request_or_a_named_refusal(event: Any) -> None:
    is_scheduled(event)
    try:
        request = parse(event)
    except DataInvalid as error:
        assert error.facts["field"]
        assert events.failure(error, event, None)["statusCode"] == 500
        return
    assert request.mode in {"full", "incremental"}


@pytest.mark.parametrize("name", ["\ud800", nested(5000), 10**30, None])
def test_a_schedule_of_any_name_is_a_schedule(name: Any) -> None:
    assert parse({**SCHEDULER, "scheduleArn": name}).run_id.startswith("20240201T050000Z-")


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "soon", nested(5000), None])
def test_a_schedule_without_a_time_that_can_be_is_a_run_of_now(time: Any) -> None:
    request = parse({**SCHEDULER, "scheduledTime": time})
    assert (request.trigger, request.run_id[:17]) == ("schedule", "20240201T050007Z-")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", 5, nested(5000)])
def test_a_day_that_cannot_be_is_refused_by_name(day: Any) -> None:
    with pytest.raises(DataInvalid) as caught:
        events.parse_fetch({"source": "weather", "from": day}, NOW)
    assert caught.value.facts["field"] == "from"


def test_the_success_response_has_the_contract_fields() -> None:
    run = Run("r1", "t-1", date(2024, 2, 1), NOW, NOW, status="succeeded", records=3, bytes=99, key="k")
    answer = events.success(ExportResult(run, "s3://b/k", 1234))
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {
        "message": "Export completed successfully",
        "tableName": "t-1",
        "exportMode": "full",
        "itemCount": 3,
        "s3Location": "s3://b/k",
        "exportDate": "2024-02-01",
        "runId": "r1",
        "bytes": 99,
        "durationMs": 1234,
    }


def test_warnings_travel_with_a_success() -> None:
    run = Run("r1", "t-1", date(2024, 2, 1), NOW, NOW)
    assert json.loads(events.success(ExportResult(run, "", 0, ("no ledger",)))["body"])["warnings"] == ["no ledger"]


def test_the_failure_response_has_the_contract_fields() -> None:
    answer = events.failure(NotFound("no table t-1"), {}, ExportRequest("r1", "t-1"))
    assert answer["statusCode"] == 500
    assert json.loads(answer["body"]) == {
        "error": "NOT_FOUND",
        "code": "E014",
        "message": "no table t-1",
        "tableName": "t-1",
        "exportMode": "full",
        "runId": "r1",
    }


def test_a_run_refused_for_another_one_names_the_one_that_goes_on() -> None:
    answer = events.failure(AlreadyRunning("busy", run_id="first"), {}, ExportRequest("second", "t-1"))
    assert json.loads(answer["body"])["runId"] == "first"


def test_a_refused_event_is_answered_without_a_request() -> None:
    assert json.loads(events.failure(DataInvalid("x"), "no object", None)["body"])["code"] == "E003"


@pytest.mark.parametrize("odd", [10**30, "\ud800", nested(300), "x" * 300, {"a": 1}, b"x"])
@pytest.mark.parametrize("field", ["tableName", "mode", "runId"])
def test_what_is_no_short_text_is_not_echoed(field: str, odd: Any) -> None:
    body = json.loads(events.failure(DataInvalid("x"), {"runId": "r1", field: odd}, None)["body"])
    echoed = {"tableName": body["tableName"], "mode": body["exportMode"], "runId": body["runId"]}
    assert echoed[field] is None


def test_a_refused_text_is_echoed() -> None:
    body = json.loads(events.failure(DataInvalid("x"), {"tableName": "../x", "runId": "r 1"}, None)["body"])
    assert (body["tableName"], body["runId"]) == ("../x", "r 1")

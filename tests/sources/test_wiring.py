"""pipeline.sources.wiring and the events for sources: each in an invocation of its own, the same run twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.aws import Cloud
from pipeline.errors import ConfigInvalid, NotFound, PipelineError, RateLimited
from pipeline.function.events import parse_fetch
from pipeline.function.handler import ExportFunction
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.sources.open_meteo.places import Place, as_json
from pipeline.sources.wiring import Sources, build_sources
from tests.function.test_handler import call

MakeFunction = Callable[[str], ExportFunction]
SCHEDULE = {"trigger": "schedule", "scheduleArn": "arn:sources", "scheduledTime": "2024-02-01T05:30:00Z"}
PLACES = {"places": [as_json(Place("tokyo", "東京", 35.6895, 139.69171))]}


@pytest.fixture
def started() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def sources(make_function: MakeFunction, cloud: Cloud, started: list[dict[str, Any]]) -> Sources:
    exporter = make_function("any-table").exporter
    settings = make_function("any-table").settings
    made = build_sources(settings, cloud, exporter.lake, exporter.now, started.append)
    wanted = (
        SourceEntry("weather", "weather", options=PLACES),
        SourceEntry("air-quality", "air-quality", enabled=False, options=PLACES),
        SourceEntry("other-table", "table"),
    )
    made.configs.change(SourceConfig(), SourceConfig(wanted), "test", "three sources")
    return made


@pytest.fixture
def function(make_function: MakeFunction, sources: Sources) -> ExportFunction:
    return replace(make_function("any-table"), sources=lambda: sources)


def test_what_is_due_is_started_each_by_itself_and_what_is_off_is_not(
    function: ExportFunction, started: list[dict[str, Any]]
) -> None:
    answer = call({"sources": "due", **SCHEDULE}, function)
    assert json.loads(answer["body"])["sources"] == ["weather", "other-table"]
    assert started == [{"source": "weather", **SCHEDULE}, {"tableName": "other-table", **SCHEDULE}]


def test_a_start_that_fails_stops_no_other_and_is_raised_at_the_end(
    sources: Sources, started: list[dict[str, Any]]
) -> None:
    def carry_on(event: dict[str, Any]) -> None:
        if event.get("source") == "weather":
            raise RateLimited("too many")
        started.append(event)

    there = replace(sources, fetcher=replace(sources.fetcher, carry_on=carry_on))
    with pytest.raises(RateLimited):
        there.start_due(SCHEDULE)
    assert [event["tableName"] for event in started] == ["other-table"]


def test_without_a_function_nothing_can_be_started(sources: Sources) -> None:
    with pytest.raises(ConfigInvalid, match="no function"):
        replace(sources, fetcher=replace(sources.fetcher, carry_on=None)).start_due(SCHEDULE)


def test_a_source_that_fails_on_the_schedule_is_raised_so_that_aws_sees_it(function: ExportFunction) -> None:
    with pytest.raises(PipelineError, match="2999-01-01"):
        call({"source": "weather", "from": "2999-01-01", **SCHEDULE}, function)


def test_a_schedule_delivered_twice_is_one_run_a_source(function: ExportFunction) -> None:
    now = function.exporter.now()
    ids = [parse_fetch({"source": name, **SCHEDULE}, now).run_id for name in ("weather", "weather", "air-quality")]
    assert ids[0] == ids[1] != ids[2]


def test_asked_by_a_person_a_failure_is_an_answer_of_the_contract(function: ExportFunction) -> None:
    answer = call({"source": "tides", "runId": "r1"}, function)
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["code"], body["tableName"], body["runId"]) == (500, "E014", "tides", "r1")


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"source": "../x"}, "source"),
        ({"source": 5}, "source"),
        ({"source": "weather", "from": "yesterday"}, "from"),
        ({"source": "weather", "to": 5}, "to"),
        ({"source": "weather", "runId": "../r"}, "runId"),
    ],
)
def test_a_malformed_event_names_its_field(function: ExportFunction, event: dict[str, Any], field: str) -> None:
    body = json.loads(call(event, function)["body"])
    assert (body["code"], field in body["message"]) == ("E003", True)


def test_a_table_is_no_source_to_fetch(sources: Sources) -> None:
    with pytest.raises(NotFound):
        sources.find("other-table")


def test_an_eventbridge_rule_still_exports_the_table(function: ExportFunction) -> None:
    event = {"source": "aws.events", "detail-type": "Scheduled Event", "time": "2024-02-01T05:00:00Z"}
    with pytest.raises(NotFound, match="any-table"):
        call(event, function)

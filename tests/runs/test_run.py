"""pipeline.runs.run: ledger entries go to JSON and back, and foreign ones are named."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clock import parse_utc, utc_text
from pipeline.errors import SchemaMismatch
from pipeline.runs.engine_reason import EngineReason
from pipeline.runs.entry import RunEntry
from pipeline.runs.history import Summary
from pipeline.runs.run import Run, RunError

NOW = datetime(2024, 2, 1, 12, 0, tzinfo=UTC)
RUN = Run("r1", "t-1", date(2024, 2, 1), NOW, NOW, error=RunError("E005", "slow down"), finished_at=NOW)


def test_an_entry_survives_the_ledger() -> None:
    assert Run.from_json(orjson.loads(orjson.dumps(RUN.to_json()))) == RUN


def test_every_field_that_is_written_has_a_type_by_which_it_is_read() -> None:
    """Otherwise a field that is added to a run would be written, and never come back."""
    derived = {"consistency", "estimated_cost_usd"}
    assert set(RunEntry.__struct_fields__) == set(RUN.to_json()) - derived


def test_an_entry_holds_the_specified_fields() -> None:
    wanted = "run_id table mode engine trigger status started_at updated_at finished_at records bytes key version_id"
    assert set(wanted.split()) | {"checksum", "error", "request_id"} <= set(RUN.to_json())


WHY = EngineReason("within", size=1_000, limit=2_000)


def test_an_entry_keeps_why_its_engine_was_taken() -> None:
    run = replace(RUN, engine_reason=WHY.sentence, engine_why=WHY)
    assert Run.from_json(orjson.loads(orjson.dumps(run.to_json()))) == run


def test_an_older_entry_keeps_its_sentence() -> None:
    raw = {**RUN.to_json(), "engine_reason": "1,000 bytes are within the 2,000 that one invocation scans"}
    del raw["engine_why"]
    read = Run.from_json(raw)
    assert (read.engine_reason, read.engine_why) == (raw["engine_reason"], None)


def test_a_reason_of_a_later_version_leaves_its_sentence() -> None:
    why = {"code": "by the moon", "setting": "", "size": 0, "limit": 0}
    read = Run.from_json({**RUN.to_json(), "engine_reason": "the moon was full", "engine_why": why})
    assert (read.engine_reason, read.engine_why) == ("the moon was full", None)


def test_fields_of_a_newer_version_are_ignored() -> None:
    assert Run.from_json({**RUN.to_json(), "colour": "blue"}) == RUN


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"run_id": "x"},
        [],
        "text",
        None,
        {**RUN.to_json(), "status": "odd"},
        {**RUN.to_json(), "started_at": "yesterday"},
        {**RUN.to_json(), "day": 5},
        {**RUN.to_json(), "error": "text"},
        *(
            {**RUN.to_json(), name: value}
            for name, value in [
                ("run_id", None),
                ("run_id", ""),
                ("table", 5),
                ("engine", None),
                ("key", {}),
                ("version_id", 5),
                ("records", "many"),
                ("records", True),
                ("bytes", -1),
                ("bytes", 1.5),
                ("segments", None),
                ("consumed_units", "x"),
                ("started_at", "9999-12-31T23:59:59Z"),
                ("finished_at", "0001-01-01T00:00:00Z"),
                ("started_at", "0001-01-01T00:00:00+14:00"),
                ("day", "9999-12-31"),
                ("first_day", "0001-01-01"),
                ("rejected", "abc"),
                ("rejected", None),
                ("records", 10**30),
                ("segments", 1e30),
                ("consumed_units", 1e30),
                ("consumed_units", True),
                ("engine_reason", 5),
                ("engine_why", "PIPELINE_ENGINE=scan"),
                ("engine_why", {"code": "asked"}),
                ("engine_why", {**asdict(WHY), "code": ["asked"]}),
                ("engine_why", {**asdict(WHY), "size": "many"}),
                ("engine_why", {**asdict(WHY), "setting": None}),
                ("day_states", [["got", 1e30]]),
                ("day_states", [["got", -1]]),
                ("part_sizes", [1e30]),
                ("files", [{"key": "k", "size": 1e30, "items": 1, "md5": "", "etag": ""}]),
                ("files", [{"key": "k", "size": 1, "items": 1, "md5": None, "etag": ""}]),
                ("error", {"code": "E002", "message": "slow", "until": "9999-12-31T23:59:59Z"}),
            ]
        ),
    ],
)
def test_what_is_no_entry_says_so(raw: Any) -> None:
    with pytest.raises(SchemaMismatch):
        Run.from_json(raw)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-12, 14))
def test_times_are_kept_to_the_millisecond_in_utc(naive: datetime, hours: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(hours=hours)))
    text = utc_text(moment)
    assert text.endswith("Z")
    assert abs(parse_utc(text) - moment) < timedelta(milliseconds=1)


def test_a_duration_is_never_negative() -> None:
    early = Run("r1", "t-1", date(2024, 2, 1), NOW, NOW, finished_at=NOW - timedelta(hours=1))
    assert early.duration_seconds == 0


def test_the_size_change_needs_two_sizes() -> None:
    big = Run("r1", "t-1", date(2024, 2, 1), NOW, NOW, bytes=120)
    small = Run("r2", "t-1", date(2024, 2, 1), NOW, NOW, bytes=100)
    unknown = Run("r3", "t-1", date(2024, 2, 1), NOW, NOW, bytes=None)
    assert Summary(2, (), big, big, small).size_change == 20
    assert Summary(2, (), big, big, unknown).size_change is None
    assert Summary(1, (), big, big, None).size_change is None


def test_what_a_reader_must_know_of_a_run_is_told_in_words() -> None:
    now = datetime(2024, 2, 1, tzinfo=UTC)
    run = Run("r1", "table-1", now.date(), now, now, mode="incremental", window="last", since=now, until=now)
    assert run.remarks == ()
    odd = replace(run, window="beginning", since=None, unjudged=3, changed_by="at:iso", store_lacks=("if_match",))
    first, unjudged, unsafe = Run.from_json(odd.to_json()).remarks
    assert "no earlier success of table-1" in first
    assert "3 items could not be judged by at:iso" in unjudged
    assert "if_match" in unsafe

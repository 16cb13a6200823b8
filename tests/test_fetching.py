"""pipeline.fetching: a source's days become raw, daily and run documents; cut off, no day is asked for twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline import layout
from pipeline.attributes import EXPORTED_AT
from pipeline.contract import parse_fetch
from pipeline.day_documents import MOST_RAW_BYTES
from pipeline.document import Reader
from pipeline.errors import (
    AuthFailed,
    ConfigInvalid,
    DataInvalid,
    ExternalApiDown,
    PipelineError,
    SchemaMismatch,
    TimedOut,
)
from pipeline.fetching import Fetcher
from pipeline.jsonlog import JsonLog
from pipeline.lease import Leases
from pipeline.models import FetchRequest, Run
from pipeline.runs import Ledger
from pipeline.source_days import DayEntry, SourceDays
from pipeline.sources.source import Envelope, FetchedDay, Rejected, Span
from pipeline.store import Lake
from tests.conftest import Clock

# The clock of the tests stands at 2024-02-01 12:00 UTC.
FIRST, LAST = date(2024, 1, 1), date(2024, 1, 10)
Value = int | None


@dataclass
class Tides:
    """A source for the tests: a number a day, faults by day, and what it was asked for."""

    values: dict[date, Value] = field(default_factory=dict)
    faults: dict[date, PipelineError] = field(default_factory=dict)
    asked: list[date] = field(default_factory=list)
    missing: PipelineError | None = None
    refused: int = 0
    name: str = "tides"
    key_names: tuple[str, ...] = ("date",)
    timezone: str = "Asia/Tokyo"
    reach: date = date(2020, 1, 1)
    span_days: int = 3

    def lacks(self) -> PipelineError | None:
        return self.missing

    def fetch(self, span: Span) -> Iterator[FetchedDay]:
        for day in span.days():
            self.asked.append(day)
            if day in self.faults:
                raise self.faults[day]
            yield self._day(day)

    def _day(self, day: date) -> FetchedDay:
        value = self.values.get(day, day.day)
        if value is None:
            return FetchedDay(day, (), ())
        envelope = Envelope(self.name, "harbour", day, Clock()(), "v1", {"metres": value})
        record = {"date": day.isoformat(), "height_m": value}
        count = 1 if value == 7 else self.refused  # noqa: PLR2004
        refused = (Rejected(day, "colour", "blue", "unknown field"),) * count
        return FetchedDay(day, (envelope,), (record,), refused, partial=day == LAST)


@dataclass
class Lab:
    source: Tides
    fetcher: Fetcher
    handed_over: list[dict[str, Any]]
    lines: list[str]

    def run(self, run_id: str = "r1", first: date = FIRST, last: date = LAST, left: float = 900.0, hop: int = 0) -> Run:
        request = FetchRequest(run_id, "tides", trigger="backfill", first=first, last=last, hop=hop)
        return self.fetcher.run(request, JsonLog("f", "req", self.lines.append), lambda: left).run

    def calendar(self) -> Mapping[date, DayEntry]:
        return SourceDays(self.fetcher.lake).load("tides", FIRST, LAST).days

    def states(self) -> str:
        return "".join(self.calendar()[day].state[0] for day in sorted(self.calendar()))

    def records(self, key: str, version: str | None = None) -> list[dict[str, Any]]:
        return list(Reader(self.fetcher.lake.stream(key, version), key).records())


@pytest.fixture
def lab(lake: Lake, ledger: Ledger, leases: Leases, clock: Clock) -> Lab:
    source, handed_over = Tides(), []
    fetcher = Fetcher(lake, ledger, leases, clock, lambda name: source, handed_over.append)
    return Lab(source, fetcher, handed_over, [])


def test_every_day_is_kept_raw_and_as_a_daily_record(lab: Lab) -> None:
    lab.run()
    (raw,) = lab.records(layout.raw_key("tides", FIRST))
    assert raw["data"] == {"metres": 1}
    assert {"source", "user", "date", "fetched_at", "api_version", "data"} <= set(raw)
    (daily,) = lab.records(layout.daily_key("tides", FIRST))
    assert daily == {"date": "2024-01-01", "height_m": 1, EXPORTED_AT: "2024-02-01T12:00:00Z"}


def test_a_retry_of_the_schedule_is_the_same_run_and_asks_for_no_finished_day(lab: Lab, clock: Clock) -> None:
    event = {"source": "tides", "trigger": "schedule", "scheduleArn": "arn:s", "scheduledTime": "2024-02-01T05:30:00Z"}
    lab.source.faults[date(2024, 1, 31)] = ExternalApiDown("down", provider="tides")
    with pytest.raises(ExternalApiDown):
        lab.fetcher.run(parse_fetch(event, clock()), JsonLog("f", "1", lab.lines.append), lambda: 900)
    clock.tick(120)
    lab.source.faults.clear()
    lab.source.asked.clear()
    run = lab.fetcher.run(parse_fetch(event, clock()), JsonLog("f", "2", lab.lines.append), lambda: 900).run
    assert (run.status, run.trigger, run.error) == ("succeeded", "schedule", None)
    assert lab.source.asked == [date(2024, 1, 31), date(2024, 2, 1)]
    assert [held.run_id for held in lab.fetcher.ledger.history(run.day, run.day).runs] == [run.run_id]


def test_the_runs_document_holds_all_of_its_days(lab: Lab) -> None:
    run = lab.run()
    records = lab.records(run.key or "", run.version_id)
    assert [record["height_m"] for record in records] == list(range(1, 11))
    assert (run.status, run.records, run.trigger, run.engine) == ("succeeded", 10, "backfill", "fetch")
    assert (run.first_day, run.last_day) == (FIRST, LAST)


def test_the_entry_counts_how_the_days_stand_and_what_was_rejected(lab: Lab) -> None:
    lab.source.values[date(2024, 1, 5)] = None
    run = lab.run()
    assert dict(run.day_states) == {"got": 8, "partial": 1, "missing": 1, "failed": 0}
    assert run.rejected == 1
    assert lab.states() == "ggggmggggp"
    assert lab.calendar()[date(2024, 1, 7)].rejected == (("colour", "unknown field"),)


def test_pieces_are_no_longer_than_the_source_allows(lab: Lab) -> None:
    asked: list[Span] = []
    fetch = lab.source.fetch

    @dataclass
    class Watched(Tides):
        def fetch(self, span: Span) -> Iterator[FetchedDay]:
            asked.append(span)
            return fetch(span)

    lab.source = Watched()
    fetcher = Fetcher(
        lab.fetcher.lake, lab.fetcher.ledger, lab.fetcher.leases, lab.fetcher.now, lambda name: lab.source
    )
    fetcher.run(FetchRequest("r1", "tides", first=FIRST, last=LAST), JsonLog("f", None, lab.lines.append), lambda: 900)
    assert [len(span.days()) for span in asked] == [3, 3, 3, 1]


def test_a_day_fetched_again_without_change_is_not_written_again(lab: Lab, clock: Clock) -> None:
    lab.run()
    before = lab.calendar()
    lab.run("r2")
    after = lab.calendar()
    assert {day: entry.version_id for day, entry in before.items()} == {
        day: entry.version_id for day, entry in after.items()
    }
    assert {entry.run_id for entry in after.values()} == {"r2"}


def test_a_late_correction_replaces_its_day_and_each_run_keeps_what_it_saw(lab: Lab) -> None:
    first = lab.run()
    lab.source.values[date(2024, 1, 3)] = 33
    second = lab.run("r2")
    assert lab.records(layout.daily_key("tides", date(2024, 1, 3)))[0]["height_m"] == 33
    seen = [lab.records(run.key or "", run.version_id)[2]["height_m"] for run in (first, second)]
    assert seen == [3, 33]


def test_a_provider_that_is_down_stops_the_run_and_keeps_what_was_got(lab: Lab) -> None:
    lab.source.faults[date(2024, 1, 5)] = ExternalApiDown("down", provider="tides")
    with pytest.raises(ExternalApiDown):
        lab.run()
    assert lab.states() == "ggggff"
    entry = lab.fetcher.ledger.find("r1", (date(2024, 2, 1),))
    assert entry is not None and entry.run.status == "failed" and entry.run.error is not None
    assert (entry.run.error.code, entry.run.records) == ("E006", 4)


def test_a_day_that_cannot_be_read_does_not_stop_the_others_and_the_run_says_which(lab: Lab) -> None:
    lab.source.faults[date(2024, 1, 6)] = SchemaMismatch("no JSON", key="tides", expected="JSON", found="<html>")
    with pytest.raises(DataInvalid, match="1 of 10 days failed, first 2024-01-06: E010 no JSON"):
        lab.run()
    assert lab.states() == "gggggfgggp"


def test_a_failing_day_keeps_its_last_good_document_and_tells_the_error(lab: Lab) -> None:
    lab.run()
    lab.source.faults[date(2024, 1, 6)] = SchemaMismatch("no JSON", key="tides", expected="JSON", found="<html>")
    with pytest.raises(DataInvalid):
        lab.run("r2")
    entry = lab.calendar()[date(2024, 1, 6)]
    assert (entry.state, entry.error and entry.error.code) == ("got", "E010")
    assert lab.records(layout.daily_key("tides", date(2024, 1, 6)))[0]["height_m"] == 6


def test_a_day_that_vanished_at_the_provider_keeps_its_last_good_document(lab: Lab) -> None:
    lab.run()
    lab.source.values[date(2024, 1, 2)] = None
    run = lab.run("r2")
    assert (lab.calendar()[date(2024, 1, 2)].state, run.records) == ("got", 10)


def test_a_retry_of_a_run_asks_only_for_what_is_not_finished(lab: Lab) -> None:
    lab.source.faults[date(2024, 1, 8)] = ExternalApiDown("down", provider="tides")
    with pytest.raises(ExternalApiDown):
        lab.run()
    lab.source.faults.clear()
    lab.source.asked.clear()
    run = lab.run()
    assert lab.source.asked == [date(2024, 1, 8) + timedelta(days=more) for more in range(3)]
    assert run.records == 10


def test_a_run_that_was_killed_is_gone_on_with_by_the_next_start_of_the_same_days(lab: Lab, clock: Clock) -> None:
    class Killed(BaseException):
        """What no code of ours catches: the process is gone."""

    lab.source.faults[date(2024, 1, 8)] = Killed()  # type: ignore[assignment]
    _die(lambda: lab.run(), Killed, lab)
    clock.tick(200)
    lab.source.faults.clear()
    lab.source.asked.clear()
    run = lab.run("r2")
    assert (run.run_id, run.records) == ("r1", 10)
    assert lab.source.asked == [date(2024, 1, 7) + timedelta(days=more) for more in range(4)]


def test_before_its_time_is_over_a_run_goes_on_in_another_invocation(lab: Lab) -> None:
    times = iter([900.0, 900.0, 30.0])
    request = FetchRequest("r1", "tides", trigger="manual", first=FIRST, last=LAST)
    result = lab.fetcher.run(request, JsonLog("f", None, lab.lines.append), lambda: next(times))
    assert result.continues
    (event,) = lab.handed_over
    assert event == {
        "source": "tides",
        "from": "2024-01-01",
        "to": "2024-01-10",
        "runId": "r1",
        "trigger": "manual",
        "hop": 1,
    }
    lab.source.asked.clear()
    run = lab.run(hop=1)
    assert (run.status, run.hops, run.records) == ("succeeded", 1, 10)
    assert lab.source.asked[0] == date(2024, 1, 7)


@pytest.mark.parametrize("slow", [date(2024, 1, 7), LAST])
def test_a_piece_that_the_time_was_too_short_for_is_the_next_invocations(lab: Lab, slow: date) -> None:
    lab.source.faults[slow] = TimedOut("no time is left to ask the harbour")
    result = lab.fetcher.run(
        FetchRequest("r1", "tides", first=FIRST, last=LAST),
        JsonLog("f", None, lab.lines.append),
        lambda: 20.0 if slow in lab.source.asked else 900.0,
    )
    assert result.continues and len(lab.handed_over) == 1
    lab.source.faults.clear()
    assert lab.run(hop=1).records == 10


def test_a_piece_that_a_whole_invocation_was_too_short_for_ends_the_run(lab: Lab) -> None:
    lab.source.faults[FIRST] = TimedOut("no time is left to ask the harbour")
    with pytest.raises(TimedOut):
        lab.fetcher.run(
            FetchRequest("r1", "tides", first=FIRST, last=LAST),
            JsonLog("f", None, lab.lines.append),
            lambda: 20.0 if lab.source.asked else 900.0,
        )
    assert lab.handed_over == [] and lab.source.asked == [FIRST]


def test_what_a_source_lacks_is_said_before_anything_is_asked(lab: Lab) -> None:
    lab.source.missing = AuthFailed("not connected", provider="tides")
    with pytest.raises(AuthFailed):
        lab.run()
    assert lab.source.asked == []


@pytest.mark.parametrize(
    ("first", "last", "named"),
    [
        (date(2024, 1, 2), date(2024, 1, 1), "is after"),
        (date(2019, 1, 1), date(2024, 1, 1), "where this source begins"),
        (date(2024, 2, 1), date(2024, 2, 2), "in the future"),
        (date(2020, 1, 1), date(2024, 1, 1), "longer than"),
    ],
)
def test_a_range_that_cannot_be_is_refused_by_name(lab: Lab, first: date, last: date, named: str) -> None:
    with pytest.raises(DataInvalid, match=named):
        lab.run(first=first, last=last)


def test_without_a_range_the_newest_days_are_fetched(lab: Lab) -> None:
    request = FetchRequest("r1", "tides", trigger="schedule")
    run = lab.fetcher.run(request, JsonLog("f", None, lab.lines.append), lambda: 900).run
    assert (run.first_day, run.last_day) == (date(2024, 1, 25), date(2024, 2, 1))


def test_a_second_delivery_of_a_finished_run_asks_for_nothing(lab: Lab) -> None:
    lab.run()
    lab.source.asked.clear()
    assert lab.run().records == 10
    assert lab.source.asked == []


def test_days_that_all_failed_for_one_reason_give_the_run_its_code(lab: Lab) -> None:
    no_json = SchemaMismatch("no JSON", key="tides", expected="JSON", found="<html>")
    lab.source.faults = dict.fromkeys((date(2024, 1, 1), date(2024, 1, 2)), no_json)
    with pytest.raises(SchemaMismatch, match="2 of 2 days failed, first 2024-01-01: E010 no JSON"):
        lab.run(last=date(2024, 1, 2))


def test_a_source_of_another_name_is_refused_before_it_writes_the_days_of_that_one(lab: Lab) -> None:
    lab.source.name = "tides-of-the-north"
    with pytest.raises(ConfigInvalid, match="the source tides would write the days of tides-of-the-north"):
        lab.run()
    assert list(lab.fetcher.lake.list_after("", "")) == []


@pytest.mark.parametrize(("table", "engine"), [("moderation", "fetch"), ("tides", "scan")])
@pytest.mark.parametrize("status", ["running", "succeeded"])
def test_the_run_id_of_a_run_of_something_else_is_refused(lab: Lab, table: str, engine: str, status: Any) -> None:
    now = lab.fetcher.now()
    other = Run("r1", table, now.date(), now, now, status=status, engine=engine)
    lab.fetcher.ledger.open(other)
    with pytest.raises(DataInvalid, match=rf"run r1 is one of {table} \({engine}\)"):
        lab.run()
    entry = lab.fetcher.ledger.find("r1", (now.date(),))
    assert entry and entry.run == other


def test_a_lease_that_names_a_run_of_another_table_does_not_give_it_away(lab: Lab, clock: Clock) -> None:
    now = clock()
    other = Run("exp", "moderation", now.date(), now, now, first_day=FIRST, last_day=LAST)
    lab.fetcher.ledger.open(other)
    lab.fetcher.leases.take("tides", "exp", now.date())
    clock.tick(2000)
    assert lab.run().run_id == "r1"
    entry = lab.fetcher.ledger.find("exp", (now.date(),))
    assert entry and entry.run == other


def test_an_answer_nested_too_deeply_to_be_kept_fails_its_day_only(lab: Lab) -> None:
    deep: Any = 1
    for _ in range(253):
        deep = [deep]
    lab.source.values[date(2024, 1, 4)] = deep
    with pytest.raises(DataInvalid, match="1 of 10 days failed, first 2024-01-04: E010 cannot be written as JSON"):
        lab.run()
    assert lab.states() == "gggfggggg" + "p"
    assert lab.fetcher.lake.head(layout.raw_key("tides", date(2024, 1, 4))) is None


def test_an_answer_that_is_too_much_to_keep_of_a_day_fails_it(lab: Lab) -> None:
    lab.source.values[FIRST] = "x" * MOST_RAW_BYTES  # type: ignore[assignment]
    with pytest.raises(SchemaMismatch, match="tides 2024-01-01: expected at most 524288 bytes a day, found 524"):
        lab.run(last=FIRST)


def test_whatever_ends_a_run_its_entry_says_so_and_the_lease_is_free(lab: Lab) -> None:
    lab.source.faults[FIRST] = ZeroDivisionError("token=abcdefghijklmnop123")  # type: ignore[assignment]
    with pytest.raises(ZeroDivisionError):
        lab.run()
    entry = lab.fetcher.ledger.find("r1", (date(2024, 2, 1),))
    assert entry and entry.run.status == "failed" and entry.run.error
    assert entry.run.error.code == "E011" and "fetch stopped on ZeroDivisionError" in entry.run.error.message
    lease = lab.fetcher.leases.current("tides")
    assert lease is None or lease.released
    lab.source.faults.clear()
    assert lab.run("r2").status == "succeeded"


def test_the_run_counts_what_was_rejected_beyond_what_the_calendar_keeps(lab: Lab) -> None:
    lab.source.refused = 120
    run = lab.run(last=FIRST)
    assert (run.rejected, len(lab.calendar()[FIRST].rejected)) == (120, 51)


def test_an_error_of_before_is_over_once_the_provider_has_nothing_of_the_day(lab: Lab) -> None:
    lab.run()
    lab.source.faults[FIRST] = SchemaMismatch("no JSON", key="tides", expected="JSON", found="<html>")
    with pytest.raises(SchemaMismatch):
        lab.run("r2", last=FIRST)
    lab.source.faults.clear()
    lab.source.values[FIRST] = None
    assert (lab.run("r3", last=FIRST).records, lab.calendar()[FIRST].error) == (1, None)


def _die(act: Callable[[], object], kind: type[BaseException], lab: Lab) -> None:
    with pytest.raises(kind):
        act()
    # A killed process does not release its lease: put it back as it stood.
    found = lab.fetcher.lake.read_json(layout.lease_key("tides"))
    assert found is not None
    lab.fetcher.lake.write_json(layout.lease_key("tides"), {**found[0], "released": False}, found[1])

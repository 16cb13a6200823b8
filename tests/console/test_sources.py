"""pipeline.console.sources: what people do with sources, by their role, against others, and on the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.aws import Cloud
from pipeline.clock import utc_text
from pipeline.embedded.providers.open_meteo import OpenMeteo
from pipeline.errors import AuthFailed, ConfigInvalid, DataInvalid, ExternalApiDown, Forbidden, NotFound, SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.lake.keys import SOURCES, source_days_key
from pipeline.runs.lease import Leases
from pipeline.runs.run import History, Run, RunError
from pipeline.sources.calendar import Calendar, DayEntry, SourceDays
from pipeline.sources.config import SourceEntry
from pipeline.sources.status import card, done, rejected_of
from tests.conftest import Clock, MakeTable
from tests.support.sources.google_person import REDIRECT
from tests.support.sources.source_desk import OPERATOR, OSAKA, TODAY, TOKYO, VIEWER, Desk, a_desk, entry_of, refused


@pytest.fixture
def desk(cloud: Cloud, lake: Lake, clock: Clock) -> Iterator[Desk]:
    with a_desk(cloud, lake, clock) as desk:
        yield desk


def test_a_source_without_a_place_lacks_it_and_with_one_waits_for_its_first_run(desk: Desk) -> None:
    config, _ = desk.with_weather()
    found = desk.board.overview(lambda: History(())).cards[0]
    assert found.state == "lacking" and isinstance(found.error, ConfigInvalid) and found.error.state == "no_place"
    desk.board.add_place(config, entry_of(config, "weather"), TOKYO)
    found = desk.board.overview(lambda: History(())).cards[0]
    assert (found.state, found.error) == ("never", None)


def test_a_place_is_found_by_name_added_once_and_removed(desk: Desk) -> None:
    config, entry = desk.with_weather(TOKYO)
    found = desk.board.find_places("大阪", "ja")
    assert [place.place_id for place in found] == [OSAKA.place_id]
    config = desk.board.add_place(config, entry, found[0])
    entry = entry_of(config, "weather")
    refused(DataInvalid, "place_there", lambda: desk.board.add_place(config, entry, OSAKA))
    config = desk.board.remove_place(config, entry, TOKYO)
    assert [place.place_id for place in desk.board.places(entry_of(config, "weather"))] == [OSAKA.place_id]


def test_a_change_that_somebody_else_was_faster_with_overwrites_nothing(desk: Desk) -> None:
    seen, entry = desk.with_weather(TOKYO)
    theirs = desk.board.add_place(seen, entry, OSAKA)
    refused(DataInvalid, "sources_changed", lambda: desk.board.switch(seen, entry, False))
    assert desk.board.config().sources == theirs.sources


def test_the_history_says_who_changed_what(desk: Desk) -> None:
    config, entry = desk.with_weather(TOKYO)
    desk.board.switch(config, entry, False)
    told = [(change.by, change.what) for change in desk.board.config().changes]
    assert told == [
        (OPERATOR.name, "switch weather off"),
        (OPERATOR.name, "add place geonames-1850147 (東京) to weather"),
        (OPERATOR.name, "add weather"),
    ]


def test_what_can_be_added_is_what_is_not_there(desk: Desk) -> None:
    config, _ = desk.with_weather()
    assert {kind.name for kind in desk.board.addable(config)} == {"air-quality", "google-health"}
    refused(DataInvalid, "source_there", lambda: desk.board.add(config, "weather"))


def test_a_table_is_added_when_it_exists_and_is_not_exported_already(desk: Desk, make_table: MakeTable) -> None:
    name = make_table([])
    config = desk.board.add_table(desk.board.config(), name)
    assert entry_of(config, name).kind == "table"
    refused(DataInvalid, "source_there", lambda: desk.board.add_table(config, name))
    own = desk.board.sources.registry.settings.table
    refused(DataInvalid, "source_there", lambda: desk.board.add_table(config, own))
    with pytest.raises(NotFound):
        desk.board.add_table(config, "no-such-table")
    with pytest.raises(DataInvalid):
        desk.board.add_table(config, "../x")


def test_a_table_s_run_is_an_export_and_a_source_s_run_a_fetch(desk: Desk, make_table: MakeTable, clock: Clock) -> None:
    config, weather = desk.with_weather(TOKYO)
    name = make_table([])
    config = desk.board.add_table(config, name)
    desk.board.start(entry_of(config, name))
    desk.board.start(weather)
    clock.time += timedelta(minutes=1)
    desk.board.start(weather, TODAY - timedelta(days=29), TODAY)
    table, newest, backfill = desk.starts.events
    assert table["tableName"] == name and table["trigger"] == "manual"
    assert newest["source"] == "weather" and "from" not in newest
    assert (backfill["from"], backfill["to"], backfill["trigger"]) == ("2024-01-03", "2024-02-01", "backfill")


@pytest.mark.parametrize(
    ("first", "last"),
    [(TODAY, TODAY - timedelta(days=1)), (TODAY, TODAY + timedelta(days=1)), (date(1900, 1, 1), TODAY)],
)
def test_a_range_that_cannot_be_fetched_starts_nothing(desk: Desk, first: date, last: date) -> None:
    _, weather = desk.with_weather(TOKYO)
    with pytest.raises(DataInvalid):
        desk.board.start(weather, first, last)
    assert desk.starts.events == []


def test_a_second_press_is_the_same_run(desk: Desk) -> None:
    _, weather = desk.with_weather(TOKYO)
    first = desk.board.start(weather)
    assert desk.board.start(weather) == replace(first, joined=True)
    assert len(desk.starts.events) == 1


def test_days_of_a_table_cannot_be_asked_for(desk: Desk, make_table: MakeTable) -> None:
    name = make_table([])
    config = desk.board.add_table(desk.board.config(), name)
    with pytest.raises(DataInvalid, match="exported whole"):
        desk.board.start(entry_of(config, name), TODAY, TODAY)
    assert desk.starts.events == []


def test_what_cannot_be_read_of_ledger_and_configuration_is_a_problem_beside_the_cards(desk: Desk) -> None:
    desk.with_weather(TOKYO)
    config = desk.board.config()
    foreign = {"name": "tides", "kind": "tides", "enabled": True}
    sources = [*(entry.to_json() for entry in config.sources), foreign]
    desk.lake.write_json(SOURCES, {"version": 1, "sources": sources}, config.etag)
    found = desk.board.overview(lambda: History((), (SchemaMismatch("an entry of the ledger"),)))
    assert [error.code for error in found.problems] == ["E010", "E010"]
    assert [one.entry.name for one in found.cards] == ["weather"]


def test_a_run_that_is_going_is_joined(desk: Desk, leases: Leases) -> None:
    _, weather = desk.with_weather(TOKYO)
    leases.take("weather", "run-1", TODAY)
    assert desk.board.start(weather).joined
    assert desk.starts.events == []


def test_a_viewer_sees_and_changes_nothing(desk: Desk, make_table: MakeTable) -> None:
    config, entry = desk.with_weather(TOKYO)
    desk.connect()
    config = desk.board.config()
    health = entry_of(config, "google-health")
    board = desk.seen_by(VIEWER)
    assert board.overview(lambda: History(())).cards and board.places(entry) and board.people.accounts(health)
    actions: list[Callable[[], object]] = [
        lambda: board.switch(config, entry, False),
        lambda: board.add(config, "air-quality"),
        lambda: board.add_table(config, make_table([])),
        lambda: board.remove(config, entry),
        lambda: board.find_places("大阪", "ja"),
        lambda: board.add_place(config, entry, OSAKA),
        lambda: board.remove_place(config, entry, TOKYO),
        lambda: board.people.connect(desk.user, REDIRECT),
        lambda: board.people.connected({"state": "x", "code": "y"}),
        lambda: board.people.disconnect(desk.user),
        lambda: board.people.remove(config, health, desk.user),
        lambda: board.start(entry),
    ]
    for act in actions:
        with pytest.raises(Forbidden):
            act()
    assert desk.board.config().etag == config.etag
    assert desk.board.sources.registry.accounts.connected(desk.user)
    assert desk.starts.events == []


def test_every_action_leaves_one_line_and_no_secret(desk: Desk) -> None:
    config, entry = desk.with_weather(TOKYO)
    desk.connect()
    desk.board.people.disconnect(desk.user)
    assert desk.lines() == [
        ("sources", "add weather", "done"),
        ("sources", "add place geonames-1850147 (東京) to weather", "done"),
        ("sources", f"connect {desk.user}", "done"),
        ("sources", "finish connecting", "done"),
        ("sources", f"disconnect {desk.user}", "done"),
    ]
    everything = (
        "\n".join(desk.said)
        + desk.lake.s3.get_object(Bucket=desk.lake.bucket, Key="metadata/sources.json")["Body"].read().decode()
    )
    assert [secret for secret in desk.google.authority.secrets() if secret in everything] == []


def test_a_calendar_that_cannot_be_read_is_a_problem_beside_the_cards(desk: Desk) -> None:
    desk.with_weather(TOKYO)
    desk.lake.s3.put_object(Bucket=desk.lake.bucket, Key=source_days_key("weather", 2024), Body=b"[]")
    found = desk.board.overview(lambda: History(()))
    assert [error.code for error in found.problems] == ["E010"]
    assert [one.entry.name for one in found.cards] == ["weather"]


def test_a_provider_that_is_down_is_named_when_a_place_is_sought(desk: Desk) -> None:
    with OpenMeteo() as gone:
        nobody = gone.endpoints
    registry = desk.board.sources.registry
    there = replace(registry, settings=replace(registry.settings, endpoints=nobody))
    board = replace(desk.board, sources=replace(desk.board.sources, registry=there))
    with pytest.raises(ExternalApiDown):
        board.find_places("東京", "ja")


def test_the_next_run_is_at_half_past_two_in_tokyo(desk: Desk) -> None:
    assert utc_text(desk.board.next_run()) == "2024-02-02T05:30:00Z"


WEATHER = SourceEntry("weather", "weather")


def a_run(clock: Clock, **values: Any) -> Run:
    at = clock() - timedelta(hours=values.pop("hours_ago", 1))
    run = Run("run-1", "weather", at.date(), at, at, status="succeeded", finished_at=at)
    return replace(run, **values)


def test_states_follow_the_runs(clock: Clock) -> None:
    failed = a_run(clock, status="failed", error=RunError("E006", "x"))
    running = a_run(clock, status="running", hours_ago=0)
    off = replace(WEATHER, enabled=False)
    lacking = ConfigInvalid("x")
    assert card(WEATHER, [], None, clock()).state == "never"
    assert card(WEATHER, [a_run(clock)], None, clock()).state == "ok"
    assert card(WEATHER, [a_run(clock, hours_ago=37)], None, clock()).state == "late"
    assert card(WEATHER, [failed, a_run(clock, hours_ago=2)], None, clock()).state == "failed"
    assert card(WEATHER, [a_run(clock, status="running")], None, clock()).state == "failed"
    for spoiled in ("gone", "replaced"):
        judged = card(WEATHER, [a_run(clock, spoiled=spoiled), a_run(clock, hours_ago=2)], None, clock())
        assert (judged.state, judged.success) == ("failed", a_run(clock, hours_ago=2))
    assert card(WEATHER, [running], lacking, clock()).state == "running"
    assert card(off, [running], None, clock()).state == "running"
    assert card(off, [failed], lacking, clock()).state == "off"
    assert card(WEATHER, [a_run(clock, table="other")], lacking, clock()).state == "lacking"


def test_the_newest_day_is_one_that_stands(clock: Clock) -> None:
    stands = DayEntry("got", "run-1", clock(), 1, 10, "sum")
    days = {TODAY: DayEntry("missing", "run-1", clock()), TODAY - timedelta(days=1): stands}
    found = card(WEATHER, [], None, clock(), days)
    assert found.newest_day == date(2024, 1, 31)


def test_what_was_rejected_is_told_of_the_run_s_own_days_newest_first(clock: Clock) -> None:
    days = {
        date(2024, 1, day): DayEntry("missing", "run-1", clock(), rejected=((f"f{day}", "odd"),)) for day in (1, 2, 3)
    }
    run = a_run(clock, first_day=date(2024, 1, 2), last_day=date(2024, 1, 3))
    assert rejected_of(run, days) == ((date(2024, 1, 3), "f3", "odd"), (date(2024, 1, 2), "f2", "odd"))
    assert rejected_of(a_run(clock), days) == ()


def test_a_run_s_progress_counts_the_days_that_it_has_dealt_with_itself(clock: Clock) -> None:
    run = a_run(clock, first_day=date(2024, 1, 1), last_day=date(2024, 1, 3))
    mine, theirs = DayEntry("got", "run-1", clock()), DayEntry("got", "run-0", clock())
    assert done(run, {date(2024, 1, 1): mine, date(2024, 1, 2): theirs, date(2024, 2, 1): mine}) == (1, 3)
    assert done(a_run(clock), {}) == (0, 0)


def test_a_range_of_all_time_is_counted_at_once(clock: Clock) -> None:
    run = a_run(clock, first_day=date.min, last_day=date.max)
    assert done(run, {date(2024, 1, 1): DayEntry("got", "run-1", clock())}) == (1, date.max.toordinal())


def test_why_a_day_failed_is_kept_with_its_state_and_until_when(lake: Lake, clock: Clock) -> None:
    error = RunError("E002", "429", "", "2024-02-01T13:00:00+00:00")
    day = DayEntry("failed", "run-1", clock(), error=error)
    saved = SourceDays(lake).save(Calendar("weather", {TODAY: day}, {2024: None}), [TODAY])
    assert SourceDays(lake).load("weather", TODAY, TODAY).days == saved.days == {TODAY: day}
    assert RunError.of(AuthFailed("x", situation="revoked")).to_json() == {
        "code": "E001",
        "message": "x",
        "state": "revoked",
    }
    assert RunError.of(Forbidden("x", status="403")).state == "provider_refused"

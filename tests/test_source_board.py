"""pipeline.source_board: what people do with sources, by their role, against others, and on the audit log."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.access import Person
from pipeline.audit import Actor, Audit
from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.errors import AuthFailed, ConfigInvalid, DataInvalid, ExternalApiDown, Forbidden, NotFound, PipelineError
from pipeline.layout import source_days_key
from pipeline.lease import Leases
from pipeline.models import Run, RunError, utc_text
from pipeline.runs import Ledger
from pipeline.source_board import SourceBoard
from pipeline.source_card import card, done, rejected_of
from pipeline.source_config import SourceConfig, SourceEntry
from pipeline.source_days import Calendar, DayEntry, SourceDays
from pipeline.source_jobs import build_sources
from pipeline.sources.places import Place
from pipeline.sources.stand_ins.google import CLIENT_ID, CLIENT_SECRET, GoogleStandIn
from pipeline.sources.stand_ins.open_meteo import OpenMeteo
from pipeline.sources.tokens import PREFIX
from pipeline.sources.tokens import SOURCE as HEALTH
from pipeline.sources.vault import vault
from pipeline.store import Lake
from tests.conftest import Clock, MakeTable
from tests.health import REDIRECT, press

TOKYO = Place("geonames-1850147", "東京", 35.6895, 139.69171)
OSAKA = Place("geonames-1853909", "大阪市", 34.69379, 135.50107)
OPERATOR = Person("alice@example.com", verified=True, role="operator")
VIEWER = Person("bob@example.com", verified=True, role="viewer")
# The clock of the tests stands at 2024-02-01, 21:00 in Tokyo.
TODAY = date(2024, 2, 1)


@dataclass
class Starts:
    """A starter that keeps the events."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def start(self, event: dict[str, Any]) -> None:
        self.events.append(event)


@dataclass
class Desk:
    """A board in an operator's hands, what it started, and what the audit log said."""

    board: SourceBoard
    lake: Lake
    starts: Starts
    said: list[str]
    google: GoogleStandIn
    meteo: OpenMeteo
    user: str

    def seen_by(self, person: Person) -> SourceBoard:
        return replace(self.board, actor=Actor(lambda: person, self.board.actor.audit))

    def with_weather(self, *places: Place) -> tuple[SourceConfig, SourceEntry]:
        config = self.board.add(self.board.config(), "weather")
        for place in places:
            config = self.board.add_place(config, entry_of(config, "weather"), place)
        return config, entry_of(config, "weather")

    def connect(self, answer: str = "allow") -> str:
        return self.board.connected(press(self.board.connect(self.user, REDIRECT), answer))

    def lines(self) -> list[tuple[str, str, str]]:
        found = [json.loads(line) for line in self.said]
        return [(line["action"], line["target"], line["outcome"]) for line in found]


def entry_of(config: SourceConfig, name: str) -> SourceEntry:
    found = config.entry(name)
    assert found
    return found


@pytest.fixture
def desk(cloud: Cloud, lake: Lake, ledger: Ledger, leases: Leases, clock: Clock) -> Iterator[Desk]:
    with GoogleStandIn(now=clock) as google, OpenMeteo(clock) as meteo:
        settings = Settings.from_env({"S3_BUCKET_NAME": lake.bucket})
        ends = {"google_health": google.url, "google_accounts": google.url, "google_oauth": google.url}
        settings = replace(settings, endpoints=replace(meteo.endpoints, **ends))
        kept, name = vault(cloud, settings.secrets), f"{PREFIX}/{HEALTH}/client"
        if kept.read(name) is None:
            kept.write(name, json.dumps({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}), None)
        said: list[str] = []
        starts = Starts()
        actor = Actor(lambda: OPERATOR, Audit(said.append, clock))
        sources = build_sources(settings, cloud, lake, clock, None)
        board = SourceBoard(sources, ledger, leases, starts, clock, actor)
        # The vault is shared by the whole emulator: each test has a person of its own.
        yield Desk(board, lake, starts, said, google, meteo, f"user-{uuid.uuid4().hex[:8]}")


def refused(kind: type[PipelineError], state: str, do: Callable[[], object]) -> None:
    with pytest.raises(kind) as error:
        do()
    assert error.value.state == state


def test_a_source_without_a_place_lacks_it_and_with_one_waits_for_its_first_run(desk: Desk) -> None:
    config, _ = desk.with_weather()
    found = desk.board.overview([]).cards[0]
    assert found.state == "lacking" and isinstance(found.error, ConfigInvalid) and found.error.state == "no_place"
    desk.board.add_place(config, entry_of(config, "weather"), TOKYO)
    found = desk.board.overview([]).cards[0]
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
        (OPERATOR.name, "add place geonames-1850147 to weather"),
        (OPERATOR.name, "add weather"),
    ]


def test_what_can_be_added_is_what_is_not_there(desk: Desk) -> None:
    config, _ = desk.with_weather()
    assert set(desk.board.addable(config)) == {"air-quality", "google-health"}
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


def test_a_table_s_run_is_an_export_and_a_source_s_run_a_fetch(desk: Desk, make_table: MakeTable) -> None:
    config, weather = desk.with_weather(TOKYO)
    name = make_table([])
    config = desk.board.add_table(config, name)
    desk.board.start(entry_of(config, name))
    desk.board.start(weather)
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


def test_a_run_that_is_going_is_joined(desk: Desk, leases: Leases) -> None:
    _, weather = desk.with_weather(TOKYO)
    leases.take("weather", "run-1", TODAY)
    assert desk.board.start(weather).joined
    assert desk.starts.events == []


def test_somebody_connects_and_becomes_a_person_of_the_source(desk: Desk) -> None:
    assert desk.connect() == desk.user
    entry = entry_of(desk.board.config(), "google-health")
    assert [(one.user, one.connected) for one in desk.board.accounts(entry)] == [(desk.user, True)]
    desk.connect()
    assert entry_of(desk.board.config(), "google-health").options["users"] == [desk.user]


def test_disconnecting_keeps_the_person_and_says_that_nobody_is_connected(desk: Desk) -> None:
    desk.connect()
    assert desk.board.disconnect(desk.user).revoked
    found = desk.board.overview([]).cards[0]
    assert found.state == "lacking" and isinstance(found.error, AuthFailed) and found.error.state == "not_connected"
    config = desk.board.config()
    config = desk.board.remove_user(config, entry_of(config, "google-health"), desk.user)
    assert entry_of(config, "google-health").options["users"] == []


def test_taking_a_person_out_gives_the_consent_back(desk: Desk) -> None:
    desk.connect()
    config = desk.board.config()
    desk.board.remove_user(config, entry_of(config, "google-health"), desk.user)
    assert not desk.board.sources.registry.accounts.connected(desk.user)
    assert all(grant.revoked for grant in desk.google.authority._by_code.values())


def test_a_refused_consent_changes_nothing(desk: Desk) -> None:
    refused(Forbidden, "consent_refused", lambda: desk.connect("deny"))
    assert desk.board.config().sources == ()


def test_a_sign_in_belongs_to_the_person_who_began_it(desk: Desk) -> None:
    answer = press(desk.board.connect(desk.user, REDIRECT), "allow")
    other = desk.seen_by(Person("mallory@example.com", verified=True, role="operator"))
    refused(Forbidden, "state_of_another", lambda: other.connected(answer))
    assert desk.board.connected(answer) == desk.user


def test_a_viewer_sees_and_changes_nothing(desk: Desk, make_table: MakeTable) -> None:
    config, entry = desk.with_weather(TOKYO)
    desk.connect()
    config = desk.board.config()
    health = entry_of(config, "google-health")
    board = desk.seen_by(VIEWER)
    assert board.overview([]).cards and board.places(entry) and board.accounts(health)
    actions: list[Callable[[], object]] = [
        lambda: board.switch(config, entry, False),
        lambda: board.add(config, "air-quality"),
        lambda: board.add_table(config, make_table([])),
        lambda: board.remove(config, entry),
        lambda: board.find_places("大阪", "ja"),
        lambda: board.add_place(config, entry, OSAKA),
        lambda: board.remove_place(config, entry, TOKYO),
        lambda: board.connect(desk.user, REDIRECT),
        lambda: board.connected({"state": "x", "code": "y"}),
        lambda: board.disconnect(desk.user),
        lambda: board.remove_user(config, health, desk.user),
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
    desk.board.disconnect(desk.user)
    assert desk.lines() == [
        ("sources", "add weather", "done"),
        ("sources", "add place geonames-1850147 to weather", "done"),
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
    found = desk.board.overview([])
    assert [error.code for error in found.problems] == ["E010"]
    assert [one.entry.name for one in found.cards] == ["weather"]


def test_a_provider_that_is_down_is_named_when_a_place_is_sought(desk: Desk) -> None:
    with OpenMeteo() as gone:
        url = gone.endpoints.open_meteo_geocoding
    registry = desk.board.sources.registry
    ends = replace(registry.settings.endpoints, open_meteo_geocoding=url)
    there = replace(registry, settings=replace(registry.settings, endpoints=ends))
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


def test_why_a_day_failed_is_kept_with_its_state_and_until_when(lake: Lake, clock: Clock) -> None:
    error = RunError("E002", "429", "", "2024-02-01T13:00:00+00:00")
    day = DayEntry("failed", "run-1", clock(), error=error)
    saved = SourceDays(lake).save(Calendar("weather", {TODAY: day}, {2024: None}), [TODAY])
    assert SourceDays(lake).load("weather", TODAY, TODAY).days == saved.days == {TODAY: day}
    assert RunError.of(AuthFailed("x", state="revoked")).to_json() == {
        "code": "E001",
        "message": "x",
        "state": "revoked",
    }
    assert RunError.of(Forbidden("x", status="403")).state == "provider_refused"

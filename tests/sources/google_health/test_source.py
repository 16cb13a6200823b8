"""Google Health as a source, over real HTTP with the provider: days, paging, limits, and each fault by its name."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.embedded.providers.google import GoogleProvider
from pipeline.embedded.sample.days import night
from pipeline.errors import (
    AuthFailed,
    DataInvalid,
    ExternalApiDown,
    Forbidden,
    NotFound,
    PipelineError,
    RateLimited,
    SchemaMismatch,
)
from pipeline.lake.bucket import Lake
from pipeline.sources.google_health.daily import ROLL_UPS
from pipeline.sources.protocol import FetchedDay, Source, Span
from pipeline.sources.vault import Parameters
from tests.conftest import Clock
from tests.support.sources.google_person import NOW, World, world

TODAY = date(2026, 10, 20)
TWO_WEEKS = Span(TODAY - timedelta(days=13), TODAY)


@pytest.fixture
def here(here: World) -> World:
    here.connect()
    return here


def days_of(here: World, span: Span = TWO_WEEKS, **settings: Any) -> list[FetchedDay]:
    return list(here.source(**settings).fetch(span))


def health_requests(google: GoogleProvider) -> list[str]:
    return [path for path in google.requests if path.startswith("/v4/")]


def test_it_is_a_source(here: World) -> None:
    source: Source = here.source()
    assert (source.name, source.key_names, source.timezone) == ("google-health", ("user", "date"), "Asia/Tokyo")
    assert source.span_days == 14 and source.missing_requirement() is None


def test_it_says_what_it_lacks(here: World) -> None:
    nobody = replace(here.source(), users=())
    another = replace(here.source(), users=("akari", "kenji"))
    for source, user in ((nobody, None), (another, "kenji")):
        lacks = source.missing_requirement()
        assert isinstance(lacks, AuthFailed) and lacks.facts["situation"] == "not_connected"
        assert lacks.facts.get("user") == user


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "", "../etc/passwd", "Asia", "x" * 300])
def test_a_zone_that_is_none_is_named(here: World, zone: str) -> None:
    with pytest.raises(DataInvalid) as error:
        here.source(timezone=zone)
    assert error.value.facts["field"] == "timezone"


def test_which_day_is_not_over_is_said_in_the_zone_of_the_people(here: World) -> None:
    # 15:00 of the 20th in Tokyo is the evening of the 19th in Honolulu.
    yesterday = Span(TODAY - timedelta(days=1), TODAY - timedelta(days=1))
    assert [day.partial for day in days_of(here, yesterday)] == [False]
    (day,) = days_of(here, yesterday, timezone="Pacific/Honolulu")
    assert day.partial and day.records[0]["timezone"] == "Pacific/Honolulu"


def test_a_vault_that_does_not_answer_is_what_it_lacks(here: World) -> None:
    nowhere = Cloud("ap-northeast-1", "http://127.0.0.1:9", Credentials("testing", "testing"))
    store = replace(here.store, vault=Parameters(nowhere.ssm))
    source = replace(here.source(), accounts=replace(here.accounts, store=store))
    assert isinstance(source.missing_requirement(), ExternalApiDown)


def test_two_weeks_are_the_sample_s_nights_and_nothing_is_refused(here: World) -> None:
    days = days_of(here)
    assert [day.day for day in days] == TWO_WEEKS.days()
    assert [day.rejected for day in days] == [()] * 14
    for day in days:
        (record,) = day.records
        assert (record["user"], record["date"]) == ("akari", day.day.isoformat())
        assert record["sleep_hours"] == pytest.approx(night("akari", day.day).sleep_hours, abs=0.0001)


def test_only_today_is_partial(here: World) -> None:
    assert [day.day for day in days_of(here) if day.partial] == [TODAY]


def test_early_in_the_morning_today_has_no_night_yet(here: World, clock: Clock) -> None:
    clock.time = NOW.replace(day=19, hour=17)  # 02:00 of the 20th in Tokyo.
    (today,) = days_of(here, Span(TODAY, TODAY))
    assert today.partial and today.records[0]["sleep_hours"] is None and today.records[0]["steps"] > 0


def test_the_raw_answer_is_kept_point_by_point(here: World) -> None:
    (day,) = days_of(here, Span(TODAY, TODAY))
    (envelope,) = day.envelopes
    assert (envelope.source, envelope.user, envelope.day, envelope.api_version) == (
        "google-health",
        "akari",
        TODAY,
        "v4",
    )
    assert envelope.fetched_at == NOW.astimezone(UTC)
    assert envelope.data["steps"][0]["steps"]["countSum"] == str(day.records[0]["steps"])
    assert set(envelope.data) == {"sleep", "daily-resting-heart-rate", *ROLL_UPS}


def test_a_day_without_a_device_has_no_record_and_no_envelope(here: World, google: GoogleProvider) -> None:
    google.skip_days = {TODAY - timedelta(days=3)}
    days = {day.day: day for day in days_of(here)}
    missing = days.pop(TODAY - timedelta(days=3))
    assert (missing.envelopes, missing.records, missing.rejected) == ((), (), ())
    assert all(len(day.records) == 1 for day in days.values())


def test_one_request_a_type_reads_two_weeks_and_small_pages_bring_the_same(here: World, google: GoogleProvider) -> None:
    whole = days_of(here)
    assert len(health_requests(google)) == 6
    paged = days_of(here, page_size=3)
    assert paged == whole
    assert len(health_requests(google)) == 6 + 6 * 5


def test_a_page_token_that_comes_again_is_named_and_ends(here: World, google: GoogleProvider) -> None:
    google.fail(200, body=b'{"dataPoints": [], "nextPageToken": "page-0"}', times=2, path="/sleep/")
    with pytest.raises(SchemaMismatch):
        days_of(here)


def test_more_days_than_the_provider_takes_are_its_own_error(here: World) -> None:
    with pytest.raises(DataInvalid) as error:
        days_of(here, Span(TODAY - timedelta(days=14), TODAY))
    assert "at most 14 days" in error.value.message


def test_several_people_share_a_day(here: World) -> None:
    here.connect("kenji")
    both = replace(here.source(), users=("akari", "kenji"))
    (day,) = both.fetch(Span(TODAY, TODAY))
    assert [record["user"] for record in day.records] == ["akari", "kenji"]
    assert [envelope.user for envelope in day.envelopes] == ["akari", "kenji"]


def test_fetching_again_gives_the_same(here: World) -> None:
    assert days_of(here) == days_of(here)


def test_a_refused_token_is_renewed_once_and_the_work_goes_on(here: World, google: GoogleProvider) -> None:
    google.authority.expire_access()
    assert len(days_of(here)) == 14
    assert google.authority.refreshes == 1


def test_a_clock_that_was_ahead_when_the_token_was_kept_does_no_harm(
    here: World, google: GoogleProvider, clock: Clock
) -> None:
    clock.tick(8 * 3600)
    here.connect()
    clock.tick(-8 * 3600)
    google.authority.expire_access()
    assert len(days_of(here)) == 14


def test_a_clock_that_was_behind_renews_early(here: World, google: GoogleProvider, clock: Clock) -> None:
    clock.tick(-8 * 3600)
    here.connect()
    clock.tick(8 * 3600)
    assert len(days_of(here)) == 14 and google.authority.refreshes == 1


def test_a_token_refused_twice_is_an_error_of_its_own(here: World, google: GoogleProvider) -> None:
    google.fail(401, times=2)
    with pytest.raises(AuthFailed) as error:
        days_of(here)
    assert (error.value.facts["situation"], error.value.facts["user"]) == ("token_refused", "akari")
    assert len(health_requests(google)) == 2


def test_a_consent_withdrawn_at_google_is_named(here: World, google: GoogleProvider) -> None:
    google.authority.revoke_all()
    with pytest.raises(AuthFailed) as error:
        days_of(here)
    assert error.value.facts["situation"] == "revoked"


def test_a_missing_scope_is_named_with_the_scope(here: World, google: GoogleProvider) -> None:
    google.fail(403)
    with pytest.raises(Forbidden) as error:
        days_of(here)
    assert error.value.facts["situation"] == "scope_or_review"
    assert error.value.facts["action"] == "googlehealth.sleep.readonly"


def test_gone_is_named(here: World, google: GoogleProvider) -> None:
    google.fail(410)
    with pytest.raises(NotFound) as error:
        days_of(here)
    assert error.value.facts["situation"] == "gone" and "410" in error.value.message


def test_too_many_requests_wait_as_told_and_go_on(here: World, google: GoogleProvider) -> None:
    waits: list[float] = []
    here.http = replace(here.http, sleep=waits.append)
    google.fail(429, {"Retry-After": "7"})
    assert len(days_of(here)) == 14
    assert 7.0 in waits


def test_too_many_requests_for_too_long_are_named_with_their_end(here: World, google: GoogleProvider) -> None:
    google.fail(429, {"Retry-After": "900"})
    with pytest.raises(RateLimited) as error:
        days_of(here)
    assert error.value.facts["wait"] == "900"


@pytest.mark.parametrize("status", [500, 503])
def test_a_failing_server_is_asked_again_and_then_named(here: World, google: GoogleProvider, status: int) -> None:
    google.fail(status, times=3)
    assert len(days_of(here)) == 14
    google.fail(status, times=4)
    with pytest.raises(ExternalApiDown) as error:
        days_of(here)
    assert error.value.facts["status"] == str(status)


@pytest.mark.parametrize(
    "body", [b"<!doctype html><title>Sorry</title>", b'{"dataPoints": [{"sleep": {', b"", b"\xff\xfe"]
)
def test_what_is_no_json_is_named(here: World, google: GoogleProvider, body: bytes) -> None:
    google.fail(200, {"Content-Type": "text/html"}, body)
    with pytest.raises(SchemaMismatch):
        days_of(here)


@pytest.mark.parametrize("body", [b"[]", b"5", b'{"dataPoints": 5}', b'{"dataPoints": [], "nextPageToken": 5}'])
def test_json_of_another_shape_is_named(here: World, google: GoogleProvider, body: bytes) -> None:
    google.fail(200, body=body)
    with pytest.raises(SchemaMismatch):
        days_of(here)


def test_a_provider_that_is_down_is_named(cloud: Cloud, lake: Lake, clock: Clock) -> None:
    with GoogleProvider(now=clock) as google:
        here = world(google, cloud, lake, clock)
        here.connect()
    with pytest.raises(ExternalApiDown) as error:
        days_of(here)
    assert "does not answer" in error.value.message


def test_an_unknown_neighbour_of_the_points_is_refused_by_name(here: World, google: GoogleProvider) -> None:
    google.fail(200, body=b'{"dataPoints": [], "summary": {"nights": 14}}', path="/sleep/")
    days = days_of(here)
    assert [one.field for one in days[0].rejected] == ["akari: unplaced[0]"]
    assert all(day.rejected == () for day in days[1:])


def altered(kind: str, change: Callable[[Any], Any]) -> Callable[[str, date, list[Any]], list[Any]]:
    """Change the points of a type on one day in the middle."""

    def alter(asked: str, day: date, points: list[Any]) -> list[Any]:
        return change(points) if asked == kind and day == TODAY - timedelta(days=5) else points

    return alter


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("steps", lambda points: points * 2, "akari: steps[1]"),
        ("sleep", lambda points: points * 2, "akari: sleep[1].sleep.interval"),
        (
            "distance",
            lambda points: [{**points[0], "distance": {"feetSum": "9"}}],
            "akari: distance[0].distance.feetSum",
        ),
        ("steps", lambda points: [{**points[0], "quality": 1}], "akari: steps[0].quality"),
    ],
)
def test_a_strange_point_touches_its_own_day_only(
    here: World, google: GoogleProvider, kind: str, change: Callable[[Any], Any], field: str
) -> None:
    whole = {day.day: day for day in days_of(here)}
    google.alter = altered(kind, change)
    for day in days_of(here):
        fields = [one.field for one in day.rejected]
        assert (field in fields) == (day.day == TODAY - timedelta(days=5))
        if not fields:
            assert day == whole[day.day]


def test_an_unknown_field_takes_no_value_and_an_unreadable_one_does(here: World, google: GoogleProvider) -> None:
    google.alter = altered("steps", lambda points: [{**points[0], "quality": 1, "steps": {"countSum": "many"}}])
    told = {one.field: one.takes_value for day in days_of(here) for one in day.rejected}
    assert told == {"akari: steps[0].quality": False, "akari: steps[0].steps.countSum": True}


def test_points_without_a_day_are_kept_raw_and_named_on_the_first_day(here: World, google: GoogleProvider) -> None:
    google.alter = altered("steps", lambda points: [{"steps": {"countSum": "12"}}])
    first, *others = days_of(here)
    assert [one.field for one in first.rejected] == ["akari: unplaced[0]"]
    assert first.envelopes[0].data["unplaced"] == [{"steps": {"steps": {"countSum": "12"}}}]
    assert all(day.rejected == () for day in others)


def test_no_token_is_in_what_is_fetched_said_or_logged(
    here: World, google: GoogleProvider, caplog: pytest.LogCaptureFixture
) -> None:
    # Not DEBUG: botocore itself then logs every answer's body, Secrets Manager's too.
    caplog.set_level(logging.INFO)
    said = [repr(days_of(here)), repr(here.source())]
    for fault in (
        lambda: google.fail(401, times=2),
        lambda: google.fail(403),
        lambda: google.fail(200, body=echo(google)),
    ):
        fault()
        with pytest.raises(PipelineError) as error:
            days_of(here)
        said += [
            str(error.value),
            repr(error.value.args),
            json.dumps(error.value.facts),
            str(error.getrepr(chain=True)),
        ]
    said += [record.getMessage() for record in caplog.records]
    planted = google.authority.secrets()
    assert len(planted) >= 4
    assert [secret for secret in planted for text in said if secret[:20] in text] == []


def echo(google: GoogleProvider) -> bytes:
    """A broken answer that begins with the tokens it was asked with."""
    return f"Bearer {next(s for s in google.authority.secrets() if s.startswith('ya29.'))} is no".encode()


def test_the_lake_holds_no_token_after_connecting_renewing_and_disconnecting(
    here: World, google: GoogleProvider, clock: Clock, lake: Lake
) -> None:
    clock.tick(3600)
    days_of(here)
    here.accounts.disconnect("akari")
    objects = [item.key for item in lake.list_after("", "")]
    bodies = [lake.read_bytes(key) for key in objects]
    assert objects and len(google.authority.secrets()) >= 5
    assert [secret for secret in google.authority.secrets() for body in bodies if secret[:20].encode() in body] == []

"""pipeline.console.accounts: consents given and given back, and never a token of somebody who stands nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.access import Person
from pipeline.aws import Cloud
from pipeline.errors import AuthFailed, DataInvalid, Forbidden, SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.lake.keys import SOURCES
from pipeline.runs.run import History
from pipeline.sources.config import SourceEntry
from pipeline.sources.options import MOST_USERS
from tests.conftest import Clock
from tests.support.sources.google_person import REDIRECT, press
from tests.support.sources.source_desk import Desk, a_desk, entry_of, refused


@pytest.fixture
def desk(cloud: Cloud, lake: Lake, clock: Clock) -> Iterator[Desk]:
    with a_desk(cloud, lake, clock) as desk:
        yield desk


def test_somebody_connects_and_becomes_a_person_of_the_source(desk: Desk) -> None:
    assert desk.connect() == desk.user
    entry = entry_of(desk.board.config(), "google-health")
    assert [(one.user, one.connected) for one in desk.board.people.accounts(entry)] == [(desk.user, True)]
    desk.connect()
    assert entry_of(desk.board.config(), "google-health").options["users"] == [desk.user]


def test_disconnecting_keeps_the_person_and_says_that_nobody_is_connected(desk: Desk) -> None:
    desk.connect()
    assert desk.board.people.disconnect(desk.user).revoked
    found = desk.board.overview(lambda: History(())).cards[0]
    assert found.state == "lacking" and isinstance(found.error, AuthFailed) and found.error.state == "not_connected"
    config = desk.board.config()
    config = desk.board.people.remove(config, entry_of(config, "google-health"), desk.user)
    assert entry_of(config, "google-health").options["users"] == []


def test_taking_a_person_out_gives_the_consent_back(desk: Desk) -> None:
    desk.connect()
    config = desk.board.config()
    desk.board.people.remove(config, entry_of(config, "google-health"), desk.user)
    assert not desk.board.sources.registry.accounts.connected(desk.user)
    assert all(grant.revoked for grant in desk.google.authority._by_code.values())


def test_a_refused_consent_changes_nothing(desk: Desk) -> None:
    refused(Forbidden, "consent_refused", lambda: desk.connect("deny"))
    assert desk.board.config().sources == ()


def test_a_sign_in_belongs_to_the_person_who_began_it(desk: Desk) -> None:
    answer = press(desk.board.people.connect(desk.user, REDIRECT), "allow")
    other = desk.seen_by(Person("mallory@example.com", verified=True, role="operator"))
    refused(Forbidden, "state_of_another", lambda: other.people.connected(answer))
    assert desk.board.people.connected(answer) == desk.user


def connected(desk: Desk) -> bool:
    return desk.board.sources.registry.accounts.connected(desk.user)


def test_taking_the_source_out_gives_its_peoples_consents_back(desk: Desk) -> None:
    desk.connect()
    config = desk.board.config()
    desk.board.remove(config, entry_of(config, "google-health"))
    assert not connected(desk)
    assert all(grant.revoked for grant in desk.google.authority._by_code.values())
    assert ("sources", f"disconnect {desk.user}", "done") in desk.lines()


def test_somebody_too_many_is_refused_and_no_token_of_theirs_stays(desk: Desk) -> None:
    full = SourceEntry("google-health", "google-health", options={"users": [f"user-{n}" for n in range(MOST_USERS)]})
    config = desk.board.config()
    desk.board.change(config, config.with_entry(full), "fill")
    with pytest.raises(DataInvalid, match="at most"):
        desk.connect()
    assert not connected(desk)


def test_a_configuration_that_cannot_be_read_takes_in_no_consent(desk: Desk) -> None:
    answer = press(desk.board.people.connect(desk.user, REDIRECT), "allow")
    desk.lake.s3.put_object(Bucket=desk.lake.bucket, Key=SOURCES, Body=b"[]")
    with pytest.raises(SchemaMismatch):
        desk.board.people.connected(answer)
    assert not connected(desk)


def test_a_source_whose_people_cannot_be_read_can_be_taken_out(desk: Desk) -> None:
    broken = {"name": "google-health", "kind": "google-health", "enabled": True, "options": {"users": "akari"}}
    desk.lake.write_json(SOURCES, {"version": 1, "sources": [broken]}, None)
    config = desk.board.config()
    assert desk.board.remove(config, entry_of(config, "google-health")).sources == ()

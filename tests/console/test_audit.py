"""pipeline.console.audit: one line for each action, whatever becomes of it, and never a secret in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from pipeline.access import Person
from pipeline.console.audit import Actor, Audit
from pipeline.errors import DataInvalid, Forbidden
from pipeline.lake.bucket import Lake
from tests.conftest import Clock

ALICE = Person("alice@example.com", verified=True, role="operator", subject="s-1")
BOB = replace(ALICE, name="bob@example.com", role="viewer")


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def audit(lines: list[str], clock: Clock) -> Audit:
    return Audit(lines.append, clock)


def only(lines: list[str]) -> dict[str, Any]:
    assert len(lines) == 1
    found: dict[str, Any] = json.loads(lines[0])
    return found


def test_an_action_is_one_line_of_who_what_when_and_how_it_ended(audit: Audit, lines: list[str]) -> None:
    with Actor(lambda: ALICE, audit).doing("export", "my-table") as tell:
        tell("run-1")
    assert only(lines) == {
        "timestamp": "2024-02-01T12:00:00Z",
        "level": "INFO",
        "service": "data-pipeline",
        "kind": "audit",
        "who": "alice@example.com",
        "subject": "s-1",
        "via": "sign-in",
        "role": "operator",
        "action": "export",
        "target": "my-table",
        "outcome": "done",
        "detail": "run-1",
    }


def test_a_refusal_is_a_line_and_nothing_is_done(audit: Audit, lines: list[str]) -> None:
    done = []
    with pytest.raises(Forbidden), Actor(lambda: BOB, audit).doing("restore", "run-1"):
        done.append("restored")
    assert done == []
    found = only(lines)
    assert (found["who"], found["outcome"], found["code"]) == ("bob@example.com", "refused", "E015")


def test_a_failure_is_a_line_with_its_code(audit: Audit, lines: list[str]) -> None:
    with pytest.raises(DataInvalid), Actor(lambda: ALICE, audit).doing("download", "run-1"):
        raise DataInvalid("x", record="r", field="f")
    assert (only(lines)["outcome"], only(lines)["code"]) == ("failed", "E003")


def test_what_is_no_error_of_ours_is_recorded_as_failed_too(audit: Audit, lines: list[str]) -> None:
    with pytest.raises(KeyboardInterrupt), Actor(lambda: ALICE, audit).doing("download", "run-1"):
        raise KeyboardInterrupt
    assert only(lines)["outcome"] == "failed"


def test_the_person_is_asked_anew_for_each_action(audit: Audit) -> None:
    people = [ALICE, BOB]
    actor = Actor(lambda: people[0], audit)
    assert actor.may("export")
    people.pop(0)
    assert not actor.may("export")
    with pytest.raises(Forbidden):
        actor.require("download")


def test_names_cannot_forge_a_second_line(audit: Audit, lines: list[str]) -> None:
    audit.record(replace(ALICE, name='x"}\n{"who": "root"'), "export", "t\nt" * 500, "done")
    assert "\n" not in lines[0]
    assert len(only(lines)["target"]) == 300


def test_a_line_is_kept_in_the_lake_where_that_is_wanted(lake: Lake, clock: Clock, lines: list[str]) -> None:
    Audit(lines.append, clock, lake, lambda: "0a1b").record(ALICE, "sign-in", "console", "done")
    found = lake.read_json("metadata/audit/dt=2024-02-01/120000000000-0a1b.json")
    assert found is not None
    assert found[0] == only(lines)


def test_two_lines_of_one_moment_are_two_objects(lake: Lake, clock: Clock, lines: list[str]) -> None:
    audit = Audit(lines.append, clock, lake)
    for _ in range(2):
        audit.record(ALICE, "sign-in", "console", "done")
    assert len(list(lake.list_after("metadata/audit/", ""))) == 2


def test_an_action_keeps_its_result_when_its_line_cannot_be_stored(lake: Lake, clock: Clock, lines: list[str]) -> None:
    nowhere = Lake(lake.s3, "no-such-bucket-anywhere")
    with Actor(lambda: ALICE, Audit(lines.append, clock, nowhere)).doing("export", "my-table"):
        result = "run-1"
    line, lost = map(json.loads, lines)
    assert (result, line["outcome"]) == ("run-1", "done")
    assert (lost["level"], lost["message"]) == ("ERROR", "the audit line was not stored")


def test_a_secret_in_a_target_or_a_detail_is_blanked(audit: Audit, lines: list[str]) -> None:
    link = "https://b.s3.amazonaws.com/k?X-Amz-Signature=planted0123&x=1"
    with Actor(lambda: ALICE, audit).doing("download", link) as tell:
        tell("token=planted4567")
    assert "planted" not in lines[0]
    assert only(lines)["target"].startswith("https://b.s3.amazonaws.com/k?")

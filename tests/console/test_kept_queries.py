"""pipeline.console.kept_queries: an operator's; the audit log says a query's name, never its SQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.access import Person, Role
from pipeline.analysis.query.face import Query, Result, ResultColumn
from pipeline.analysis.query.kept.saved import SavedQuery
from pipeline.console.audit import Actor, Audit
from pipeline.console.kept_queries import KeptQueries
from pipeline.errors import DataInvalid, Forbidden
from pipeline.lake.bucket import Lake

NOW = datetime(2026, 11, 30, tzinfo=UTC)
RESULT = Result((ResultColumn("n", "BIGINT"),), (("1",), ("2",)), "", 0.5, 6)


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def kept(lake: Lake, lines: list[str]) -> Callable[..., KeptQueries]:
    def of(role: Role | None, name: str = "p@example.com") -> KeptQueries:
        person = Person(name, verified=True, role=role)
        return KeptQueries(lake, lambda: NOW, Actor(lambda: person, Audit(lines.append, lambda: NOW)))

    return of


def test_who_saved_it_stands_at_a_query_and_its_sql_in_no_audit_line(
    kept: Callable[..., KeptQueries], lines: list[str]
) -> None:
    mine = kept("operator")
    made = mine.save("weekly", "select my_secret_text", {})
    mine.remove(mine.save("weekly", "select my_secret_text", {}, made))
    assert made.by == "p@example.com"
    told = [json.loads(line) for line in lines]
    assert [(one["action"], one["target"], one["outcome"]) for one in told] == [
        ("query", "saved query weekly", "done"),
        ("query", "saved query weekly", "done"),
        ("query", f"saved query {made.id}", "done"),
    ]
    details = [one["detail"].split(",")[0] for one in told]
    assert details == ["saved as version 1", "saved as version 2", "removed weekly"]
    assert not any("my_secret_text" in line for line in lines)


def test_what_was_asked_is_remembered_for_its_person_good_or_bad(kept: Callable[..., KeptQueries]) -> None:
    mine = kept("operator")
    assert mine.remember(Query("select 1", ("craft",)), RESULT) is None
    assert mine.remember(Query("select 2", ("craft",)), DataInvalid("no")) is None
    assert [(one.sql, one.rows, one.code) for one in mine.past()] == [("select 2", None, "E003"), ("select 1", 2, "")]
    assert kept("operator", "other@example.com").past() == ()
    mine.clear_past()
    assert mine.past() == ()


def test_a_history_that_cannot_be_written_costs_no_result(lake: Lake, kept: Callable[..., KeptQueries]) -> None:
    mine = kept("operator")
    gone = KeptQueries(Lake(lake.s3, "no-such-bucket-of-ours"), mine.now, mine.actor)
    error = gone.remember(Query("select 1", ("craft",)), RESULT)
    assert error is not None and error.code == "E014"


@pytest.mark.parametrize("role", [None, "viewer"])
def test_nobody_else_may(kept: Callable[..., KeptQueries], lines: list[str], role: Role | None) -> None:
    refused = kept(role)
    seen = SavedQuery("id", "a", "select 1", "", NOW)
    asked: list[Callable[[], Any]] = [
        refused.saved,
        refused.past,
        refused.clear_past,
        lambda: refused.named("a"),
        lambda: refused.save("a", "select 1", {}),
        lambda: refused.remove(seen),
    ]
    for ask in asked:
        with pytest.raises(Forbidden):
            ask()
    assert {json.loads(line)["outcome"] for line in lines} == {"refused"} and len(lines) == 3


def test_the_line_of_a_removal_says_what_was_removed_and_not_what_a_browser_calls_it(
    kept: Callable[..., KeptQueries], lines: list[str]
) -> None:
    mine = kept("operator")
    made = mine.save("weekly", "select 1", {})
    mine.remove(replace(made, name="another one, select my_secret_text"))
    told = json.loads(lines[-1])
    assert (told["target"], told["detail"]) == (f"saved query {made.id}", "removed weekly")


@pytest.mark.parametrize("role", [None, "viewer"])
def test_of_whoever_may_not_ask_nothing_is_written(kept: Callable[..., KeptQueries], role: Role | None) -> None:
    assert kept(role).remember(Query("select 1", ("craft",)), DataInvalid("no")) is None
    assert kept("operator").past() == ()


def test_an_address_that_nobody_has_verified_opens_nobody_s_history(kept: Callable[..., KeptQueries]) -> None:
    kept("operator").remember(Query("select 1", ("craft",)), RESULT)
    claimed = Person("p@example.com", verified=False, role="operator", subject="another")
    other = KeptQueries(kept("operator").lake, lambda: NOW, Actor(lambda: claimed, Audit(print, lambda: NOW)))
    assert other.past() == ()
    other.remember(Query("select 2", ("craft",)), RESULT)
    assert [one.sql for one in kept("operator").past()] == ["select 1"]

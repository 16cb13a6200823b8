"""pipeline.console.app in somebody's hands: what each role may do is checked where it is done."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.access import Action, Person, Role
from pipeline.console.app import App
from pipeline.console.wiring import build_app
from pipeline.errors import Forbidden
from pipeline.runs.run import Run
from pipeline.words.catalogue import Words

NAMES = {"S3_BUCKET_NAME": "access", "DYNAMODB_TABLE_NAME": "access", "LAMBDA_EXPORT_FUNCTION": "access"}


@pytest.fixture(scope="module")
def base() -> App:
    return build_app(NAMES)


@pytest.fixture(scope="module")
def run(base: App) -> Run:
    return next(run for run in base.history().runs if run.key)


@pytest.fixture
def lines() -> list[str]:
    return []


def person(role: Role | None) -> Person:
    return Person("p@example.com", verified=True, role=role)


CALLS: dict[str, tuple[Action, Callable[[App, Run], Any]]] = {
    "history": ("see", lambda app, run: app.history()),
    "run": ("see", lambda app, run: app.run(run.run_id, run.day)),
    "watch": ("see", lambda app, run: app.watch(run.run_id, run.day)),
    "active_run": ("see", lambda app, run: app.active_run()),
    "check": ("see", lambda app, run: app.check()),
    "item_count": ("see", lambda app, run: app.item_count()),
    "preview": ("see", lambda app, run: app.documents.preview(run)),
    "diff": ("see", lambda app, run: app.documents.diff(run, run)),
    "stored": ("see", lambda app, run: app.documents.stored(run)),
    "logs": ("see", lambda app, run: app.logs),
    "health": ("see", lambda app, run: app.health),
    "schedule": ("see", lambda app, run: app.schedules.current()),
    "newest tables": ("see", lambda app, run: app.tables.newest(run.table)),
    "start_export": ("export", lambda app, run: app.start_export()),
    "make tables": ("export", lambda app, run: app.tables.make(run.table, run.day, run.day, False)),
    "raw": ("download", lambda app, run: app.documents.raw(run)),
    "csv": ("download", lambda app, run: app.documents.csv(run)),
    "xlsx": ("download", lambda app, run: app.documents.xlsx(run, Words("ja"))),
    "parquet": ("download", lambda app, run: app.documents.parquet(run)),
    "link": ("download", lambda app, run: app.documents.link(run)),
    "part_link": ("download", lambda app, run: app.documents.part_link(run, "no-file")),
    "restore": ("restore", lambda app, run: app.documents.restore(run)),
    "change": ("schedule", lambda app, run: app.schedules.change(True, 14, 0)),
}


@pytest.mark.parametrize("role", [None, "viewer"])
@pytest.mark.parametrize("call", CALLS)
def test_what_a_role_may_not_do_is_refused_where_it_is_done(
    base: App, run: Run, lines: list[str], role: Role | None, call: str
) -> None:
    action, ask = CALLS[call]
    app = base.for_person(lambda: person(role), lines.append)
    if role and action == "see":
        ask(app, run)
        assert lines == []
        return
    with pytest.raises(Forbidden, match="p@example.com"):
        ask(app, run)
    recorded = [json.loads(line) for line in lines]
    # Somebody without any role does not come as far as an action on documents or schedules.
    assert [line["outcome"] for line in recorded] == (["refused"] if role or action == "export" else [])


OPERATED = {"start_export": "access", "raw": "json", "csv": "csv", "xlsx": "xlsx", "parquet": "parquet"}
OPERATED |= {"link": "link", "change": "on", "make tables": "access tables"}


@pytest.mark.parametrize("call", OPERATED)
def test_an_operator_does_it_and_the_audit_log_says_so(base: App, run: Run, lines: list[str], call: str) -> None:
    action, ask = CALLS[call]
    answer = ask(base.for_person(lambda: person("operator"), lines.append), run)
    line = json.loads(lines[-1])
    assert (len(lines), line["who"], line["action"], line["outcome"]) == (1, "p@example.com", action, "done")
    assert OPERATED[call] in line["target"]
    if call == "link":
        # A presigned link is a key to the document: it is never written down.
        assert "Signature" in answer.url and "Signature" not in lines[0] and "http" not in lines[0]


def test_a_role_that_is_taken_away_is_gone_for_an_app_that_is_held_already(base: App, run: Run) -> None:
    roles: list[Role | None] = ["operator", None]
    app = base.for_person(lambda: person(roles[0]), lambda line: None)
    documents = app.documents
    assert documents.raw(run)
    roles.pop(0)
    with pytest.raises(Forbidden):
        documents.raw(run)
    with pytest.raises(Forbidden):
        app.history()


def test_people_share_what_was_started_last(base: App) -> None:
    hands = [base.for_person(lambda: person("operator"), lambda line: None) for _ in range(2)]
    first, second = (app.start_export() for app in hands)
    assert (second.joined, second.run_id) == (True, first.run_id)


def test_other_rules_do_not_make_another_demo(base: App) -> None:
    again = build_app(
        NAMES | {"PIPELINE_OPERATORS": "@example.com", "PIPELINE_CONTACT": "x", "PIPELINE_AUDIT_S3": "on"}
    )
    assert again.cloud is base.cloud

"""pipeline.console.reports.notices: an operator's; who changed or tried what is audited, and no address is anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from pipeline.access import Person, Role
from pipeline.aws import Cloud
from pipeline.console.reports.notices import NoticeBoard
from pipeline.console.wiring import wire
from pipeline.errors import DataInvalid, Forbidden, NotFound
from pipeline.lake.bucket import Lake
from pipeline.notices.preferences import Preferences
from tests.conftest import Clock
from tests.support.notices.hook import TAIL, Hook, hook
from tests.support.notices.office import Office, office

Board = Callable[..., NoticeBoard]


@pytest.fixture
def webhook() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def here(cloud: Cloud, lake: Lake, clock: Clock, webhook: Hook) -> Office:
    return office(cloud, lake, clock, webhook)


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def board(here: Office, lines: list[str]) -> Board:
    app = replace(wire(here.settings, here.cloud), now=here.clock)

    def of(role: Role | None = "operator") -> NoticeBoard:
        person = Person("p@example.com", verified=True, role=role)
        return app.for_person(lambda: person, lines.append).reports.notices

    return of


def told(lines: list[str]) -> list[tuple[str, str, str, str]]:
    read = [json.loads(line) for line in lines]
    return [(one["action"], one["target"], one["outcome"], one.get("detail", "")) for one in read]


ALL = [
    lambda board: board.channels(),
    lambda board: board.preferences(),
    lambda board: board.save(Preferences(), ""),
    lambda board: board.test("ops"),
    lambda board: board.sent(),
    lambda board: board.tell(()),
    lambda board: board.retry(),
]


@pytest.mark.parametrize("role", ["viewer", None])
@pytest.mark.parametrize("number", range(len(ALL)))
def test_who_is_no_operator_is_refused(board: Board, number: int, role: Role | None) -> None:
    with pytest.raises(Forbidden):
        ALL[number](board(role))


def test_the_channels_are_those_of_the_settings(board: Board) -> None:
    assert [(one.name, one.kind) for one in board().channels()] == [("team", "sns"), ("ops", "slack")]
    assert board().links


def test_a_change_of_preferences_is_audited_with_what_it_is(board: Board, lines: list[str]) -> None:
    saved = board().save(Preferences("en", (("ops", ("run_failed",)), ("team", ()))), "")
    assert board().preferences() == saved and saved.changed_by == "p@example.com"
    detail = "language en; ops: run_failed; team: nothing"
    assert told(lines) == [("reports", "notices", "done", detail)]


def test_the_slower_of_two_who_change_them_is_told(board: Board, lines: list[str]) -> None:
    board().save(Preferences("en"), "")
    with pytest.raises(DataInvalid) as caught:
        board().save(Preferences("ja"), "")
    assert caught.value.state == "notices_changed" and told(lines)[1][2] == "failed"


def test_a_test_is_audited_whether_it_was_taken_or_not(board: Board, webhook: Hook, lines: list[str]) -> None:
    assert board().test("ops").outcome == "sent"
    webhook.status = 500
    assert board().test("ops").outcome == "failed"
    assert told(lines) == [
        ("reports", "channel ops", "done", "test sent"),
        ("reports", "channel ops", "done", "test failed E006"),
    ]
    assert TAIL not in "".join(lines) + repr(board().sent())


def test_a_channel_that_is_none_is_refused_and_audited(board: Board, lines: list[str]) -> None:
    with pytest.raises(NotFound):
        board().test("nobody")
    assert told(lines) == [("reports", "channel nobody", "failed", "")]


def test_what_was_sent_is_shown_newest_first(board: Board, here: Office) -> None:
    board().tell([here.notice()])
    here.clock.tick(1)
    board().test("ops")
    assert [one.kind for one in board().sent()] == ["test", "run_failed", "run_failed"]


def test_consoles_of_several_people_tell_a_change_once(board: Board, here: Office) -> None:
    for _ in range(3):
        board().tell([here.notice()])
    assert len(here.hook.told) == 1 and board().retry() == ()

"""pipeline.console.analysis.quality: who may see, look and mark; what the audit log says of it, and what never."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.analysis.quality.builds import MODELS
from pipeline.analysis.quality.marks import Wanted
from pipeline.aws import Cloud
from pipeline.console.analysis.quality import Quality
from pipeline.errors import DataInvalid, Forbidden, NotFound, SchemaMismatch
from pipeline.lake import analysis_keys
from pipeline.lake.bucket import Lake
from tests.analysis.quality.lakeside import Lakeside
from tests.analysis.quality.world import USER, World, session, usual, world
from tests.conftest import Clock
from tests.support.tables.workshop import TABLE

REASON = "private reason of mine"
MUTE = Wanted("muted", REASON, 30)


@pytest.fixture
def here(cloud: Cloud, lake: Lake, clock: Clock, tmp_path: Path) -> World:
    made = world(cloud, lake, clock, tmp_path)
    # A key that stands twice, and a value out of range.
    made.export([*usual(), USER, session(99, focus_level=11)])
    return made


def first_id(seen: Quality) -> str:
    return seen.standing(TABLE).findings[0].open.finding.id


def test_nobody_has_looked_then_somebody_has(here: World) -> None:
    board = here.board()
    assert board.standing(TABLE).grade == "not_run"
    looked = board.look(TABLE)
    assert looked.grade == "error" and board.standing(TABLE) == looked
    assert [one.open.finding.check for one in looked.findings] == ["duplicate_keys", "out_of_range"]
    assert board.standing(TABLE, here.day - timedelta(days=1)).grade == "not_run"
    assert [one.day for one in board.trend(TABLE).results] == [here.day]


@pytest.mark.parametrize(
    "act",
    [
        lambda board: board.look(TABLE),
        lambda board: board.look(MODELS),
        lambda board: board.mark(TABLE, "x", MUTE),
        lambda board: board.unmark(TABLE, "x"),
    ],
)
def test_a_viewer_sees_and_neither_looks_nor_marks(here: World, act: Callable[[Quality], object]) -> None:
    here.board().look(TABLE)
    viewer = here.board("viewer")
    assert viewer.standing(TABLE).grade == "error"
    with pytest.raises(Forbidden, match="quality"):
        act(viewer)
    assert json.loads(here.lines[-1])["outcome"] == "refused"


def test_somebody_without_a_role_sees_nothing(here: World) -> None:
    for look in (here.board(None).standing, here.board(None).trend):
        with pytest.raises(Forbidden):
            look(TABLE)


def test_a_muted_error_counts_no_more_until_its_end_and_its_check_still_runs(here: World) -> None:
    board = here.board()
    board.look(TABLE)
    seen = board.mark(TABLE, first_id(board), MUTE)
    assert seen.grade == "warning" and seen.findings[0].mark
    assert (seen.findings[0].mark.reason, seen.findings[0].mark.by) == (REASON, "p@example.com")
    again = board.look(TABLE)
    assert again.grade == "warning" and again.findings[0].open.finding.check == "duplicate_keys"
    here.tomorrow(30)
    assert board.standing(TABLE, here.day - timedelta(days=30)).grade == "error"


def test_who_acknowledges_is_named_beside_the_finding(here: World) -> None:
    here.board().look(TABLE)
    other = here.board(name="q@example.com")
    other.mark(TABLE, first_id(other), Wanted("acknowledged", "asked the team"))
    mark = here.board("viewer").standing(TABLE).findings[0].mark
    assert mark and (mark.kind, mark.by, mark.until - mark.at) == ("acknowledged", "q@example.com", timedelta(days=90))


def test_only_what_stands_open_is_marked_and_with_a_reason(here: World) -> None:
    board = here.board()
    with pytest.raises(NotFound) as raised:
        board.mark(TABLE, "0" * 12, MUTE)
    assert raised.value.state == "quality_finding"
    board.look(TABLE)
    with pytest.raises(DataInvalid) as refused:
        board.mark(TABLE, first_id(board), Wanted("muted", " ", 3))
    assert refused.value.state == "quality_reason"


def test_the_audit_log_says_who_did_what_and_no_value_and_no_reason(here: World) -> None:
    board = here.board()
    board.look(TABLE)
    board.mark(TABLE, first_id(board), MUTE)
    told = [json.loads(line) for line in here.lines]
    assert [(one["action"], one["outcome"], one["who"]) for one in told] == [("quality", "done", "p@example.com")] * 2
    assert told[0]["detail"] == "2024-02-01 q0001-t-2024-02-01 error, 2 findings, 2 changes"
    assert told[1]["target"] == f"muted {first_id(board)} of things" and told[1]["detail"] == "until 2024-03-02"
    for secret in ("private", "hanako", "USER#u", "SESSION#", "focus_level", "11"):
        assert secret not in "".join(one["target"] + one["detail"] for one in told)


def test_no_value_of_a_record_is_in_the_result(here: World) -> None:
    here.board().look(TABLE)
    key = analysis_keys.quality_key(TABLE, here.day, "q0001-t-2024-02-01")
    stored = here.lake.read_small(key)
    assert stored and not any(secret in stored[0] for secret in (b"hanako", b"private words", b"USER#u", b"SESSION#"))


def test_marks_that_are_none_are_told_beside_the_result_and_never_overwritten(here: World) -> None:
    board, key = here.board(), analysis_keys.quality_marks_key(TABLE)
    board.look(TABLE)
    muted = board.mark(TABLE, first_id(board), MUTE)
    version = here.lake.head(key)
    here.lake.s3.put_object(Bucket=here.lake.bucket, Key=key, Body=b"[]")
    seen = board.standing(TABLE)
    assert (seen.unread_marks, seen.to_json()["unread_marks"], seen.grade) == (key, key, "error")
    looked = board.look(TABLE)
    assert ("unreadable", key) in [(one.open.finding.check, one.open.finding.subject) for one in looked.findings]
    assert [(one.kind, one.finding.check) for one in looked.changes] == [("new", "unreadable")]
    for change in (lambda: board.mark(TABLE, first_id(board), MUTE), lambda: board.unmark(TABLE, first_id(board))):
        with pytest.raises(SchemaMismatch, match=r"marks\.json"):
            change()
    # An earlier version is put back: nothing is lost, and the mute never ended.
    old = b"".join(here.lake.stream(key, version.version_id if version else None))
    here.lake.s3.put_object(Bucket=here.lake.bucket, Key=key, Body=old)
    assert muted.findings[0].mark == board.standing(TABLE).findings[0].mark
    assert [(one.kind, one.finding.check) for one in board.look(TABLE).changes] == [("healed", "unreadable")]


def test_a_mark_that_is_taken_back_lets_the_finding_count_again_and_be_told_once(here: World) -> None:
    board = here.board()
    board.look(TABLE)
    name = first_id(board)
    board.mark(TABLE, name, MUTE)
    assert board.look(TABLE).grade == "warning"
    assert board.unmark(TABLE, name).grade == "error"
    assert [(one.kind, one.finding.id) for one in board.look(TABLE).changes] == [("unmuted", name)]
    assert board.look(TABLE).changes == ()
    told = json.loads(here.lines[3])
    assert (told["action"], told["outcome"], told["target"]) == ("quality", "done", f"unmark {name} of things")


def test_a_mute_that_ends_by_itself_is_told_at_the_next_look(here: World) -> None:
    board = here.board()
    board.look(TABLE)
    name = first_id(board)
    board.mark(TABLE, name, Wanted("muted", REASON, 2))
    board.look(TABLE)
    here.tomorrow(3)
    here.export([*usual(), USER])
    assert ("unmuted", name) in [(one.kind, one.finding.id) for one in board.look(TABLE).changes]


def test_what_nobody_has_marked_is_not_unmarked(here: World) -> None:
    with pytest.raises(NotFound) as raised:
        here.board().unmark(TABLE, "0" * 12)
    assert raised.value.state == "quality_mark"


def test_what_a_build_found_stands_beside_the_table_s_own(here: World) -> None:
    board = here.board()
    assert board.look_after_build() is None and [one.table for one in board.standings(TABLE)] == [TABLE]
    board.look(TABLE)
    Lakeside(here.lake, here.clock).build({"test.p.one_user": "fail"})
    models = board.look_after_build()
    assert models and (models.table, models.grade) == (MODELS, "error")
    name = models.findings[0].open.finding.id
    assert board.mark(MODELS, name, MUTE).grade == "good"
    assert [(one.table, one.grade) for one in board.standings(TABLE)] == [(TABLE, "error"), (MODELS, "good")]


def test_a_result_that_is_none_is_named(here: World) -> None:
    board = here.board()
    here.lake.s3.put_object(
        Bucket=here.lake.bucket, Key=analysis_keys.quality_key(TABLE, here.day, "q0009-x"), Body=b"{}"
    )
    with pytest.raises(SchemaMismatch, match="q0009-x"):
        board.standing(TABLE)

"""pipeline.analysis.quality.store: results that come back, damage that is named, races that lose nothing."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.quality import marks, result
from pipeline.analysis.quality.findings import Finding
from pipeline.analysis.quality.marks import Mark, Wanted, mark_of
from pipeline.analysis.quality.profile import ColumnProfile, Profile
from pipeline.analysis.quality.result import Change, Open, Result
from pipeline.analysis.quality.store import MarkShelf, Results, is_of, run_id_of
from pipeline.errors import DataInvalid, NotFound, SchemaMismatch
from pipeline.lake import analysis_keys
from pipeline.lake.bucket import Conflict, Lake
from tests.support.places import ROOT

GOLDEN = ROOT / "tests" / "golden" / "quality.json"
DAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 5, 30, tzinfo=UTC)
DOUBLE = Finding("duplicate_keys", "pk, sk", "0", "2", "python -m pipeline check", 2.0)
HEALED = Finding("late_source", "weather", "2026-11-29", "2026-11-20", "python -m pipeline run weather")
PROFILE = Profile(
    records=3,
    duplicates=2,
    entities={"session": 3},
    columns={("session", "focus_level"): ColumnProfile(3, 1, 2, 1.0, 9.5, 0, ("decimal", "integer"))},
    orphans={("session", "small_task_id"): 0},
)
RESULT = Result(
    table="craft",
    day=DAY,
    run_id="q0001-t1",
    made_at=NOW,
    tables_run="t1",
    learned=3,
    findings=(Open(DOUBLE, date(2026, 11, 29), DAY, 2, 2.0),),
    changes=(Change("healed", HEALED),),
    skipped=frozenset(("null_rate_drift",)),
    profile=PROFILE,
    muted=frozenset((DOUBLE.id,)),
)


def test_a_result_has_the_form_that_others_read() -> None:
    assert RESULT.to_json() == json.loads(GOLDEN.read_text("utf-8"))


@pytest.mark.parametrize("made", [RESULT, replace(RESULT, profile=None, findings=(), changes=(), tables_run="")])
def test_a_result_comes_back_as_it_was(lake: Lake, made: Result) -> None:
    Results(lake).save(made)
    assert Results(lake).load("craft", DAY, made.run_id) == made


def test_a_result_is_written_once(lake: Lake) -> None:
    Results(lake).save(RESULT)
    with pytest.raises(Conflict):
        Results(lake).save(replace(RESULT, learned=4))


def test_the_newest_look_of_a_day_is_its_result(lake: Lake) -> None:
    shelf = Results(lake)
    for number in (1, 2, 11):
        shelf.save(replace(RESULT, run_id=run_id_of(number, "t1"), learned=number))
    shelf.save(replace(RESULT, day=DAY - timedelta(days=1)))
    shelf.save(replace(RESULT, table="craft-2"))
    kept = shelf.kept("craft", DAY - timedelta(days=5), DAY)
    assert [(one.day, one.learned) for one in kept.results] == [(DAY - timedelta(days=1), 3), (DAY, 11)]
    newest = shelf.newest("craft", DAY, DAY)
    assert newest and newest.learned == 11
    assert shelf.newest("craft", DAY + timedelta(days=1), DAY + timedelta(days=9)) is None


def spoiled(*path: Any, value: Any) -> dict[str, Any]:
    raw = json.loads(GOLDEN.read_text("utf-8"))
    inner = raw
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return dict(raw)


DAMAGED = [
    [],
    None,
    {},
    "text",
    spoiled("version", value=2),
    spoiled("day", value="2026-02-30"),
    spoiled("table", value="../x"),
    spoiled("learned", value=-1),
    spoiled("findings", value=[{}]),
    spoiled("findings", 0, "check", value="unheard_of"),
    spoiled("findings", 0, "size", value="many"),
    spoiled("findings", value=[{**RESULT.to_json()["findings"][0], "check": "test_failed", "grade": "fine"}]),
    spoiled("muted", value=3),
    spoiled("changes", 0, "change", value="better"),
    spoiled("profile", "entities", value=[1]),
    spoiled("profile", "columns", value=[["session", "x", 1]]),
    spoiled("profile", "columns", 0, 0, value="nobody"),
    spoiled("profile", "records", value=-5),
]


@pytest.mark.parametrize("raw", DAMAGED)
def test_a_damaged_result_is_named(lake: Lake, raw: Any) -> None:
    key = analysis_keys.quality_key("craft", DAY, "q0001-t1")
    lake.write_json(key, raw, None)
    with pytest.raises(SchemaMismatch, match=key):
        Results(lake).load("craft", DAY, "q0001-t1")
    assert Results(lake).kept("craft", DAY, DAY).unread == (key,)


def test_a_result_under_another_s_key_is_named(lake: Lake) -> None:
    key = analysis_keys.quality_key("craft", DAY, "q0009-t1")
    lake.write_json(key, RESULT.to_json(), None)
    with pytest.raises(SchemaMismatch, match="q0009"):
        Results(lake).load("craft", DAY, "q0009-t1")


def test_of_looks_the_newest_that_can_be_read_counts(lake: Lake) -> None:
    Results(lake).save(RESULT)
    lake.write_json(analysis_keys.quality_key("craft", DAY, "q0002-t1"), {"version": 1}, None)
    assert Results(lake).before("craft", Results(lake).listed("craft", DAY, DAY)) == RESULT
    assert Results(lake).before("craft", ()) is None


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_whatever_stands_there_is_a_named_error(raw: Any) -> None:
    for read in (result.parsed, marks.parsed):
        with pytest.raises(SchemaMismatch, match="the-key"):
            read(raw, "the-key")


def muted(reason: str = "known", days: int = 3, at: datetime = NOW) -> Mark:
    return mark_of(Wanted("muted", reason, days), RESULT.findings[0], "p@example.com", at)


def test_marks_of_people_at_the_same_moment_are_all_kept(lake: Lake) -> None:
    names = [f"{number:012x}" for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: MarkShelf(lake).put("craft", name, muted(name)), names))
    found = MarkShelf(lake).load("craft")
    assert {name: one.reason for name, one in found.items()} == {name: name for name in names}


def test_a_mark_is_taken_back_beside_those_of_others(lake: Lake) -> None:
    shelf = MarkShelf(lake)
    for name in ("a", "b"):
        shelf.put("craft", name, muted())
    assert shelf.take("craft", "a", NOW) == {"b": muted()} == shelf.load("craft")


def test_what_nobody_has_said_is_not_taken_back(lake: Lake) -> None:
    with pytest.raises(NotFound) as raised:
        MarkShelf(lake).take("craft", "a", NOW)
    assert raised.value.state == "quality_mark"


def test_a_look_s_run_id_says_over_which_tables_it_was() -> None:
    assert is_of(run_id_of(3, "20240201T120000Z-ab"), "20240201T120000Z-ab")
    assert not is_of(run_id_of(3, "20240201T120000Z-ab"), "20240201T120000Z-ac")
    assert is_of(run_id_of(1, ""), "") and not is_of(run_id_of(1, ""), "t1")


def test_a_result_from_before_mutes_were_noted_is_read(lake: Lake) -> None:
    raw = RESULT.to_json()
    del raw["muted"]
    assert result.parsed(raw, "k") == replace(RESULT, muted=frozenset())


def test_a_mark_comes_back_as_it_was_and_what_has_ended_is_left_out(lake: Lake) -> None:
    shelf = MarkShelf(lake)
    shelf.put("craft", "a", muted())
    assert shelf.load("craft") == {"a": muted()}
    later = muted(at=NOW + timedelta(days=3))
    shelf.put("craft", "b", later)
    assert shelf.load("craft") == {"b": later}


@pytest.mark.parametrize(("reason", "days"), [("", 3), ("  ", 3), ("x" * 301, 3), ("known", 0), ("known", 91)])
def test_a_mark_without_a_reason_or_without_an_end_is_refused(reason: str, days: int) -> None:
    with pytest.raises(DataInvalid):
        muted(reason, days)


def test_there_is_a_bound_of_marks() -> None:
    known = {str(number): muted() for number in range(marks.MOST_MARKS)}
    assert len(marks.with_mark(known, "0", muted())) == marks.MOST_MARKS
    with pytest.raises(DataInvalid):
        marks.with_mark(known, "one more", muted())


@pytest.mark.parametrize(
    "raw",
    [[], {"version": 2, "marks": {}}, {"version": 1, "marks": {"a": {"kind": "loud"}}}, {"version": 1, "marks": []}],
)
def test_damaged_marks_are_named(lake: Lake, raw: Any) -> None:
    lake.write_json(analysis_keys.quality_marks_key("craft"), raw, None)
    with pytest.raises(SchemaMismatch, match=r"craft/marks\.json"):
        MarkShelf(lake).load("craft")

"""pipeline.console.bench: what a browser may ask, decoded; a query over what was offered, and what it comes to."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.access import Person
from pipeline.analysis.query.face import Renamed, Watch
from pipeline.config import Settings
from pipeline.console import bench
from pipeline.console.app import App
from pipeline.console.bench import Answer, Request
from pipeline.console.explore import Offer
from pipeline.console.wiring import wire
from pipeline.errors import DataInvalid, Forbidden, RateLimited, TimedOut
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import Words
from tests.support.forms.workbooks import sheets
from tests.support.lakes.tables import DAY, conditions, make_day, sessions

TABLE = "bench-tests"
WORDS = Words("ja")


@pytest.fixture
def console(lake: Lake, cloud: Any, tmp_path: Path) -> Iterator[App]:
    environ = {"PIPELINE_BACKEND": "aws", "S3_BUCKET_NAME": lake.bucket, "DYNAMODB_TABLE_NAME": TABLE}
    yield wire(Settings.from_env({**environ, "PIPELINE_QUERY_CACHE": str(tmp_path)}), cloud)


@pytest.fixture
def offer(console: App, lake: Lake) -> Offer:
    make_day(lake, TABLE)
    make_day(lake, "open-meteo", {"condition": conditions().slice(1)})
    return console.explore.offer()


def ask(console: App, offer: Offer, **request: Any) -> Answer:
    return bench.answer(console, WORDS, offer, bench.parse({"kind": "query", **request}), Watch())


def test_rows_come_as_texts_with_their_columns_types(console: App, offer: Offer) -> None:
    sql = "select weight, focus_level, category from session order by start_time limit 4"
    came = ask(console, offer, sql=sql, tables=["session"])
    assert came.head["columns"] == [
        ["weight", "DECIMAL(38,8)", True],
        ["focus_level", "BIGINT", True],
        ["category", "VARCHAR", False],
    ]
    rows = json.loads(came.body)
    assert rows[0] == ["12345678901234567890.12345678", "1", "study"] and rows[3][2] is None
    assert (came.head["rows"], came.head["cut"], came.head["unkept"]) == (4, "", "")


def test_a_table_is_called_as_the_page_calls_it(console: App, offer: Offer) -> None:
    sql = "select (select count(*) from condition), (select count(*) from open_meteo_condition)"
    came = ask(console, offer, sql=sql, tables=["condition", "open_meteo_condition"])
    assert json.loads(came.body) == [["2", "1"]]


def test_only_documents_whose_tables_are_named_are_read(offer: Offer) -> None:
    query, days = bench.query_of(offer, Request("query", "select 1", tables=("open_meteo_condition",)))
    assert query.tables == ("open-meteo",) and [day.table for day in days] == ["open-meteo"]
    assert query.renamed == (Renamed("open-meteo", "condition", "open_meteo_condition"),)
    query, days = bench.query_of(offer, Request("query", "select 1"))
    assert query.tables == (TABLE,) and query.renamed == ()


def test_a_query_reads_what_was_offered_though_there_is_a_newer_version(console: App, offer: Offer, lake: Lake) -> None:
    make_day(lake, TABLE, {"session": sessions(5)}, DAY)
    assert json.loads(ask(console, offer, sql="select count(*) from session", tables=["session"]).body) == [["400"]]


def test_a_table_that_is_not_offered_any_more_is_said(console: App, offer: Offer) -> None:
    with pytest.raises(DataInvalid) as met:
        ask(console, offer, sql="select 1", tables=["gone"])
    assert met.value.facts["situation"] == "tables_anew"


def test_a_plan_is_shown_of_a_select(console: App, offer: Offer) -> None:
    came = ask(console, offer, sql="select * from session", tables=["session"], form="plan")
    assert "SEQ_SCAN" in json.loads(came.body)[0][-1] or "Scan" in json.loads(came.body)[0][-1]


def test_files_hold_the_same_rows(console: App, offer: Offer) -> None:
    asked = {
        "sql": "select weight, category, true as yes from session order by start_time limit 4",
        "tables": ["session"],
    }
    took = {form: ask(console, offer, form=form, **asked) for form in ("csv", "parquet", "xlsx")}
    assert [came.head["file"]["name"] for came in took.values()] == ["result.csv", "result.parquet", "result.xlsx"]
    weights = [f"1234567890123456789{number}.12345678" for number in range(4)]
    rows = list(csv.reader(io.StringIO(took["csv"].body.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == weights and rows[3][1] == "'=1+1"
    table = pq.read_table(io.BytesIO(took["parquet"].body))
    assert [str(one) for one in table["weight"].to_pylist()] == weights
    header, *lines = sheets(took["xlsx"].body)[0].rows()
    assert header == ["weight", "category", "yes"]
    assert [line[0] for line in lines] == weights and lines[2][1] == "=1+1" and lines[3][1] is None
    assert [line[2] for line in lines] == [True] * 4


def test_what_was_asked_is_in_the_person_s_history_as_it_was_typed(console: App, offer: Offer) -> None:
    ask(console, offer, sql="select 7 as seven", form="plan")
    with pytest.raises(DataInvalid):
        ask(console, offer, sql="drop table session")
    came = bench.answer(console, WORDS, offer, bench.parse({"kind": "past"}), Watch())
    assert [(one["sql"], one["code"]) for one in came.head["past"]] == [
        ("drop table session", "E003"),
        ("select 7 as seven", ""),
    ]
    came = bench.answer(console, WORDS, offer, bench.parse({"kind": "clear_past"}), Watch())
    assert came.head["past"] == []


def test_a_query_is_saved_changed_and_removed(console: App, offer: Offer) -> None:
    def kept(**request: Any) -> list[dict[str, Any]]:
        return list(bench.answer(console, WORDS, offer, bench.parse(request), Watch()).head["saved"])

    (made,) = kept(kind="save", name="a", sql="select {{x}}", parameters={"x": "1"})
    assert (made["name"], made["version"], made["parameters"]) == ("a", 1, {"x": "1"})
    (changed,) = kept(kind="save", name="a", sql="select 2", id=made["id"], version=1)
    assert (changed["id"], changed["version"]) == (made["id"], 2)
    assert kept(kind="saved") == [changed]
    with pytest.raises(DataInvalid):
        kept(kind="remove", name="a", id=made["id"], version=1)
    assert kept(kind="remove", name="a", id=made["id"], version=2) == []


def test_a_viewer_gets_nothing(console: App, offer: Offer) -> None:
    viewer = console.for_person(lambda: Person("v@example.com", verified=True, role="viewer"))
    for kind in ("query", "past", "clear_past", "saved", "save", "remove"):
        with pytest.raises(Forbidden):
            ask(viewer, offer, kind=kind, sql="select 1", name="a", id="i")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_whatever_a_browser_sends_is_a_request_or_refused(raw: Any) -> None:
    try:
        assert isinstance(bench.parse(raw), Request)
    except DataInvalid as error:
        assert "no request" in error.message


@pytest.mark.parametrize(
    "raw",
    [
        {"kind": "drop"},
        {"kind": "query", "engine": "shell"},
        {"kind": "query", "form": "exe"},
        {"kind": "query", "tables": "session"},
        {"kind": "query", "sql": 5},
        {"kind": "query", "parameters": {"a": 1}},
        {"kind": "query", "version": "x"},
    ],
)
def test_a_request_of_another_shape_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(DataInvalid):
        bench.parse(raw)


def test_half_of_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert bench.parse({"kind": "query", "sql": "select '\ud83d'"}).sql == "select '?'"


def test_a_workbook_that_nobody_waits_for_any_more_ends(console: App, offer: Offer) -> None:
    request = bench.parse({"kind": "query", "sql": "select range from range(100000)", "form": "xlsx"})
    places: list[int] = []
    # Its turn has come for the second time: the engine's, and the workbook's.
    watch = Watch(lambda: places.count(0) > 1, places.append)
    with pytest.raises(TimedOut) as met:
        bench.answer(console, WORDS, offer, request, watch)
    assert met.value.facts["situation"] == "query_cancelled"


def test_workbooks_are_made_one_after_the_other_and_few_wait(console: App, offer: Offer) -> None:
    ended, most = Event(), 1 + 2

    def taken() -> str:
        request = bench.parse({"kind": "query", "sql": "select range from range(200000)", "form": "xlsx"})
        try:
            bench.answer(console, WORDS, offer, request, Watch(ended.is_set))
        except RateLimited:
            ended.set()
            return "refused"
        except TimedOut:
            return "ended"
        return "made"

    with ThreadPoolExecutor(most + 1) as together:
        came = [one.result() for one in [together.submit(taken) for _ in range(most + 1)]]
    assert came.count("refused") == 1

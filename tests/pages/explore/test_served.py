"""pages.explore.served under AppTest: a query of the browser's goes to the server, is looked at, ends, is let go."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import state
from pipeline.lake.bucket import Lake
from tests.pages.explore.test_page import TABLE, prepared
from tests.support.lakes.tables import make_day

LOOKS = 200
ENDLESS = "select sum(a.range * b.range) from range(10000000) a, range(10000000) b"


@pytest.fixture
def page(on_aws: pytest.MonkeyPatch, lake: Lake) -> AppTest:
    make_day(lake, TABLE)
    return prepared().run()


def sent(page: AppTest, asked: object) -> tuple[dict[str, Any], bytes]:
    """What the browser is answered: head and body."""
    page.session_state["workbench"] = {"ask": asked}
    page.run()
    assert not page.exception
    (_, _, answers) = page.get("bidi_component")
    frame = bytes(answers.proto.bytes)
    if not frame:
        return {}, b""
    length = int.from_bytes(frame[:4], "little")
    return json.loads(frame[4 : 4 + length]), frame[4 + length :]


def finished(page: AppTest, name: str, came: tuple[dict[str, Any], bytes]) -> tuple[dict[str, Any], bytes]:
    for tick in range(1, LOOKS):
        if came[0]["state"] != "waiting":
            return came
        time.sleep(0.02)
        came = sent(page, {"id": name, "tick": tick})
    raise AssertionError("no answer")


def query(sql: str) -> dict[str, Any]:
    return {"kind": "query", "sql": sql, "tables": ["session"]}


def test_a_query_is_answered_and_let_go(page: AppTest) -> None:
    came = sent(page, {"id": "a", "request": query("select count(*) as n from session")})
    head, body = finished(page, "a", came)
    assert (head["id"], head["state"], head["columns"]) == ("a", "done", [["n", "BIGINT", True]])
    assert json.loads(body) == [["400"]]
    assert sent(page, {"id": "a", "tick": 99})[1] == body
    assert sent(page, None) == ({}, b"")
    assert state.EXPLORE_ASKED not in page.session_state


def test_each_look_is_answered_with_its_own_count(page: AppTest) -> None:
    sent(page, {"id": "a", "request": query(ENDLESS)})
    head, _ = sent(page, {"id": "a", "tick": 7})
    assert (head["state"], head["tick"]) == ("waiting", 7)
    finished(page, "a", sent(page, {"id": "a", "tick": 8, "cancel": True}))


def test_a_query_that_is_cancelled_ends_within_seconds(page: AppTest) -> None:
    sent(page, {"id": "a", "request": query(ENDLESS)})
    head, _ = finished(page, "a", sent(page, {"id": "a", "tick": 1, "cancel": True}))
    assert (head["state"], head["situation"]) == ("failed", "query_cancelled")


def test_another_request_ends_the_one_before_it(page: AppTest) -> None:
    sent(page, {"id": "a", "request": query(ENDLESS)})
    before = page.session_state[state.EXPLORE_ASKED].asking
    head, body = finished(page, "b", sent(page, {"id": "b", "request": query("select 1 as one")}))
    assert (head["id"], json.loads(body)) == ("b", [["1"]])
    with pytest.raises(Exception, match="cancelled"):
        before.answer(30)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_error_is_told_with_cause_and_remedy(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    make_day(lake, TABLE)
    page = prepared(language).run()
    head, body = finished(page, "a", sent(page, {"id": "a", "request": query("select nothing_there from session")}))
    assert head["state"] == "failed" and head["title"].startswith("E003") and body == b""
    assert head["cause"] and head["remedy"] and "nothing_there" in head["detail"]


@pytest.mark.parametrize("request_", [5, {}, {"kind": "shell"}, {"kind": "query", "sql": []}, None])
def test_what_is_no_request_is_refused(page: AppTest, request_: object) -> None:
    head, _ = sent(page, {"id": "a", "request": request_})
    assert head["state"] == "failed" and head["title"].startswith("E003")


def test_a_query_of_a_session_that_is_gone_is_said_to_be(page: AppTest) -> None:
    head, _ = sent(page, {"id": "of another session", "tick": 3})
    assert head["state"] == "gone"


@pytest.mark.parametrize("asked", ["text", 5, [], {"id": 5}, {}])
def test_anything_else_is_nothing(page: AppTest, asked: object) -> None:
    assert sent(page, asked) == ({}, b"")


@pytest.mark.parametrize("name", ["\ud800", "a\nb", "あ", "x" * 101])
def test_an_id_that_is_no_word_is_nothing(page: AppTest, name: str) -> None:
    assert sent(page, {"id": name, "request": {"kind": "past"}}) == ({}, b"")


@pytest.mark.parametrize("tick", [10**30, -1, "\ud800", [], {"a": "b"}, True, 1.5])
def test_a_count_that_is_none_goes_back_as_none(page: AppTest, tick: object) -> None:
    head, _ = sent(page, {"id": "a", "request": query(ENDLESS), "tick": tick})
    assert (head["state"], head["tick"]) == ("waiting", None)
    finished(page, "a", sent(page, {"id": "a", "tick": 1, "cancel": True}))


def test_an_answer_is_kept_once(page: AppTest) -> None:
    finished(page, "a", sent(page, {"id": "a", "request": query("select 1 as one")}))
    held = page.session_state[state.EXPLORE_ASKED]
    assert held.asking is None and held.frame

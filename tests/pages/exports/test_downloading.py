"""A document on its way to a browser, over a real websocket and real HTTP: no press is lost, however late the rest."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from pages.parcels import VISITOR
from tests.support.console import Console, serving
from tests.support.visitor import Visitor, Widget, visiting, widgets

HISTORY = "lang=en&tab=history"
KINDS = ("Download", "Download CSV", "Download Parquet")


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The demo."""
    with serving(tmp_path_factory.mktemp("console")) as console:
        console.wait_until("/debug/readyz", (200, "ok"))
        yield console


def buttons(visitor: Visitor) -> dict[str, Widget]:
    """The download buttons of the newest run, as they are drawn now: the document itself, CSV and Parquet."""
    rows = visitor.rerun(query=HISTORY)
    opened = visitor.touch(widgets(rows, "button", "Details")[0])
    drawn = visitor.touch(widgets(opened, "radio")[0], string_value="Other formats")
    return {kind: widgets(drawn, "download_button", kind)[0] for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_press_whose_request_comes_late_is_answered(console: Console, kind: str) -> None:
    """Between the two messages of a press its row is drawn anew; on a busy machine that was faster than the second."""
    with visiting(console.url) as visitor:
        button = buttons(visitor)[kind]
        visitor.click(button)
        time.sleep(2)
        answer = visitor.ask_for_file(button.element.deferred_file_id)
    assert (answer.error_msg, answer.deferred_file.url[:7]) == ("", "/media/")


def taken(console: Console, path: str, browser: str = "") -> tuple[int, bytes]:
    """What a browser with this cookie gets at an address."""
    headers = {"Cookie": f"{VISITOR}={browser}"} if browser else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(console.url + path, headers=headers), timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def pressed(visitor: Visitor, kind: str = "Download") -> tuple[str, str]:
    """The id that stood on a button, and the address that pressing it led to."""
    button = buttons(visitor)[kind]
    visitor.click(button)
    answer = visitor.ask_for_file(button.element.deferred_file_id)
    visitor.drawn()
    return button.element.deferred_file_id, f"/debug{answer.deferred_file.url}"


def test_a_file_is_for_the_browser_that_asked_for_it_alone(console: Console) -> None:
    with visiting(console.url, browser="mine") as visitor:
        _, path = pressed(visitor)
        assert [taken(console, path, browser)[0] for browser in ("", "another", "mine")] == [404, 404, 200]
        assert json.loads(taken(console, path, "mine")[1])["export_metadata"]["record_count"] > 0


def test_a_stranger_with_the_id_of_a_button_gets_an_address_that_leads_him_nowhere(console: Console) -> None:
    with visiting(console.url, browser="mine") as visitor, visiting(console.url, browser="another") as stranger:
        stranger.rerun(query=HISTORY)
        answer = stranger.ask_for_file(buttons(visitor)["Download"].element.deferred_file_id)
        path = f"/debug{answer.deferred_file.url}"
        assert [taken(console, path, browser)[0] for browser in ("another", "", "mine")] == [404, 404, 200]


def test_a_file_waits_for_its_browser_whatever_others_do_meanwhile(console: Console) -> None:
    """Streamlit drops a file that no page shows when two scripts have ended, in whatever session."""
    with visiting(console.url, browser="mine") as visitor, visiting(console.url) as other:
        _, path = pressed(visitor)
        for _ in range(3):
            other.rerun()
        assert taken(console, path, "mine")[0] == 200


def test_a_browser_without_cookies_gets_its_file(console: Console) -> None:
    with visiting(console.url) as visitor:
        assert taken(console, pressed(visitor)[1])[0] == 200

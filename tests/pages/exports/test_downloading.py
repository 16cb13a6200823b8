"""A document on its way to a browser, over a real websocket and real HTTP: no press is lost, however late the rest."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

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

"""pages.reports.run and printed under AppTest: a run with its report, its forms, what it was made of; or why not."""

from __future__ import annotations

import base64
import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import reads
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import manifest_key, report_key
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.models.conftest import address, cards, of_viewer
from tests.pages.reports.conftest import NOTE, PLAIN, board, kept, keys, made, opened, prepared, press

WORDS = Words("ja")
# Its second block asks a table that is not there.
BROKEN = PLAIN.replace("formats:", "- kind: table\n  sql: SELECT 1 FROM nothing\nformats:")
pytestmark = pytest.mark.usefixtures("on_aws")


def shown(page: AppTest) -> list[bytes]:
    """The files that the page hands to its frames."""
    packed = [re.search(r'data-packed="([^"]*)"', html.proto.body) for html in page.get("html")]  # type: ignore[attr-defined]
    return [base64.b64decode(one[1]) for one in packed if one]


def forms(page: AppTest) -> list[str]:
    """The forms that can be downloaded."""
    found = [button.proto.id.rpartition("download-report-") for button in page.get("download_button")]  # type: ignore[attr-defined]
    return [form for _, separator, form in found if separator]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_shows_the_report_as_it_was_made_and_its_forms(language: str) -> None:
    kept()
    one = made()
    page = opened(language, report="note", run=one.run_id)
    assert not page.exception and cards(page) == []
    assert shown(page) == [board().maker.file("note", one.run_id, one.day, "html")]
    assert forms(page) == ["html", "md"]
    assert PLAIN.strip() in [code.value for code in page.code]


def test_the_report_is_read_once_while_somebody_looks_at_it(capsys: pytest.CaptureFixture[str]) -> None:
    kept()
    page = opened(report="note", run=made().run_id)
    page.run().run()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [line["action"] for line in lines if line["action"] == "download"] == ["download"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_blocks_that_failed_are_named_and_nobody_can_be_told(language: str) -> None:
    kept(text=BROKEN + NOTE.partition("09:00\n")[2])
    one = made()
    page, words = opened(language, report="note", run=one.run_id), Words(language)
    assert not page.exception and len(one.failed) == 1
    assert words("reports.blocks_failed") in texts(page) and words("report_blocks.kind.table") in texts(page)
    assert "send-report" not in {button.key for button in page.button} and len(shown(page)) == 1


def test_telling_again_says_where_it_did_not_arrive() -> None:
    kept(text=NOTE)
    page = press(opened(report="note", run=made().run_id), "send-report")
    assert not page.exception and len(cards(page)) == 1


def test_a_report_without_recipients_has_nobody_to_be_told() -> None:
    kept()
    assert "send-report" not in {button.key for button in opened(report="note", run=made().run_id).button}


def test_a_report_that_is_no_html_says_so() -> None:
    kept(text=PLAIN.replace("[html, md]", "[md]"))
    page = opened(report="note", run=made().run_id)
    assert not page.exception and shown(page) == [] and forms(page) == ["md"]
    assert WORDS("reports.no_html") in texts(page)


@pytest.mark.parametrize("run_id", ["20200101T000000Z-00000000", "nothing", "../../x", "<b>x</b>"])
def test_a_run_that_is_none_is_told(run_id: str) -> None:
    kept()
    page = opened(report="note", run=run_id)
    assert not page.exception
    assert WORDS("reports.no_such_run") in texts(page) or cards(page)


def test_a_report_whose_file_is_another_one_than_was_made_is_not_shown(lake: Lake) -> None:
    kept()
    one = made()
    lake.s3.put_object(Bucket=lake.bucket, Key=report_key("note", one.day, one.run_id, "html"), Body=b"<h1>other</h1>")
    versions = lake.s3.list_object_versions(Bucket=lake.bucket, Prefix="reports/note/")["Versions"]
    for old in versions:
        if old["Key"].endswith("html") and not old["IsLatest"]:
            lake.s3.delete_object(Bucket=lake.bucket, Key=old["Key"], VersionId=old["VersionId"])
    page = opened(report="note", run=one.run_id)
    assert not page.exception and shown(page) == [] and len(cards(page)) == 1


def test_a_run_without_a_manifest_has_nothing_to_show(lake: Lake) -> None:
    kept()
    one = made()
    lake.s3.delete_object(Bucket=lake.bucket, Key=manifest_key("note", one.day, one.run_id))
    reads.refresh()
    page = opened(report="note", run=one.run_id)
    assert not page.exception and WORDS("reports.nothing.built") in texts(page)


def draw_paper() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function's source by itself

    from pages.reports import paper  # noqa: PLC0415
    from pages.ui import state  # noqa: PLC0415

    paper.draw(state.words(), b"x" * (paper.MOST_BYTES + int(st.query_params["more"])), "x", "x")


@pytest.mark.parametrize(("more", "frames"), [("0", 1), ("1", 0)])
def test_a_file_too_large_to_be_shown_is_not(more: str, frames: int) -> None:
    page = AppTest.from_function(draw_paper, default_timeout=60)
    page.query_params["more"] = more
    page.run()
    assert not page.exception and len(shown(page)) == frames
    assert (WORDS("paper.too_large") in texts(page)) is (frames == 0)


def test_the_print_view_has_the_report_and_the_way_back_and_no_more() -> None:
    kept()
    one = made()
    page = press(opened(report="note", run=one.run_id), "print-view")
    assert not page.exception and address(page)["print"] == "1"
    assert (
        len(shown(page)) == 1
        and page.title == []
        and [button.key for button in page.button] == ["close-print", "print"]
    )
    assert 'data-prints="yes"' in "".join(html.proto.body for html in page.get("html"))  # type: ignore[attr-defined]
    page = press(page, "close-print")
    assert "print" not in address(page) and keys(page, "close-") == ["run"]


@pytest.mark.parametrize("run_id", ["nothing", "20200101T000000Z-00000000"])
def test_there_is_nothing_to_print_where_there_is_no_report(run_id: str) -> None:
    kept()
    page = opened(report="note", run=run_id, print="1")
    assert not page.exception and (WORDS("reports.nothing_to_print") in texts(page) or cards(page))


@pytest.mark.parametrize("query", [{}, {"print": "1"}])
def test_a_viewer_sees_that_a_report_is_there_and_not_what_it_says(
    on_aws: pytest.MonkeyPatch, query: dict[str, str]
) -> None:
    kept(text=NOTE)
    page = of_viewer(on_aws, prepared(report="note", run=made().run_id, **query))
    assert not page.exception and shown(page) == [] and page.get("download_button") == []
    assert "こんにちは" not in texts(page) and "ops" not in texts(page)
    assert WORDS("reports.not_for_viewers") in texts(page) or cards(page)

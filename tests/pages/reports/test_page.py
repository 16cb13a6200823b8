"""The page レポート under AppTest: the list, one report, and what is done with it."""

from __future__ import annotations

import pytest

from pages.reports import page as drawn
from pages.reports import told
from pages.ui import reads
from pipeline.analysis.reports.definitions.definition import Schedule
from pipeline.clock import utc_now
from pipeline.console.reports.told import ReportRun, State
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import DEFINITIONS
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.models.conftest import address, cards, of_viewer
from tests.pages.reports.conftest import NOTE, PLAIN, board, kept, keys, made, opened, prepared, press
from tests.support.eventually import eventually

WORDS = Words("ja")
OURS = ["monthly-quality", "my-week", "weekly-exports"]
pytestmark = pytest.mark.usefixtures("on_aws")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_three_of_the_product_are_listed_and_not_made_by_themselves(language: str) -> None:
    page, words = opened(language), Words(language)
    assert not page.exception and cards(page) == []
    assert keys(page, "open-report-") == OURS
    assert texts(page).count(words("reports.never")) == 3
    assert words("reports.not_asked_for_about") in texts(page)
    assert words("reports.look.none", all=3) in texts(page) and words("reports.none_by_itself") in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_object_that_is_no_definition_is_listed_as_such_and_hides_no_other(language: str, lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=f"{DEFINITIONS}odd.yaml", Body=b"title: [")
    page, words = opened(language), Words(language)
    assert not page.exception and keys(page, "open-report-") == sorted([*OURS, "odd"])
    assert words("reports.unread") in texts(page)
    assert cards(opened(language, report="odd"))


def test_a_report_opens_by_its_address_and_closes_again() -> None:
    page = press(opened(), "open-report-weekly-exports")
    assert not page.exception and address(page)["report"] == "weekly-exports"
    assert WORDS("reports.day.monday") in texts(page) and WORDS("reports.shipped") in texts(page)
    page = press(page, "close-report")
    assert "report" not in address(page) and keys(page, "open-report-") == OURS


def test_a_schedule_is_begun_paused_and_resumed() -> None:
    page = press(opened(report="weekly-exports"), "resume-report")
    assert not page.exception and cards(page) == [] and board().definitions.get("weekly-exports").seen
    page = press(page, "pause-report")
    assert WORDS("reports.paused") in texts(page)
    page = press(page, "resume-report")
    assert keys(page, "pause-") == ["report"] and WORDS("reports.paused") not in texts(page)


def test_a_report_that_is_made_by_itself_says_when_next() -> None:
    kept(text=NOTE)
    page = opened()
    assert WORDS("reports.by_themselves", count=1) in texts(page)
    definition = board().definitions.get("note")
    assert told.next_run(WORDS, definition, utc_now()).endswith("09:00")


def test_a_duplicate_is_opened_and_paused() -> None:
    kept(text=NOTE)
    page = opened(report="note")
    page.text_input(key="copy-of-note").set_value("second")
    page = press(page, "duplicate-report")
    assert not page.exception and address(page)["report"] == "second"
    assert WORDS("reports.duplicated", name="second") in texts(page) and WORDS("reports.paused") in texts(page)


def test_a_name_that_is_taken_or_none_is_told_where_it_was_asked_for() -> None:
    kept()
    for name in ("weekly-exports", "../x", "日本語"):
        page = opened(report="note")
        page.text_input(key="copy-of-note").set_value(name)
        page = press(page, "duplicate-report")
        assert (name, bool(page.exception), len(cards(page))) == (name, False, 1)


def test_what_is_deleted_leaves_the_list_and_can_be_had_again() -> None:
    kept()
    page = press(opened(report="note"), "delete-report")
    assert not page.exception and "report" not in address(page)
    assert keys(page, "open-report-") == OURS and page.selectbox(key="deleted-report").options == ["note"]
    page = press(page, "restore-report")
    assert keys(page, "open-report-") == sorted([*OURS, "note"])


def test_the_product_s_own_comes_back_in_place_of_what_was_made_of_it() -> None:
    kept("my-week")
    page = press(opened(report="my-week"), "delete-report")
    assert WORDS("reports.given_back", name="メモ \\*1\\*") in texts(page)
    assert address(page)["report"] == "my-week" and WORDS("reports.shipped") in texts(page)


def test_whoever_was_slower_is_told_and_nothing_is_overwritten() -> None:
    kept(text=NOTE)
    page = opened(report="note")
    board().definitions.save("note", PLAIN, board().definitions.get("note").seen)
    page = press(page, "pause-report")
    assert not page.exception and len(cards(page)) == 1
    assert board().definitions.get("note").text == PLAIN


def test_an_earlier_definition_is_shown_with_what_differs_and_taken_back() -> None:
    kept()
    board().definitions.save("note", PLAIN.replace("こんにちは", "さようなら"), board().definitions.get("note").seen)
    page = opened(report="note")
    assert any("+  text: こんにちは <b>" in code.value for code in page.code)
    page = press(page, "take-back-report")
    assert not page.exception and board().definitions.get("note").text == PLAIN


def test_a_press_makes_a_report_beside_the_page() -> None:
    kept()
    page = press(opened(report="note"), "make-report")
    assert not page.exception and cards(page) == []
    assert eventually(lambda: board().maker.going("note") is None, 60)
    reads.refresh()
    assert len(keys(page.run(), "open-report-run-")) == 1


@pytest.mark.parametrize("name", ["nothing", "../../x", "<b>x</b>", "日本語", "x" * 200])
def test_an_address_of_no_report_is_told(name: str) -> None:
    page = opened(report=name)
    assert not page.exception and WORDS("reports.no_such_report") in texts(page)


def test_the_history_of_a_report_says_how_each_run_stands() -> None:
    kept()
    one = made()
    page = opened(report="note")
    assert keys(page, "open-report-run-") == [one.run_id]
    page = press(page, f"open-report-run-{one.run_id}")
    assert address(page)["run"] == one.run_id
    page = press(page, "close-run")
    assert "run" not in address(page) and address(page)["report"] == "note"


def test_a_viewer_sees_how_it_stands_and_may_do_nothing(on_aws: pytest.MonkeyPatch) -> None:
    kept(text=NOTE)
    made()
    for query in ({}, {"report": "note"}, {"report": "note", "edit": "1"}, {"edit": "1"}, {"tab": "notices"}):
        page = of_viewer(on_aws, prepared(**query))
        shown = texts(page)
        assert (query, bool(page.exception), "こんにちは" in shown, "ops" in shown) == (query, False, False, False)
        # 更新 and the ways there and back are everybody's.
        ways = ("refresh", "open-", "close-", "sign-out")
        mine = [one for one in page.button if not one.disabled and not (one.key or "").startswith(ways)]
        assert (query, [one.key for one in mine]) == (query, [])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("states", "level"),
    [
        (("failed", "missed", "late", "running", "waiting", "built"), "bad"),
        (("missed", "late", "running", "sent"), "warn"),
        (("late", "sent"), "warn"),
        (("running", "waiting"), "busy"),
        (("waiting", "sent"), "busy"),
        (("sent", "built"), "good"),
        ((), "quiet"),
    ],
)
def test_the_sentence_tells_of_the_gravest_first(states: tuple[State, ...], level: str, language: str) -> None:
    now = utc_now()
    runs = [ReportRun(f"r{at}", "run", now.date(), now, one, "schedule") for at, one in enumerate(states)]
    seen = drawn.sentence(Words(language), 9, runs)
    assert seen[0] == level and "9" in seen[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_day_is_told_in_words(language: str) -> None:
    words = Words(language)
    days: tuple[str | int, ...] = ("every", "last", "monday", "sunday", 1, 31, "02-29")
    shown = told.schedule(words, Schedule(days=days, at="09:00", zone="Europe/Berlin"))
    assert all(part in shown for part in ("09:00", "Europe/Berlin", "31", "29", words("reports.day.last")))

"""pages.reports.editor under AppTest: the fields of a definition, its blocks, its schedule, who is told."""

from __future__ import annotations

import pytest

from pages.reports.editor.parts import KINDS
from pages.ui import reads
from pipeline.console.reports.definitions import Definitions
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.reports.editor.screen import TEXT, field, kept, opened, saved, signs, typed
from tests.support.lakes import insights
from tests.support.sources.source_desk import VIEWER

WORDS = Words("ja")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_kept_stands_in_fields_and_there_is_nothing_to_save(mine: Definitions, language: str) -> None:
    page = opened(language=language)
    assert not page.exception
    assert page.text_input(key=field(page, "title")).value == "私の報告"
    assert page.button(key="report-save").disabled and page.button(key="report-drop").disabled


def test_a_block_of_every_kind_is_added(mine: Definitions) -> None:
    page = opened()
    for kind in KINDS:
        page = page.selectbox(key="report-kind").select(kind).run()
        page = page.button(key="report-add").click().run()
        assert not page.exception
    assert len(signs(page, "remove")) == 2 + len(KINDS)


def test_blocks_are_moved_and_removed(mine: Definitions) -> None:
    page = opened()
    page = page.button(key=signs(page, "up")[1]).click().run()
    saved(page)
    definition = mine.get("mine").definition
    assert definition is not None and [type(one).__name__ for one in definition.blocks] == ["FreeText", "Status"]
    page = page.button(key=signs(page, "remove")[0]).click().run()
    saved(page)
    definition = mine.get("mine").definition
    assert definition is not None and [type(one).__name__ for one in definition.blocks] == ["Status"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_has_a_name_of_its_own(mine: Definitions, language: str) -> None:
    page = opened(language=language)
    for kind in (*KINDS, *KINDS):
        page = page.selectbox(key="report-kind").select(kind).run()
        page = page.button(key="report-add").click().run()
    kinds = (page.button, page.text_input, page.text_area, page.selectbox, page.checkbox, page.multiselect)
    for kind in kinds:
        names = [one.label for one in kind]
        assert len(set(names)) == len(names) and all(names)


def test_the_first_block_is_not_moved_up_nor_the_last_one_down(mine: Definitions) -> None:
    page = opened()
    first, last = page.button(key=signs(page, "up")[0]), page.button(key=signs(page, "down")[-1])
    assert first.disabled and last.disabled


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_block_that_wants_something_says_what_and_is_not_saved(mine: Definitions, language: str) -> None:
    page, words = opened(language=language), Words(language)
    page = page.selectbox(key="report-kind").select("chart").run()
    page = page.button(key="report-add").click().run()
    assert words("report_editor.need.sql") in texts(page) and page.button(key="report-save").disabled


def test_the_fields_of_a_chart_make_one(mine: Definitions) -> None:
    page = opened()
    page = page.selectbox(key="report-kind").select("chart").run()
    page = page.button(key="report-add").click().run()
    page = page.text_area(key=field(page, "sql")).set_value("SELECT 1 AS d, 2 AS v").run()
    page = typed(page, "x", "d")
    page = page.multiselect(key=field(page, "y")).set_value(["v"]).run()
    page = page.selectbox(key=field(page, "shape")).select("bar").run()
    saved(page)
    text = mine.get("mine").text
    assert "sql: SELECT 1 AS d, 2 AS v" in text and "shape: bar" in text and "- v" in text


@pytest.mark.parametrize(
    ("kind", "stands"),
    [("last_month", "kind: last_month"), ("last_days", "days: 7"), ("fixed", "first: '20")],
)
def test_the_period_is_chosen(mine: Definitions, kind: str, stands: str) -> None:
    page = opened()
    page = page.selectbox(key=field(page, "period")).select(kind).run()
    assert not page.exception
    saved(page)
    assert stands in mine.get("mine").text


def test_the_person_is_one_of_the_mart_s(mine: Definitions, lake: Lake) -> None:
    insights.fill(lake, {"akari": 30, "ren": 20})
    page = opened()
    person = page.selectbox(key=field(page, "person"))
    assert person.options == [WORDS("insights.everybody"), "akari", "ren"]
    saved(person.select("ren").run())
    definition = mine.get("mine").definition
    assert definition is not None and definition.person == "ren"


def test_a_person_of_whom_there_are_no_days_stays_chosen(mine: Definitions) -> None:
    mine.save("gone", TEXT.replace("blocks:", "person: gone\nblocks:"), "")
    page = opened("gone")
    assert page.selectbox(key=field(page, "person")).value == "gone"


def test_language_zone_and_forms_are_chosen(mine: Definitions) -> None:
    page = opened()
    page = page.selectbox(key=field(page, "language")).select("en").run()
    page = page.selectbox(key=field(page, "zone")).select("Europe/Paris").run()
    page = page.checkbox(key=field(page, "format-pdf")).uncheck().run()
    saved(page)
    definition = mine.get("mine").definition
    assert definition is not None
    assert (definition.language, definition.zone) == ("en", "Europe/Paris")
    assert definition.formats == ("html", "xlsx", "md")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_without_any_form_says_so(mine: Definitions, language: str) -> None:
    page = opened(language=language)
    for name in ("html", "pdf", "xlsx", "md"):
        page = page.checkbox(key=field(page, f"format-{name}")).uncheck().run()
    assert Words(language)("report_editor.need.formats") in texts(page) and page.button(key="report-save").disabled


def test_a_schedule_tells_its_next_three_moments_in_its_zone_and_ours(mine: Definitions) -> None:
    page = opened()
    page = page.checkbox(key=field(page, "scheduled")).check().run()
    page = page.selectbox(key=field(page, "schedule-zone")).select("America/New_York").run()
    moments = [one.value for one in page.text if "America/New_York" in one.value]
    assert len(moments) == 1 and len(moments[0].splitlines()) == 3 and "JST" in moments[0]


def test_days_are_chosen_and_typed(mine: Definitions) -> None:
    page = opened()
    page = page.checkbox(key=field(page, "scheduled")).check().run()
    page = page.multiselect(key=field(page, "schedule-days")).set_value(["friday", "15", "02-29", "last"]).run()
    saved(page)
    definition = mine.get("mine").definition
    assert definition is not None and definition.schedule is not None
    assert definition.schedule.days == ("friday", 15, "02-29", "last")


def test_a_day_that_is_none_is_told_and_not_saved(mine: Definitions) -> None:
    page = opened()
    page = page.checkbox(key=field(page, "scheduled")).check().run()
    page = page.multiselect(key=field(page, "schedule-days")).set_value(["someday"]).run()
    assert not page.exception and page.button(key="report-save").disabled
    assert any("E003" in one.proto.title for one in page.error)


def test_recipients_are_those_that_are_set_up(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    on_aws.setenv("PIPELINE_NOTICES", "team=sns:arn:aws:sns:ap-northeast-1:123456789012:team,ops=slack:ops-hook")
    reads.forget_app()
    kept().save("mine", TEXT, "")
    page = opened()
    recipients = page.multiselect(key=field(page, "recipients"))
    assert recipients.options == ["sns:team", "slack:ops"]
    saved(recipients.set_value(["slack:ops"]).run())
    assert "recipients:\n- kind: slack\n  name: ops\n" in kept().get("mine").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recipient_that_is_no_more_set_up_is_told(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    kept().save("mine", f"{TEXT}recipients:\n- kind: slack\n  name: ops\n", "")
    assert Words(language)("report_editor.channels_gone", names="slack\\:ops") in texts(opened(language=language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_may_only_look_is_told_whose_it_is_and_sees_no_definition(mine: Definitions, language: str) -> None:
    reads.keep(reads.base().for_person(lambda: VIEWER))
    page = opened(language=language)
    assert Words(language)("gate.not_for_viewers") in texts(page) and "こんにちは" not in texts(page)
    assert not page.button and not page.text_area

"""pages.reports.editor under AppTest: a draft's way into the lake, also beside others, also back."""

from __future__ import annotations

import pytest

from pipeline.aws import Cloud
from pipeline.console.reports.definitions import Definitions
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.reports.editor.screen import TEXT, field, kept, opened, saved, typed

WORDS = Words("ja")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_changed_field_is_saved(mine: Definitions, language: str) -> None:
    page = typed(opened(language=language), "title", "Another")
    assert Words(language)("report_editor.unsaved") in texts(page)
    page = saved(page)
    assert Words(language)("report_editor.saved", name="mine") in texts(page)
    definition = mine.get("mine").definition
    assert definition is not None and definition.title == "Another"


def test_what_is_dropped_is_as_it_was(mine: Definitions) -> None:
    page = typed(opened(), "title", "Another")
    page = page.button(key="report-drop").click().run()
    assert page.text_input(key=field(page, "title")).value == "私の報告" and mine.get("mine").text == TEXT


def test_a_draft_is_found_again_by_whoever_comes_back(mine: Definitions) -> None:
    kept().save("other", TEXT, "")
    page = typed(opened(), "title", "Half")
    page.query_params["report"] = "other"
    page = page.run()
    assert page.text_input(key=field(page, "title")).value == "私の報告"
    page.query_params["report"] = "mine"
    page = page.run()
    assert page.text_input(key=field(page, "title")).value == "Half"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_edited_as_yaml_and_wrong_yaml_is_told_and_stays(mine: Definitions, language: str) -> None:
    page = opened(language=language)
    page = page.radio(key=field(page, "mode")).set_value("yaml").run()
    page = page.text_area(key=field(page, "yaml")).set_value("title: [half").run()
    page = page.radio(key=field(page, "mode")).set_value("fields").run()
    assert page.text_area(key=field(page, "yaml")).value == "title: [half"
    assert page.radio(key=field(page, "mode")).value == "yaml"
    assert Words(language).error_of_code("E003", "report_definition")[2].split(".")[0] in texts(page).replace("\\", "")
    assert page.button(key="report-save").disabled


def test_yaml_is_saved_as_it_was_typed(mine: Definitions) -> None:
    page = opened()
    page = page.radio(key=field(page, "mode")).set_value("yaml").run()
    text = "# a remark\n" + TEXT
    saved(page.text_area(key=field(page, "yaml")).set_value(text).run())
    assert mine.get("mine").text == text


def test_whoever_would_lose_remarks_is_told(mine: Definitions) -> None:
    mine.save("mine", "# a remark\n" + TEXT, mine.get("mine").seen)
    page = typed(opened(), "title", "Another")
    assert WORDS("report_editor.remarks") in texts(page)


def test_what_is_kept_and_no_definition_is_mended_as_yaml(mine: Definitions, cloud: Cloud, bucket: str) -> None:
    cloud.s3.put_object(Bucket=bucket, Key="config/reports/broken.yaml", Body=b"titel: x\n")
    page = opened("broken")
    assert not page.exception and page.text_area(key=field(page, "yaml")).value == "titel: x\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_report_is_saved_under_its_name_and_edited_on(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    page = opened(None, language)
    page = typed(typed(page, "title", "First"), "name", "first-one")
    page = page.button(key="report-add").click().run()
    page = saved(page)
    assert Words(language)("report_editor.heading", name="first\\-one") in texts(page)
    definition = kept().get("first-one").definition
    assert definition is not None and (definition.title, definition.language) == ("First", language)


@pytest.mark.parametrize("name", ["", "..", "a/b", "Ä", "-x", "UPPER"])
def test_a_name_that_is_none_cannot_be_saved(on_aws: pytest.MonkeyPatch, lake: Lake, name: str) -> None:
    page = typed(opened(None), "title", "First")
    page = page.button(key="report-add").click().run()
    page.text_input(key=field(page, "name")).set_value(name)
    assert page.run().button(key="report-save").disabled


@pytest.mark.parametrize("name", ["mine", "my-week"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_that_another_report_has_is_refused_and_the_draft_stays(
    mine: Definitions, language: str, name: str
) -> None:
    page = typed(typed(opened(None, language), "title", "First"), "name", name)
    page = page.button(key="report-add").click().run()
    page = saved(page)
    title = Words(language).error_of_code("E003", "report_taken")[0]
    assert any(title in one.proto.title for one in page.error)
    assert page.text_input(key=field(page, "title")).value == "First" and mine.get("mine").text == TEXT


def test_a_definition_of_the_product_s_own_is_saved_as_it_is(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    page = opened("my-week")
    assert WORDS("report_editor.shipped") in texts(page)
    page = saved(page)
    assert not kept().get("my-week").shipped and WORDS("report_editor.shipped") not in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_slower_is_told_by_whom_and_keeps_the_draft(mine: Definitions, language: str) -> None:
    page, words = typed(opened(language=language), "title", "Slow"), Words(language)
    mine.save("mine", TEXT.replace("私の報告", "Fast"), mine.get("mine").seen)
    page = saved(page)
    title = words.error_of_code("E003", "report_changed")[0]
    assert any(title in one.proto.title for one in page.error)
    assert "-title: Fast" in texts(page) and "+title: Slow" in texts(page)
    assert "local" in texts(page) and "title: Fast" in mine.get("mine").text


def test_who_is_slower_can_load_what_the_other_has_saved(mine: Definitions) -> None:
    page = typed(opened(), "title", "Slow")
    mine.save("mine", TEXT.replace("私の報告", "Fast"), mine.get("mine").seen)
    page = page.run().button(key="report-theirs").click().run()
    assert page.text_input(key=field(page, "title")).value == "Fast" and page.button(key="report-save").disabled


def test_who_is_slower_can_put_the_draft_in_its_place(mine: Definitions) -> None:
    page = typed(opened(), "title", "Slow")
    mine.save("mine", TEXT.replace("私の報告", "Fast"), mine.get("mine").seen)
    page = page.run().button(key="report-mine").click().run()
    saved(page)
    assert "title: Slow" in mine.get("mine").text
    assert "title: Fast" in mine.history("mine")[0].text


def test_who_has_changed_nothing_sees_what_the_other_has_saved(mine: Definitions) -> None:
    page = opened()
    mine.save("mine", TEXT.replace("私の報告", "Fast"), mine.get("mine").seen)
    page = page.run()
    assert page.text_input(key=field(page, "title")).value == "Fast"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_that_is_deleted_meanwhile_can_be_kept_again(mine: Definitions, language: str) -> None:
    page = typed(opened(language=language), "title", "Kept")
    mine.delete("mine", mine.get("mine").seen)
    page = page.run()
    assert not page.exception and Words(language)("report_editor.gone") in texts(page)
    saved(page)
    assert "title: Kept" in mine.get("mine").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_earlier_definition_becomes_the_draft_and_is_saved(mine: Definitions, language: str) -> None:
    mine.save("mine", TEXT.replace("こんにちは", "later"), mine.get("mine").seen)
    page = opened(language=language)
    page.session_state["report-earlier"] = True
    page = page.run()
    assert "-  text: later" in texts(page) and "+  text: こんにちは" in texts(page)
    page = page.button(key="report-restore").click().run()
    assert "later" in mine.get("mine").text
    saved(page)
    assert "こんにちは" in mine.get("mine").text


def test_a_report_that_nobody_has_kept_is_not_found(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    title = WORDS.error_of_code("E014", "report_unknown")[0]
    assert [one for one in opened("nothing-here").error if title in one.proto.title]

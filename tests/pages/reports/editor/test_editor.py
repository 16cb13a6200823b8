"""pages.reports.editor under AppTest: fields and YAML, saved in the place of what was seen, and what was before."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from pages.reports.editor.drafts import KINDS
from pages.ui import reads, state
from pipeline.aws import Cloud
from pipeline.console.reports.definitions import Definitions
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.support.eventually import eventually
from tests.support.lakes import insights
from tests.support.sources.source_desk import VIEWER

WORDS = Words("ja")
TEXT = "title: 私の報告\nperiod:\n  kind: last_week\nblocks:\n- kind: status\n- kind: text\n  text: こんにちは\n"
HOSTILE = "**bold** <b>x</b> `code` $x$ :red[r]"


def draw_editor() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function's source by itself

    from pages.reports.editor import editor  # noqa: PLC0415
    from pages.sign_in import signed_in  # noqa: PLC0415
    from pages.ui import guard, notice, state  # noqa: PLC0415

    notice.begin()
    notice.draw(state.words(), notice.PAGE)

    def saved(name: str) -> None:
        st.query_params["report"] = name

    with guard.apart(state.words(), "editor"):
        editor.render(signed_in.app(), state.words(), st.query_params.get("report"), saved)


def opened(report: str | None = "mine", language: str = "ja") -> AppTest:
    page = AppTest.from_function(draw_editor, default_timeout=30)
    page.query_params["lang"] = language
    if report:
        page.query_params["report"] = report
    return page.run()


def kept() -> Definitions:
    return reads.base().reports.definitions


def field(page: AppTest, name: str) -> str:
    """The key of the definition's own field of this name, else of the one block's that has one."""
    kinds = (page.text_input, page.text_area, page.selectbox, page.checkbox, page.multiselect, page.radio)
    kinds += (page.number_input, page.date_input, page.time_input)
    keys = [one.key for kind in kinds for one in kind]
    own = [key for key in keys if re.fullmatch(rf"report-[a-z-]*-\d+-{name}", key)]
    [key] = own or [key for key in keys if re.fullmatch(rf"report-[a-z-]*-\d+-block-\d+-{name}", key)]
    return str(key)


def typed(page: AppTest, name: str, text: str) -> AppTest:
    return page.text_input(key=field(page, name)).set_value(text).run()


def saved(page: AppTest) -> AppTest:
    return page.button(key="report-save").click().run()


def signs(page: AppTest, does: str) -> list[str]:
    return [one.key for one in page.button if (one.key or "").startswith(f"block-sign-{does}-")]


def previewed(page: AppTest) -> AppTest:
    """The page once its preview has come."""
    draft = next(iter(page.session_state[state.REPORT_DRAFTS].values()))
    here = page.session_state[state.REPORT_DRAFT_PREVIEWS][draft.name]
    assert eventually(lambda: not here.is_going, 60)
    return page.run()


def shown(page: AppTest, name: str = "mine") -> str:
    html: bytes = page.session_state[state.REPORT_DRAFT_PREVIEWS][name].shown.html
    return html.decode()


@pytest.fixture
def mine(on_aws: pytest.MonkeyPatch, lake: Lake) -> Definitions:
    kept().save("mine", TEXT, "")
    return kept()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_kept_stands_in_fields_and_there_is_nothing_to_save(mine: Definitions, language: str) -> None:
    page = opened(language=language)
    assert not page.exception
    assert page.text_input(key=field(page, "title")).value == "私の報告"
    assert page.button(key="report-save").disabled and page.button(key="report-drop").disabled


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


def test_the_preview_is_of_what_is_typed_and_marked_while_it_is_not(mine: Definitions) -> None:
    page = previewed(opened())
    assert "私の報告" in shown(page)
    page = typed(page, "title", "Another")
    if "Another" not in shown(page):
        assert WORDS("report_editor.stale") in texts(page)
    page = previewed(page)
    assert "Another" in shown(page) and WORDS("report_editor.stale") not in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_block_that_fails_is_told_in_its_place_and_the_others_are_shown(mine: Definitions, language: str) -> None:
    words = Words(language)
    text = TEXT.replace("- kind: status", "- kind: table\n  sql: SELECT broken")
    mine.save("mine", f"{text}language: {language}\n", mine.get("mine").seen)
    page = previewed(opened(language=language))
    assert words("report_editor.failed_here") in texts(page) and "こんにちは" in shown(page)
    [failed] = page.session_state[state.REPORT_DRAFT_PREVIEWS]["mine"].shown.failed
    title, cause, remedy = words.error(failed.error)
    assert all(part in shown(page) for part in (failed.error.code, cause))
    assert any(title in one.proto.title for one in page.error) and failed.block == 0


def test_a_block_that_is_none_yet_is_told_in_the_preview_too(mine: Definitions) -> None:
    page = opened()
    page = page.selectbox(key="report-kind").select("table").run()
    page = previewed(page.button(key="report-add").click().run())
    assert WORDS("report_editor.no_block", number=3, title="table") in shown(page) and "こんにちは" in shown(page)


def test_nothing_that_is_typed_is_read_as_markup(mine: Definitions) -> None:
    page = typed(opened(), "title", HOSTILE)
    page = page.text_area(key=field(page, "text")).set_value(HOSTILE).run()
    page = previewed(page)
    assert "<b>x</b>" not in shown(page) and "&lt;b&gt;x&lt;/b&gt;" in shown(page)
    marked = [one.value for one in (*page.markdown, *page.caption, *page.header, *page.subheader)]
    assert not [one for one in marked if "<b>" in one.replace("\\<b\\>", "")]


def test_a_title_of_a_block_is_no_markup_in_its_head_and_its_signs(mine: Definitions) -> None:
    page = opened()
    [key] = [one.key for one in page.text_input if one.key.endswith("-2-title")]
    page = page.text_input(key=key).set_value(HOSTILE).run()
    heads = [one.value for one in page.markdown if "bold" in one.value]
    labels = [one.label for one in page.button if "bold" in one.label]
    assert heads and labels and all("\\*\\*bold\\*\\*" in one for one in (*heads, *labels))


def test_a_preview_is_made_again_when_somebody_asks(mine: Definitions) -> None:
    page = previewed(opened())
    first = page.session_state[state.REPORT_DRAFT_PREVIEWS]["mine"].shown
    page = previewed(page.button(key="report-preview-again").click().run())
    assert page.session_state[state.REPORT_DRAFT_PREVIEWS]["mine"].shown is not first


def test_a_report_that_nobody_has_kept_is_not_found(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    title = WORDS.error_of_code("E014", "report_unknown")[0]
    assert [one for one in opened("nothing-here").error if title in one.proto.title]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_may_only_look_is_told_whose_it_is_and_sees_no_definition(mine: Definitions, language: str) -> None:
    reads.keep(reads.base().for_person(lambda: VIEWER))
    page = opened(language=language)
    assert Words(language)("gate.not_for_viewers") in texts(page) and "こんにちは" not in texts(page)
    assert not page.button and not page.text_area

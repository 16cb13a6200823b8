"""pages.explore.page under AppTest: every state in both languages, what the browser is told, and a hand-over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import reads, state
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.console.test_explore import unframed
from tests.pages.conftest import texts
from tests.pages.sign_in.test_gate import AUTH, claims
from tests.support.lakes.tables import DAY, TABLES, conditions, make_day

TABLE = "page-tests"


def draw_explore() -> None:
    from pages.explore import page  # noqa: PLC0415 - AppTest runs this function's source by itself

    page.render()


def prepared(language: str = "ja") -> AppTest:
    page = AppTest.from_function(draw_explore, default_timeout=30)
    page.query_params["lang"] = language
    return page


def told(page: AppTest) -> dict[str, Any]:
    """What the component in the browser is told."""
    (workbench, _, _) = page.get("bidi_component")
    data: dict[str, Any] = json.loads(workbench.proto.json)
    return data


def asked(page: AppTest, *identities: str) -> AppTest:
    """The same page after the browser has said which tables it lacks."""
    page.session_state["workbench"] = {"want": list(identities)}
    return page.run()


def handed(page: AppTest) -> bytes:
    (_, tables, _) = page.get("bidi_component")
    return bytes(tables.proto.bytes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_tables_it_says_how_they_come(on_aws: pytest.MonkeyPatch, language: str) -> None:
    page = prepared(language).run()
    words = Words(language)
    assert not page.exception and not page.get("bidi_component")
    assert words("explore.title") in texts(page) and words("explore.none") in texts(page)
    assert "python -m pipeline tables" in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_tables_it_says_which_and_where_the_sql_runs(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    make_day(lake, TABLE)
    page = prepared(language).run()
    assert not page.exception
    assert "2026-11-26" in texts(page) and Words(language)("explore.where") in texts(page)
    data = told(page)
    assert [table["name"] for table in data["tables"]] == list(TABLES)
    assert ["focus_level", "int64"] in data["tables"][0]["columns"]
    assert data["words"]["run"] == Words(language)("bench.run")
    assert all(one["title"] and one["sql"] for table in data["tables"] for one in table["examples"])


def test_athena_is_offered_where_it_is_set_up_with_what_it_costs(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    make_day(lake, TABLE)
    assert told(prepared().run())["engines"] == ["server"]
    for name, value in {"GLUE_DATABASE": "craft", "ATHENA_WORKGROUP": "craft", "ATHENA_USD_PER_TB": "7"}.items():
        on_aws.setenv(f"PIPELINE_{name}", value)
    reads.forget_app()
    data = told(prepared().run())
    assert (data["engines"], data["usd"]) == (["server", "athena"], 7.0)


def test_what_it_is_told_is_large_enough_for_browsers_to_keep(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    make_day(lake, TABLE, {"tiny": conditions()})
    (workbench, _, _) = prepared("en").run().get("bidi_component")
    assert len(workbench.proto.json) >= 10_000


def test_no_byte_is_handed_over_before_a_query_asks_for_it(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    make_day(lake, TABLE)
    page = prepared().run()
    assert handed(page) == b""


def test_what_is_asked_for_is_handed_over_once_and_told_once(
    on_aws: pytest.MonkeyPatch, lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make_day(lake, TABLE)
    page = prepared().run()
    asked(page, made.files[1].identity)
    files, problem = unframed(handed(page))
    assert (list(files), problem) == ([made.files[1].identity], "")
    asked(page, made.files[1].identity)
    asked(page)
    assert handed(page) == b""
    assert capsys.readouterr().out.count("tables for browser: condition") == 1


@pytest.mark.parametrize("wanted", [["no such table"], ["../x", ""]])
def test_what_is_not_offered_is_refused_in_words(on_aws: pytest.MonkeyPatch, lake: Lake, wanted: list[str]) -> None:
    make_day(lake, TABLE)
    page = asked(prepared("en").run(), *wanted)
    files, problem = unframed(handed(page))
    assert not page.exception and files == {}
    assert problem.startswith("E003 The tables are newer")


@pytest.mark.parametrize("raw", [None, 5, "x", {"a": 1}, [1, None, {}]])
def test_what_a_browser_says_wrongly_is_nothing(on_aws: pytest.MonkeyPatch, lake: Lake, raw: object) -> None:
    make_day(lake, TABLE)
    page = prepared().run()
    page.session_state["workbench"] = {"want": raw}
    page.run()
    assert not page.exception and handed(page) == b""
    assert state.EXPLORE_PARCEL not in page.session_state


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_viewer_gets_no_workbench_and_is_told_why(on_aws: pytest.MonkeyPatch, lake: Lake, language: str) -> None:
    make_day(lake, TABLE)
    on_aws.setenv("PIPELINE_VIEWERS", "@example.com")
    on_aws.setenv("PIPELINE_OPERATORS", "alice@example.com")
    page = prepared(language)
    page.secrets["auth"] = AUTH
    page.user = claims("bob@example.com")
    page.run()
    assert not page.exception and not page.get("bidi_component")
    assert Words(language)("explore.not_for_viewers") in texts(page)


def test_a_lake_that_cannot_be_read_is_a_card(on_aws: pytest.MonkeyPatch) -> None:
    on_aws.setenv("S3_BUCKET_NAME", "no-such-bucket-at-all")
    page = prepared().run()
    assert not page.exception
    assert any("E014" in (error.proto.title or "") or "E004" in (error.proto.title or "") for error in page.error)


def test_a_broken_day_is_a_card_beside_the_tables(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    make_day(lake, TABLE)
    lake.write_json(keys.table_day_key("broken", DAY), [], None)
    page = prepared().run()
    assert not page.exception
    assert [error.proto.title for error in page.error if "E010" in (error.proto.title or "")]
    assert page.get("bidi_component")

"""pages.models.builds_tab and build under AppTest: the history, its filter and pages, and one build whole."""

from __future__ import annotations

import pytest

from pipeline.analysis.models.builds import OUR_PROJECT
from pipeline.lake import model_keys
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.models.conftest import address, cards, opened, tables
from tests.support.lakes import models


def rows(page: object) -> list[str]:
    return [button.key for button in page.button if (button.key or "").startswith("open-build-")]  # type: ignore[attr-defined]


def test_builds_are_listed_newest_first_thirty_a_page(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    run_id = models.fill(lake, builds=35)
    page = opened(tab="builds")
    assert not page.exception and len(rows(page)) == 30 and rows(page)[0] == f"open-build-{run_id}"
    assert len(rows(opened(tab="builds", page="2"))) == 5


def test_one_of_them_is_published_now_and_the_others_were(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake, builds=4)
    shown = texts(opened(tab="builds"))
    assert [shown.count(f"badge[{word}]") for word in ("公開見送り", "公開中", "公開済み")] == [1, 1, 2]


def test_the_history_is_filtered_by_level(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake, builds=5)
    assert len(rows(opened(tab="builds", build_level="bad"))) == 1
    none = opened(tab="builds", build_level="warn")
    assert rows(none) == [] and "条件に合うものがありません" in texts(none)


def test_a_foreign_project_has_no_history_here(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.put_project(lake, "shop", models.golden("manifest-v12"))
    page = opened(tab="builds", project="shop")
    assert not page.exception and Words("ja")("buildlog.foreign") in texts(page)


def test_pressing_a_build_opens_it_by_its_address(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    run_id = models.fill(lake)
    page = opened(tab="builds")
    page.button(key=f"open-build-{run_id}").click().run()
    assert not page.exception and address(page)["build"] == run_id
    page.button(key="close-build").click().run()
    assert "build" not in address(page) and rows(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_build_that_was_withheld_says_why_and_what_went_in(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str
) -> None:
    run_id = models.fill(lake)
    page, words = opened(language, "builds", build=run_id), Words(language)
    assert not page.exception and cards(page) == []
    shown = texts(page).replace("\\", "")
    assert run_id in shown and words("dbt.withheld.tests") in shown
    assert words("buildlog.no_marts") in texts(page)
    documents, nodes = tables(page)
    assert documents[0][words("inspect.records")] == 900
    assert len(nodes) == 7


def test_a_build_that_was_published_names_its_marts_by_their_keys(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    run_id = models.fill(lake, well=True)
    key = model_keys.mart_key("mart_daily_wellness", models.day_of(run_id), run_id)
    shown = texts(opened(tab="builds", build=run_id))
    assert key in shown and "mart\\_daily\\_wellness · 120行 · 2 KB" in shown


def test_a_build_that_the_index_has_forgotten_is_found_by_the_day_in_its_id(
    on_aws: pytest.MonkeyPatch, lake: Lake
) -> None:
    run_id = models.fill(lake, builds=1)
    lake.s3.delete_object(Bucket=lake.bucket, Key=model_keys.builds_index_key(OUR_PROJECT))
    page = opened(tab="builds", build=run_id)
    assert not page.exception and run_id in texts(page) and Words("ja")("buildlog.no_such_build") not in texts(page)


@pytest.mark.parametrize("run_id", ["20200101T000000Z-00000000", "nothing", "../../x", "<b>x</b>", ""])
def test_a_build_that_is_none_is_told(on_aws: pytest.MonkeyPatch, lake: Lake, run_id: str) -> None:
    models.fill(lake, builds=1)
    page = opened(tab="builds", build=run_id)
    assert not page.exception
    assert Words("ja")("buildlog.no_such_build") in texts(page) or cards(page)

"""pages.models.page under AppTest: its tabs in both languages, empty states, and projects beside each other."""

from __future__ import annotations

import pytest

from pipeline.lake import model_keys
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import texts
from tests.pages.models.conftest import address, cards, of_viewer, opened, prepared
from tests.support.lakes import models

EMPTY = {
    "runs": "dbt.first_build",
    "lineage": "lineage.none",
    "quality": "inspect.nobody_step",
    "builds": "buildlog.none",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tab", EMPTY)
def test_an_empty_lake_says_what_to_do(on_aws: pytest.MonkeyPatch, language: str, tab: str) -> None:
    page, words = opened(language, tab), Words(language)
    assert not page.exception and not page.error
    assert words(EMPTY[tab]) in texts(page)
    assert words("dbt.none", project="moderation_craft") in texts(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tab", EMPTY)
def test_every_tab_is_drawn_with_the_one_sentence(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str, tab: str
) -> None:
    models.fill(lake)
    models.fill_quality(lake)
    page = opened(language, tab)
    assert not page.exception and cards(page) == []
    assert any("moderation_craft: " in error.value for error in page.error)


def test_a_project_beside_ours_is_shown_by_its_address_without_a_button_to_build_it(
    on_aws: pytest.MonkeyPatch, lake: Lake
) -> None:
    models.put_project(lake, "shop", models.golden("manifest-v12"), models.golden("run_results-v6"))
    page = opened(project="shop")
    assert not page.exception and cards(page) == []
    assert "stg\\_orders" in {button.label for button in page.button}
    assert "build" not in {button.key for button in page.button}
    assert page.selectbox(key="project").options == ["moderation_craft", "shop"]


def test_choosing_a_project_closes_what_was_open_and_stands_in_the_address(
    on_aws: pytest.MonkeyPatch, lake: Lake
) -> None:
    models.fill(lake)
    models.put_project(lake, "shop", models.golden("manifest-v12"), models.golden("run_results-v6"))
    page = opened(model=models.USERS)
    page.selectbox(key="project").select("shop").run()
    assert not page.exception
    assert address(page)["project"] == "shop" and "model" not in address(page)


def test_a_damaged_project_is_a_named_error_and_ours_stays(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake)
    models.put_project(lake, "broken", b'{"metadata": ')
    page = opened(project="broken")
    assert not page.exception
    assert [title for title in cards(page) if title.startswith("E010")] and "broken/manifest.json" in texts(page)
    page.selectbox(key="project").select("moderation_craft").run()
    assert cards(page) == [] and page.metric


def test_a_damaged_index_of_builds_is_a_named_error(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake)
    key = model_keys.builds_index_key("moderation_craft")
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b'{"builds": 7}')
    page = opened(tab="builds")
    assert not page.exception
    assert any("E010" in title for title in cards(page)) and key in texts(page)


def test_a_lake_that_cannot_be_read_is_a_card(on_aws: pytest.MonkeyPatch) -> None:
    on_aws.setenv("S3_BUCKET_NAME", "no-such-bucket-at-all")
    page = opened()
    assert not page.exception
    assert any("E014" in title or "E004" in title for title in cards(page))


@pytest.mark.parametrize("tab", EMPTY)
def test_a_viewer_sees_every_tab_and_can_press_nothing_that_acts(
    on_aws: pytest.MonkeyPatch, lake: Lake, tab: str
) -> None:
    models.fill(lake)
    error, _ = models.fill_quality(lake)
    page = of_viewer(on_aws, prepared("en", tab, finding=error))
    assert not page.exception and cards(page) == []
    acting = ("build", "quality-look", f"mark-muted-{error}", f"mark-acknowledged-{error}")
    found = [button for button in page.button if button.key in acting]
    assert found and all(button.disabled and "role operator" in button.help for button in found)


def test_an_empty_lake_tells_a_viewer_who_can_build(on_aws: pytest.MonkeyPatch) -> None:
    page = of_viewer(on_aws, prepared("en"))
    assert Words("en")("dbt.first_build_of_another") in texts(page)

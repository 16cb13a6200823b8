"""A kind of source that the pages have never heard of: added, set up, run and shown by its descriptor alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import reads
from pipeline.aws import Cloud
from pipeline.console.app import App
from pipeline.lake.bucket import Lake
from tests.pages.conftest import texts
from tests.pages.sources.test_sources import opened
from tests.support.sources.recipe import a_console


@pytest.fixture
def app(on_aws: pytest.MonkeyPatch, cloud: Cloud, lake: Lake, tmp_path: Path) -> Iterator[App]:
    with a_console(cloud, lake.bucket, tmp_path) as (console, _):
        reads.keep(console)
        yield console


def added(language: str = "ja") -> AppTest:
    return opened(language).button(key="add-tides").click().run()


def set_up(page: AppTest, harbour: str = "Yokohama") -> AppTest:
    next(field for field in page.text_input if field.label == "港").input(harbour)
    return page.button(key="set-up-tides").click().run()


@pytest.mark.parametrize(("language", "name"), [("ja", "潮位"), ("en", "Tides")])
def test_its_button_has_its_name_and_icon(app: App, language: str, name: str) -> None:
    button = opened(language).button(key="add-tides")
    assert (button.label, button.proto.icon) == (name, ":material/waves:")


@pytest.mark.parametrize(("language", "name"), [("ja", "潮位"), ("en", "Tides")])
def test_its_card_has_its_name_its_icon_and_whom_its_data_come_from(app: App, language: str, name: str) -> None:
    page = added(language)
    assert not page.exception
    assert f":material/waves: {name}" in [header.value for header in page.header]
    assert "[Tides by the harbours](https://tides.example/)" in texts(page)


def test_it_needs_what_its_descriptor_asks_for_and_is_set_up_with_it(app: App) -> None:
    page = added()
    assert "準備が必要" in texts(page) and page.button(key="run-tides").disabled
    page = set_up(page)
    assert not page.exception
    assert "潮位 の設定を保存しました。" in texts(page)
    assert app.board.config().sources[0].options == {"harbour": "Yokohama"}


def test_it_is_run_and_its_calendar_shows_the_days(app: App) -> None:
    page = set_up(added()).button(key="run-tides").click().run()
    assert not page.exception
    assert "正常" in texts(page) and "取得済み 7" in texts(page)
    assert page.get("plotly_chart")


def test_what_was_changed_about_it_is_told_by_its_name(app: App) -> None:
    page = set_up(added())
    (table,) = (frame.value for frame in page.dataframe if "内容" in frame.value.columns)
    assert list(table["内容"]) == ["潮位 の設定を変えました", "潮位 を追加しました"]


def test_it_is_taken_out_and_can_be_added_again(app: App) -> None:
    page = added().button(key="remove-tides").click().run()
    assert "潮位 を一覧から外しました" in texts(page)
    assert page.button(key="add-tides").label == "潮位"

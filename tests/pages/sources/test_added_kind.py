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
from pipeline.words.catalogue import Words
from tests.pages.conftest import texts
from tests.pages.sources.test_sources import opened
from tests.support.sources.recipe import Provider, a_console


@pytest.fixture
def console(on_aws: pytest.MonkeyPatch, cloud: Cloud, lake: Lake, tmp_path: Path) -> Iterator[tuple[App, Provider]]:
    with a_console(cloud, lake.bucket, tmp_path) as opened:
        reads.keep(opened[0])
        yield opened


@pytest.fixture
def app(console: tuple[App, Provider]) -> App:
    return console[0]


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
    assert "潮位の設定を保存しました。" in texts(page)
    assert app.board.config().sources[0].options == {"harbour": "Yokohama"}


def test_it_is_run_and_its_calendar_shows_the_days(app: App) -> None:
    page = set_up(added()).button(key="run-tides").click().run()
    assert not page.exception
    assert "正常" in texts(page) and "取得済み 7" in texts(page)
    assert page.get("plotly_chart")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_how_far_it_looks_back_is_set_on_its_card_and_told_in_the_changes(app: App, language: str) -> None:
    page = added(language)
    next(field for field in page.number_input if field.key.startswith("look-back-tides")).set_value(21)
    page = page.button(key="look-back-of-tides").click().run()
    assert not page.exception
    assert app.sources.fetcher.look_back("tides") == 21
    (table,) = (frame.value for frame in page.dataframe if Words(language)("changes.what") in frame.value.columns)
    told = {"ja": "潮位のさかのぼる日数を21日に変えました", "en": "Tides: looks 21 days back"}
    assert next(iter(table[Words(language)("changes.what")])) == told[language]


def test_days_that_changed_are_counted_on_its_card(app: App, console: tuple[App, Provider]) -> None:
    page = set_up(added()).button(key="run-tides").click().run()
    assert "を更新" not in texts(page)
    console[1].more = 0.5
    page = page.button(key="run-tides").click().run()
    assert "8日を更新" in texts(page)


def test_what_was_changed_about_it_is_told_by_its_name(app: App) -> None:
    page = set_up(added())
    (table,) = (frame.value for frame in page.dataframe if "内容" in frame.value.columns)
    assert list(table["内容"]) == ["潮位の設定を変えました", "潮位を追加しました"]


def test_it_is_taken_out_and_can_be_added_again(app: App) -> None:
    page = added().button(key="remove-tides").click().run()
    assert "潮位を一覧から削除しました" in texts(page)
    assert page.button(key="add-tides").label == "潮位"

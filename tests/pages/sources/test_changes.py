"""pages.sources.changes: what the board keeps of a change is told in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest

from pages.sources.changes import Names, names_of, told
from pipeline.sources.config import Change, SourceConfig, SourceEntry
from pipeline.sources.edit import Edit, EditKind
from pipeline.sources.kinds import KINDS
from pipeline.words.catalogue import LANGUAGES, Words, catalogue

TOKYO = {"places": [{"place_id": "geonames-1850147", "name": "東京"}]}
CONFIG = SourceConfig((SourceEntry("weather", "weather", options=TOKYO), SourceEntry("orders", "table")))
NAMES = names_of(Words("ja"), CONFIG, KINDS)


def line(edit: Edit | None, what: str = "", names: Names = NAMES) -> str:
    change = Change(datetime(2026, 11, 1, tzinfo=UTC), "alice", what or str(edit), edit)
    return told(Words("ja"), change, names)


@pytest.mark.parametrize(
    ("edit", "wanted"),
    [
        (Edit("off", "weather"), "天気（Open-Meteo）をオフにしました"),
        (Edit("place", "weather", "geonames-1850147"), "天気（Open-Meteo）に地点東京を追加しました"),
        (Edit("place", "weather", "at-1", "家 (仮)"), "天気（Open-Meteo）に地点家 (仮)を追加しました"),
        # Its name went with it.
        (Edit("no_place", "weather", "geonames-2"), "天気（Open-Meteo）から地点geonames-2を削除しました"),
        (Edit("person", "google-health", person="akari"), "健康（Google Health）にakariさんを追加しました"),
        (Edit("no_source", "orders"), "ordersを削除しました"),
        (Edit("table", "orders"), "テーブルordersを追加しました"),
        (Edit("set_up", "weather"), "天気（Open-Meteo）の設定を変えました"),
    ],
)
def test_a_change_is_told_in_the_reader_s_language_with_names(edit: Edit, wanted: str) -> None:
    assert line(edit) == wanted


@pytest.mark.parametrize("what", ["set up by hand", "switch weather off", "{source} <b>x</b>"])
def test_a_line_without_an_edit_is_shown_as_it_stands(what: str) -> None:
    assert line(None, what) == what


def test_a_table_called_as_a_kind_is_keeps_its_own_name() -> None:
    names = names_of(Words("ja"), SourceConfig((SourceEntry("weather", "table"),)), KINDS)
    assert line(Edit("off", "weather"), names=names) == "weatherをオフにしました"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_its_words(language: str) -> None:
    wanted = {f"change.{kind}" for kind in get_args(EditKind)}
    assert {key for key in catalogue(language) if key.startswith("change.")} == wanted

"""pages.sources.changes: what the board writes about a change is read in both languages."""

from __future__ import annotations

import re

import pytest

from pages.sources.changes import _FORMS, names_of, told
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.sources.kinds import KINDS
from pipeline.words.catalogue import LANGUAGES, Words
from tests.support.places import ROOT

PIPELINE = ROOT / "pipeline"
ROOMS = [PIPELINE / "console" / "sources.py", PIPELINE / "console" / "accounts.py"]
TOKYO = {"places": [{"place_id": "geonames-1850147", "name": "東京"}]}
CONFIG = SourceConfig((SourceEntry("weather", "weather", options=TOKYO), SourceEntry("orders", "table")))
NAMES = names_of(Words("ja"), CONFIG, KINDS)


@pytest.mark.parametrize(
    ("what", "wanted"),
    [
        ("switch weather off", "天気（Open-Meteo） をオフにしました"),
        ("add place geonames-1850147 to weather", "天気（Open-Meteo） に地点 東京 を追加しました"),
        ("add place at-1 (家 (仮)) to weather", "天気（Open-Meteo） に地点 家 (仮) を追加しました"),
        # Its name went with it.
        ("remove place geonames-2 from weather", "天気（Open-Meteo） から地点 geonames-2 を削除しました"),
        ("add akari to google-health", "健康（Google Health） に akari さんを追加しました"),
        ("remove orders", "orders を外しました"),
        ("add table orders", "テーブル orders を追加しました"),
        ("set up weather", "天気（Open-Meteo） の設定を変えました"),
    ],
)
def test_a_change_is_told_in_the_reader_s_language_with_names(what: str, wanted: str) -> None:
    assert told(Words("ja"), what, NAMES) == wanted


@pytest.mark.parametrize("what", ["", "set up by hand", "add", "{source} <b>x</b>", "add place  to x"])
def test_a_line_of_no_known_form_is_shown_as_it_stands(what: str) -> None:
    assert told(Words("ja"), what, NAMES) == what


def test_a_table_called_as_a_kind_is_keeps_its_own_name() -> None:
    names = names_of(Words("ja"), SourceConfig((SourceEntry("weather", "table"),)), KINDS)
    assert told(Words("ja"), "switch weather off", names) == "weather をオフにしました"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", _FORMS)
def test_every_form_has_its_words(form: str, language: str) -> None:
    assert Words(language)(f"change.{form}", source="s", place="p", person="u")


def test_every_line_that_is_written_is_known() -> None:
    code = "".join(room.read_text("utf-8") for room in ROOMS)
    written = re.findall(r'f"((?:add|remove|switch|set up) [^"]*)"', code)
    lines = [re.sub(r"\{[^}]*'on'[^}]*\}", "on", line) for line in written]
    lines = [re.sub(r"\{[^}]*\}", "x", line) for line in lines]
    assert len(lines) >= 8
    assert [line for line in lines if not any(form.fullmatch(line) for form in _FORMS.values())] == []

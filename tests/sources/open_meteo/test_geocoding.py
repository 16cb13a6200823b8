"""Searching places by name, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.errors import DataInvalid, RateLimited, SchemaMismatch
from pipeline.sources.open_meteo.geocoding import search
from pipeline.sources.open_meteo.places import Place
from tests.support.sources.open_meteo_desk import Desk, open_desk, setting, without


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


def find(desk: Desk, text: str, language: str = "ja") -> tuple[Place, ...]:
    return search(desk.http, desk.server.endpoints, text, language)


def test_a_japanese_name_finds_the_place_with_its_zone_and_surroundings(desk: Desk) -> None:
    tokyo = Place("geonames-1850147", "東京", 35.6895, 139.69171, "Asia/Tokyo", "東京都", "日本")
    assert find(desk, " 東京 ") == (tokyo,)
    assert desk.server.requests == [
        ("/v1/search", {"name": "東京", "count": "10", "language": "ja", "format": "json"}),
    ]


def test_an_english_name_finds_the_same_place_in_english(desk: Desk) -> None:
    (tokyo,) = find(desk, "tokyo", "en")
    assert (tokyo.place_id, tokyo.name, tokyo.country) == ("geonames-1850147", "Tokyo", "Japan")


@pytest.mark.parametrize("text", ["大阪", "札幌", "Osaka", "Sapporo"])
def test_the_demo_knows_larger_cities_in_both_languages(desk: Desk, text: str) -> None:
    assert len(find(desk, text)) == 1


def test_a_place_elsewhere_brings_its_own_zone(desk: Desk) -> None:
    assert find(desk, "Paris")[0].timezone == "Europe/Paris"


@pytest.mark.parametrize("text", ["アトランティス", "x", "%00", "'; drop table", "?name=東京&count=1"])
def test_a_place_that_does_not_exist_finds_nothing(desk: Desk, text: str) -> None:
    assert find(desk, text) == ()
    assert desk.server.requests[0][1]["name"] == text


@pytest.mark.parametrize("text", ["", "  ", "x" * 101, "a\nb", "\x00"])
def test_a_text_that_can_be_no_name_is_refused_before_anybody_is_asked(desk: Desk, text: str) -> None:
    with pytest.raises(DataInvalid) as caught:
        find(desk, text)
    assert (caught.value.facts["field"], desk.server.requests) == ("name", [])


@pytest.mark.parametrize("language", ["", "japanese", "JA", "j&"])
def test_a_language_that_is_none_is_refused(desk: Desk, language: str) -> None:
    with pytest.raises(DataInvalid, match="no language"):
        find(desk, "東京", language)


@pytest.mark.parametrize("answer", [[], {"results": {}}, {"results": None}, "東京"])
def test_an_answer_of_another_shape_is_a_mismatch(desk: Desk, answer: Any) -> None:
    desk.server.alter(lambda _: [answer] if answer == [] else answer)
    with pytest.raises(SchemaMismatch, match="expected a list of results"):
        find(desk, "東京")


def test_a_result_that_is_no_whole_place_is_left_out(desk: Desk) -> None:
    def with_others(answer: dict[str, Any]) -> None:
        good = answer["results"][0]
        answer["results"] += [None, {}, {**good, "latitude": 95}, {**good, "id": 7, "timezone": None}]

    desk.server.alter(with_others)
    assert [place.place_id for place in find(desk, "東京")] == ["geonames-1850147"]


def test_more_results_than_were_asked_for_are_cut(desk: Desk) -> None:
    desk.server.alter(lambda answer: {"results": [{**answer["results"][0], "id": number} for number in range(99)]})
    assert len(find(desk, "東京")) == 10


def test_a_place_without_region_is_one(desk: Desk) -> None:
    desk.server.alter(lambda answer: without("admin1")(answer["results"][0]))
    assert find(desk, "東京")[0].admin1 == ""


def test_too_many_searches_are_an_error_by_name(desk: Desk) -> None:
    desk.server.fail(429, {"Retry-After": "3600"}, b'{"error": true, "reason": "Daily limit"}')
    with pytest.raises(RateLimited, match="Daily limit"):
        find(desk, "東京")


def test_a_field_of_another_type_is_no_place(desk: Desk) -> None:
    desk.server.alter(lambda answer: setting("name", value=3)(answer["results"][0]))
    assert find(desk, "東京") == ()

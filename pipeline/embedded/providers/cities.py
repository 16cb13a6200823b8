"""Cities that the geocoding endpoint of this machine knows, in Japanese and English. Source of ids: GeoNames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class City:
    """``ja`` and ``en`` are (name, admin1, country); coordinates in degrees."""

    number: int
    ja: tuple[str, str, str]
    en: tuple[str, str, str]
    latitude: float
    longitude: float
    country_code: str = "JP"
    timezone: str = "Asia/Tokyo"


CITIES = (
    City(1850147, ("東京", "東京都", "日本"), ("Tokyo", "Tokyo", "Japan"), 35.6895, 139.69171),
    City(1853909, ("大阪市", "大阪府", "日本"), ("Osaka", "Osaka", "Japan"), 34.69379, 135.50107),
    City(2128295, ("札幌市", "北海道", "日本"), ("Sapporo", "Hokkaido", "Japan"), 43.06667, 141.35),
    City(1848354, ("横浜市", "神奈川県", "日本"), ("Yokohama", "Kanagawa", "Japan"), 35.43333, 139.65),
    City(1856057, ("名古屋市", "愛知県", "日本"), ("Nagoya", "Aichi", "Japan"), 35.18147, 136.90641),
    City(1857910, ("京都市", "京都府", "日本"), ("Kyoto", "Kyoto", "Japan"), 35.02107, 135.75385),
    City(1859171, ("神戸市", "兵庫県", "日本"), ("Kobe", "Hyōgo", "Japan"), 34.6913, 135.183),
    City(1863967, ("福岡市", "福岡県", "日本"), ("Fukuoka", "Fukuoka", "Japan"), 33.6, 130.41667),
    City(2111149, ("仙台市", "宮城県", "日本"), ("Sendai", "Miyagi", "Japan"), 38.26667, 140.86667),
    City(1856035, ("那覇市", "沖縄県", "日本"), ("Naha", "Okinawa", "Japan"), 26.21667, 127.68333),
    City(
        2643743,
        ("ロンドン", "イングランド", "イギリス"),
        ("London", "England", "United Kingdom"),
        51.50853,
        -0.12574,
        "GB",
        "Europe/London",
    ),
    City(
        2988507,
        ("パリ", "イル＝ド＝フランス", "フランス"),
        ("Paris", "Île-de-France", "France"),
        48.85341,
        2.3488,
        "FR",
        "Europe/Paris",
    ),
    City(
        5128581,
        ("ニューヨーク", "ニューヨーク州", "アメリカ"),
        ("New York", "New York", "United States"),
        40.71427,
        -74.00597,
        "US",
        "America/New_York",
    ),
)


def results(name: str, language: str, count: int) -> list[dict[str, Any]]:
    """Cities as the geocoding endpoint lists them: nothing for one letter, exact names for two, beginnings for more."""
    sought = name.strip().casefold()
    matching = [city for city in CITIES if any(_matches(sought, words[0]) for words in (city.ja, city.en))]
    return [_result(city, city.ja if language == "ja" else city.en) for city in matching[:count]]


def _matches(sought: str, name: str) -> bool:
    # The real index has every name that a city is called by: 札幌 as well as 札幌市.
    names = {name.casefold(), name.casefold().removesuffix("市")}
    return sought in names if len(sought) < 3 else any(one.startswith(sought) for one in names)  # noqa: PLR2004


def _result(city: City, words: tuple[str, str, str]) -> dict[str, Any]:
    name, admin1, country = words
    return {
        "id": city.number,
        "name": name,
        "latitude": city.latitude,
        "longitude": city.longitude,
        "elevation": 44.0,
        "feature_code": "PPLA",
        "country_code": city.country_code,
        "timezone": city.timezone,
        "country": country,
        "admin1": admin1,
    }

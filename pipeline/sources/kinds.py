"""Which kinds of sources there are: one descriptor a kind; configuration, console, pages and commands follow it.

Naming a kind loads nothing of its provider: what it is built of is imported when it is built. See ADDING.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from pipeline.errors import DataInvalid
from pipeline.lake import keys

if TYPE_CHECKING:
    from pipeline.sources.protocol import Source
    from pipeline.sources.registry import Registry

# Providers correct and complete their newest days (a wearable that syncs late): every run without a range asks for so
# many days back again, a setting of the source. More would spend a provider's limits on days that stand still.
LOOK_BACK_DAYS, MOST_LOOK_BACK_DAYS = 7, 35
LOOK_BACK = "look_back_days"
# How a source is made of its options. Raises DataInvalid for those that it does not take.
Build = Callable[["Registry", Mapping[str, Any]], "Source"]
# The same source for a run that has as many seconds left as the question says.
Within = Callable[[Any, Callable[[], float]], Any]


@dataclass(frozen=True)
class Text:
    """A text in every language of the catalogues; it stands here where a kind would not be whole without it."""

    ja: str
    en: str

    def of(self, language: str) -> str:
        """The text in a language of the catalogues."""
        return self.en if language == "en" else self.ja


@dataclass(frozen=True)
class TextField:
    """One option that a person types in the kind's setup: its name among the options, and its label."""

    name: str
    label: Text
    most: int = 100


@dataclass(frozen=True)
class Credit:
    """Whom the data come from and under which licence, with the address of each; shown wherever the data are."""

    text: str
    link: str
    licence: str
    licence_link: str


def patient(source: Any, left: Callable[[], float]) -> Any:
    """A source whose field ``tools`` is its way to the provider, kept within the seconds that are left."""
    return replace(source, tools=replace(source.tools, http=source.tools.http.within(left)))


@dataclass(frozen=True)
class Kind:
    """All that is known of a kind beside its provider's code; a kind that is fetched says its first four at least.

    ``name`` is also its source's (there is one of a kind), ``icon`` a Material icon, ``blank`` the options that it
    begins with, ``needs`` and ``fields`` what a person sets up, ``partly`` what a partial day is, ``endpoints`` the
    providers' addresses by the name of their setting (``x`` is PIPELINE_X_URL). ``look_back_days``: how many days back
    a run looks again where nobody has set it, ``least_look_back_days`` how few may be set. ``run``: a run fetches days,
    or it is an export of the table of that name (of such a kind there are many, and none is built).
    """

    name: str
    title: Text
    icon: str
    build: Build | None = None
    blank: Mapping[str, Any] = field(default_factory=dict)
    needs: Literal["places", "people", "nothing"] = "nothing"
    fields: tuple[TextField, ...] = ()
    endpoints: Mapping[str, str] = field(default_factory=dict)
    credit: Credit | None = None
    partly: Text = Text(
        "まだ終わっていない日です。\n次の実行で取得し直して置き換えます。",
        "The day is not over.\nThe next run fetches it again and replaces it.",
    )
    look_back_days: int = LOOK_BACK_DAYS
    least_look_back_days: int = 1
    within: Within = patient
    run: Literal["fetch", "export"] = "fetch"

    def __post_init__(self) -> None:
        """Raise DataInvalid for a name that cannot be a source's, ValueError for days that nobody can fetch."""
        keys.valid_source(self.name)
        if self.has_days != (self.build is not None):
            raise ValueError(f"the kind {self.name} has days and is built, or neither")

    @property
    def has_days(self) -> bool:
        """Whether it is fetched by days; a table is exported whole."""
        return self.run == "fetch"

    def look_back(self, options: Mapping[str, Any]) -> int:
        """How many days back a run looks again, as the options say. Raise DataInvalid for what is no such number."""
        days, least = options.get(LOOK_BACK, self.look_back_days), self.least_look_back_days
        if isinstance(days, bool) or not isinstance(days, int) or not least <= days <= MOST_LOOK_BACK_DAYS:
            text = f"{self.name} looks {least} to {MOST_LOOK_BACK_DAYS} days back, not {days!r:.40}"
            raise DataInvalid(text, record=self.name, field=LOOK_BACK, situation="look_back")
        return days


def kind_of(kinds: Iterable[Kind], name: str) -> Kind:
    """The kind of this name. Raise DataInvalid for one that is unknown."""
    for kind in kinds:
        if kind.name == name:
            return kind
    raise DataInvalid(f"there is no kind of source {name!r:.40}", record="source", field="kind")


def _weather(registry: Registry, options: Mapping[str, Any]) -> Source:
    from pipeline.sources.open_meteo.weather import Weather  # noqa: PLC0415 - when it is built
    from pipeline.sources.options import places_of  # noqa: PLC0415

    return Weather(registry.tools("open-meteo"), registry.settings.endpoints, places_of(options))


def _air_quality(registry: Registry, options: Mapping[str, Any]) -> Source:
    from pipeline.sources.open_meteo.air_quality import AirQuality  # noqa: PLC0415 - when it is built
    from pipeline.sources.options import places_of  # noqa: PLC0415

    return AirQuality(registry.tools("open-meteo"), registry.settings.endpoints, places_of(options))


def _google_health(registry: Registry, options: Mapping[str, Any]) -> Source:
    from pipeline.sources.google_health.source import GoogleHealth  # noqa: PLC0415 - when it is built
    from pipeline.sources.options import users_of, zone_in  # noqa: PLC0415

    users, zone = users_of(options), zone_in(options)
    for user in users:
        registry.accounts.store.name(user)
    url = registry.settings.endpoints["google_health"]
    return GoogleHealth(registry.tools("google"), registry.accounts, users, url, zone)


TABLE = Kind("table", Text("DynamoDBテーブル", "DynamoDB table"), ":material/table:", run="export")

# Source of the addresses: Open-Meteo's documentation pages, one a service. Every kind over places finds them by name.
_OPEN_METEO = {
    "open_meteo_archive": "https://archive-api.open-meteo.com",
    "open_meteo_forecast": "https://api.open-meteo.com",
    "open_meteo_geocoding": "https://geocoding-api.open-meteo.com",
    "open_meteo_air_quality": "https://air-quality-api.open-meteo.com",
}
# Open-Meteo, "Licence": CC BY 4.0; the source is named with a link wherever its data are shown.
_CREDIT = Credit(
    "Weather data by Open-Meteo.com",
    "https://open-meteo.com/",
    "CC BY 4.0",
    "https://creativecommons.org/licenses/by/4.0/",
)

WEATHER = Kind(
    name="weather",
    title=Text("天気（Open-Meteo）", "Weather (Open-Meteo)"),
    icon=":material/partly_cloudy_day:",
    build=_weather,
    blank={"places": []},
    needs="places",
    endpoints=_OPEN_METEO,
    credit=_CREDIT,
    # The archive is about 5 days behind: with fewer a day would keep its forecast.
    least_look_back_days=LOOK_BACK_DAYS,
    partly=Text(
        "まだ予報の値か、そろっていない項目がある日です。\n確定した値が公開されると、取得し直して置き換えます。",
        "Its values are a forecast yet, or not complete.\n"
        "Once final ones are published it is fetched again and replaced.",
    ),
)
AIR_QUALITY = Kind(
    name="air-quality",
    title=Text("大気質（Open-Meteo）", "Air quality (Open-Meteo)"),
    icon=":material/air:",
    build=_air_quality,
    blank={"places": []},
    needs="places",
    endpoints=_OPEN_METEO,
    credit=_CREDIT,
    partly=Text(
        "まだ終わっていない日の、予報の値です。\n次の実行で取得し直して置き換えます。",
        "The day is not over: its values are a forecast.\nThe next run fetches it again and replaces it.",
    ),
)
GOOGLE_HEALTH = Kind(
    name="google-health",
    title=Text("健康（Google Health）", "Health (Google Health)"),
    icon=":material/monitor_heart:",
    build=_google_health,
    blank={"users": [], "timezone": "Asia/Tokyo"},
    needs="people",
    endpoints={
        "google_health": "https://health.googleapis.com",
        "google_accounts": "https://accounts.google.com",
        "google_oauth": "https://oauth2.googleapis.com",
    },
    partly=Text(
        "まだ終わっていない日の、途中までの値です。\n次の実行で取得し直して置き換えます。",
        "The day is not over: its values go on growing.\nThe next run fetches it again and replaces it.",
    ),
    within=lambda source, left: source.within(left),
)
KINDS: tuple[Kind, ...] = (TABLE, WEATHER, AIR_QUALITY, GOOGLE_HEALTH)

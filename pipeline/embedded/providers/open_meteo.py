"""Open-Meteo on 127.0.0.1: archive, forecast, geocoding and air quality in the documented shapes, with made-up data.

It refuses what the real one refuses, and can be told to fail or to answer otherwise, for the tests.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from pipeline.embedded.local_server import LocalServer
from pipeline.embedded.providers import cities, sky
from pipeline.embedded.providers.faults import Faults
from pipeline.embedded.sample.draws import SEED
from pipeline.sources.kinds import WEATHER
from pipeline.sources.open_meteo.places import zone_of

ARCHIVE_DELAY_DAYS = 5
PAST_DAYS, FORECAST_DAYS = 92, 16
ARCHIVE_FROM, AIR_FROM = date(1940, 1, 1), date(2013, 1, 1)
DAILY_UNITS = {
    "time": "iso8601",
    "weather_code": "wmo code",
    "temperature_2m_min": "°C",
    "temperature_2m_mean": "°C",
    "temperature_2m_max": "°C",
    "relative_humidity_2m_mean": "%",
    "precipitation_sum": "mm",
    "surface_pressure_mean": "hPa",
    "daylight_duration": "s",
    "sunshine_duration": "s",
}
_ROUTES = Map(
    [
        Rule("/v1/archive", endpoint="archive", methods=["GET"]),
        Rule("/v1/forecast", endpoint="forecast", methods=["GET"]),
        Rule("/v1/air-quality", endpoint="air", methods=["GET"]),
        Rule("/v1/search", endpoint="search", methods=["GET"]),
    ]
)
HOURLY_UNITS = {"time": "iso8601", **dict.fromkeys(sky.AIR_FIELDS, "μg/m³")}

Json = dict[str, Any]
Alteration = Callable[[Json], Any]


class Refused(Exception):
    """What the provider answers with 400, and its reason."""


@dataclass(frozen=True)
class Asked:
    """A question about days, read from its parameters."""

    latitude: float
    longitude: float
    zone: str
    first: date
    last: date
    fields: tuple[str, ...]

    @classmethod
    def read(cls, params: Mapping[str, str], block: str, units: Mapping[str, str]) -> Asked:
        """Raise Refused as the provider does for what is missing or unknown."""
        try:
            latitude, longitude = float(params["latitude"]), float(params["longitude"])
            first, last = (date.fromisoformat(params[name]) for name in ("start_date", "end_date"))
        except (KeyError, ValueError) as error:
            raise Refused(f"Parameter is missing or invalid: {error}") from error
        if not abs(latitude) <= 90 or not abs(longitude) <= 180:  # noqa: PLR2004 - degrees
            raise Refused("Latitude must be in range of -90 to 90° and longitude of -180 to 180°.")
        zone, fields = params.get("timezone", "GMT"), tuple(filter(None, params.get(block, "").split(",")))
        if zone_of(zone) is None:
            raise Refused(f"Invalid timezone {zone}")
        for unknown in [name for name in fields if name not in units or name == "time"]:
            raise Refused(f"Data corrupted at path ''. Cannot initialize variable from invalid String value {unknown}.")
        if last < first:
            raise Refused("End-date must be larger or equals than start-date")
        return cls(latitude, longitude, zone, first, last, fields)

    def check_range(self, first: date, last: date) -> None:
        """Raise Refused for days outside what the endpoint has."""
        if self.first < first or self.last > last:
            raise Refused(f"Parameter 'start_date' is out of allowed range from {first} to {last}")

    def days(self) -> list[date]:
        """The days asked for."""
        return [self.first + timedelta(days=back) for back in range((self.last - self.first).days + 1)]


class OpenMeteo:
    """The server; ``start`` and ``stop`` it, or use it in a ``with``.

    ``requests`` are (path, parameters) as they came; ``lacking`` are the daily fields without a value, by day.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC), seed: int = SEED) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.lacking: Mapping[date, Collection[str]] = {}
        self._now, self._seed = now, seed
        self._faults = Faults()
        self._alterations: deque[Alteration] = deque()
        self._lock = threading.Lock()
        self._server = LocalServer(Request.application(self._answer), "open-meteo-provider")

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._server.url

    @property
    def endpoints(self) -> dict[str, str]:
        """Settings that lead to it, for all of Open-Meteo's hosts."""
        return dict.fromkeys(WEATHER.endpoints, self.url)

    def start(self) -> OpenMeteo:
        """Answer in a thread of its own."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Answer no more."""
        self._server.close()

    def __enter__(self) -> OpenMeteo:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def fail(self, status: int, headers: Mapping[str, str] | None = None, body: bytes = b"", times: int = 1) -> None:
        """Give the next answers so, whatever is asked."""
        self._faults.order((status, headers, body), times)

    def alter(self, alteration: Alteration, times: int = 1) -> None:
        """Change the next good answers: ``alteration`` gets the JSON, and changes it or returns another."""
        self._alterations.extend([alteration] * times)

    def _answer(self, request: Request) -> Response:
        """The answer to a question, right or as it was told to be."""
        # As the provider has it: a parameter without a value is none.
        params = {name: value for name, value in request.args.items() if value}
        with self._lock:
            self.requests.append((request.path, params))
            fault = self._faults.take(request.path)
            alteration = self._alterations.popleft() if self._alterations and fault is None else None
        if fault is not None:
            return fault
        status, answer = self._right_answer(request, params)
        if alteration is not None:
            answer = alteration(answer) or answer
        return Response(orjson.dumps(answer), status, content_type="application/json; charset=utf-8")

    def _right_answer(self, request: Request, params: dict[str, str]) -> tuple[int, Json]:
        known = {"archive": self._archive, "forecast": self._forecast, "air": self._air, "search": _search}
        try:
            endpoint, _ = _ROUTES.bind_to_environ(request.environ).match()
            return 200, known[endpoint](params)
        except Refused as error:
            return 400, {"error": True, "reason": str(error)}
        except HTTPException as error:
            return 404, {"error": True, "reason": error.name}

    def _archive(self, params: Mapping[str, str]) -> Json:
        asked = Asked.read(params, "daily", DAILY_UNITS)
        today = self._today(asked)
        asked.check_range(ARCHIVE_FROM, today)
        return self._daily(asked, known_to=today - timedelta(days=ARCHIVE_DELAY_DAYS))

    def _forecast(self, params: Mapping[str, str]) -> Json:
        asked = Asked.read(params, "daily", DAILY_UNITS)
        today = self._today(asked)
        asked.check_range(today - timedelta(days=PAST_DAYS), today + timedelta(days=FORECAST_DAYS))
        return self._daily(asked, known_to=asked.last)

    def _daily(self, asked: Asked, known_to: date) -> Json:
        days = [(day, sky.daily(asked.latitude, asked.longitude, day, self._seed)) for day in asked.days()]
        arrays = {
            name: [value[name] if day <= known_to and self._has(name, day) else None for day, value in days]
            for name in asked.fields
        }
        times = [day.isoformat() for day, _ in days]
        return {**self._head(asked), **_block("daily", DAILY_UNITS, {"time": times, **arrays})}

    def _has(self, name: str, day: date) -> bool:
        return name not in self.lacking.get(day, ())

    def _air(self, params: Mapping[str, str]) -> Json:
        asked = Asked.read(params, "hourly", HOURLY_UNITS)
        asked.check_range(AIR_FROM, self._today(asked) + timedelta(days=7))
        hours = [(day, hour) for day in asked.days() for hour in range(24)]
        air = [sky.hourly_air(asked.latitude, asked.longitude, day, hour, self._seed) for day, hour in hours]
        arrays = {name: [values[name] for values in air] for name in asked.fields}
        times = [f"{day}T{hour:02}:00" for day, hour in hours]
        return {**self._head(asked), **_block("hourly", HOURLY_UNITS, {"time": times, **arrays})}

    def _today(self, asked: Asked) -> date:
        return self._now().astimezone(zone_of(asked.zone)).date()

    def _head(self, asked: Asked) -> Json:
        local = self._now().astimezone(zone_of(asked.zone))
        offset = local.utcoffset() or timedelta()
        return {
            # The middle of the grid's cell, not the place itself.
            "latitude": round(asked.latitude, 1),
            "longitude": round(asked.longitude, 1),
            "generationtime_ms": 0.25,
            # The offset of this moment for all days, as the real one has it.
            "utc_offset_seconds": int(offset.total_seconds()),
            "timezone": asked.zone,
            "timezone_abbreviation": local.tzname(),
            "elevation": 40.0,
        }


def _block(name: str, units: Mapping[str, str], arrays: Json) -> Json:
    return {f"{name}_units": {field: units[field] for field in arrays}, name: arrays}


def _search(params: Mapping[str, str]) -> Json:
    count = params.get("count", "10")
    if "name" not in params:
        raise Refused("Parameter 'name' is missing")
    if not count.isascii() or not count.isdigit() or not 1 <= int(count) <= 100:  # noqa: PLR2004 - the documented most
        raise Refused("Parameter count must be between 1 and 100.")
    places = cities.results(params["name"], params.get("language", "en"), int(count))
    return {**({"results": places} if places else {}), "generationtime_ms": 0.5}

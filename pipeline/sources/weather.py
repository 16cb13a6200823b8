"""Daily weather of places, from Open-Meteo: the archive for days that are old enough, the forecast for the newest.

A forecast day is marked so and stays partial, so that it is fetched again and replaced once the archive has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from pipeline import layout
from pipeline.config import Endpoints
from pipeline.errors import ConfigInvalid, DataInvalid, PipelineError
from pipeline.sources import open_meteo
from pipeline.sources.open_meteo import Endpoint, Json
from pipeline.sources.places import DEFAULT_ZONE, Place
from pipeline.sources.source import Envelope, FetchedDay, Rejected, Span, Tools, checked_span
from pipeline.sources.weather_records import DAILY, Kind, Normalised, weather_record

# Open-Meteo, "Historical Weather API": from 1940, with a delay of up to 5 days.
REACH = date(1940, 1, 1)
ARCHIVE_AFTER_DAYS = 6
# A value that the archive lacks for longer than this is not coming; the forecast goes back 92 days.
RECENT_DAYS = 30
SPAN_DAYS = 366


@dataclass(frozen=True)
class _Answered:
    """What one endpoint said of a day."""

    kind: Kind
    data: Json
    normalised: Normalised


@dataclass(frozen=True)
class Weather:
    """The source of a list of places; ``fetch`` asks at most two questions a place. Raise DataInvalid for a place
    that is listed twice."""

    tools: Tools
    endpoints: Endpoints
    places: tuple[Place, ...]
    name: ClassVar[str] = "weather"
    key_names: ClassVar[tuple[str, ...]] = ("place_id", "date")
    reach: ClassVar[date] = REACH
    span_days: ClassVar[int] = SPAN_DAYS

    def __post_init__(self) -> None:
        ids = [place.place_id for place in self.places]
        for twice in sorted({one for one in ids if ids.count(one) > 1}):
            raise DataInvalid(f"the place {twice} is listed twice", record=self.name, field="places")

    @property
    def timezone(self) -> str:
        """The first place's; each record has its own place's."""
        return self.places[0].timezone if self.places else DEFAULT_ZONE

    def lacks(self) -> PipelineError | None:
        """ConfigInvalid while there is no place."""
        if self.places:
            return None
        return ConfigInvalid("weather has no place yet", variable="weather.places", looked_in=layout.SOURCES)

    def fetch(self, span: Span) -> Iterator[FetchedDay]:
        """Each day with a record a place. Raise ConfigInvalid without a place, DataInvalid for a span that cannot be,
        RateLimited, ExternalApiDown, SchemaMismatch."""
        lacking = self.lacks()
        if lacking:
            raise lacking
        now = self.tools.now()
        checked_span(span.first, span.last, self.reach, max(place.today(now) for place in self.places))
        if len(span.days()) > self.span_days:
            raise DataInvalid(f"more than {self.span_days} days at once", record="range", field="from")
        found = [self._of_place(place, span, now) for place in self.places]
        for day in span.days():
            yield open_meteo.together(day, [of_days[day] for of_days in found])

    def _of_place(self, place: Place, span: Span, now: datetime) -> dict[date, FetchedDay]:
        today = place.today(now)
        answers: dict[date, list[_Answered]] = {day: [] for day in span.days()}
        settled = min(span.last, today - timedelta(days=ARCHIVE_AFTER_DAYS))
        strays = self._ask("archive", place, Span(span.first, settled), answers)
        recent = today - timedelta(days=RECENT_DAYS)
        open_days = [day for day, said in answers.items() if day >= recent and _nulls(said)]
        if open_days:
            asked = {day: answers[day] for day in open_days}
            strays += self._ask("forecast", place, Span(open_days[0], open_days[-1]), asked)
        found = {day: _fetched(place, day, said, day >= recent, now) for day, said in answers.items()}
        first = FetchedDay(span.first, (), (), open_meteo.of_place(place, strays))
        found[span.first] = open_meteo.together(span.first, [found[span.first], first])
        return found

    def _ask(self, kind: Kind, place: Place, span: Span, answers: dict[date, list[_Answered]]) -> tuple[Rejected, ...]:
        if span.first > span.last:
            return ()
        answer = open_meteo.ask(self.tools.http, self._endpoint(kind), DAILY, place, span)
        days, strays = open_meteo.cut_days(answer, DAILY, span)
        for day in days.keys() & answers.keys():
            answers[day].append(_Answered(kind, days[day], weather_record(place, day, kind, days[day])))
        return strays

    def _endpoint(self, kind: Kind) -> Endpoint:
        host = self.endpoints.open_meteo_archive if kind == "archive" else self.endpoints.open_meteo_forecast
        return Endpoint(host, f"/v1/{kind}")


def _nulls(said: list[_Answered]) -> int:
    return min((one.normalised.nulls for one in said), default=1)


def _fetched(place: Place, day: date, said: list[_Answered], recent: bool, now: datetime) -> FetchedDay:
    # The archive comes first and wins a tie.
    best = min(said, key=lambda one: one.normalised.nulls, default=None)
    record = best.normalised.record if best else None
    rejected = [one for answered in said for one in answered.normalised.rejected]
    if not said:
        rejected.append(Rejected(day, "daily.time", "nothing", "the answer lacks this day"))
    return FetchedDay(
        day,
        envelopes=tuple(Envelope("weather", place.place_id, day, now, f"v1/{one.kind}", one.data) for one in said),
        records=(record,) if record else (),
        rejected=open_meteo.of_place(place, rejected),
        partial=recent and (best is None or best.kind == "forecast" or best.normalised.nulls > 0),
    )

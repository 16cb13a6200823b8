"""Daily weather of places, from Open-Meteo: the archive for days that are old enough, the forecast for the newest.

A forecast day is marked so and stays partial, so that it is fetched again and replaced once the archive has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from pipeline.sources.open_meteo import api
from pipeline.sources.open_meteo.api import Endpoint, Json
from pipeline.sources.open_meteo.place_source import OfPlaces
from pipeline.sources.open_meteo.places import Place
from pipeline.sources.open_meteo.records import DAILY, Kind, Normalised, weather_record
from pipeline.sources.protocol import FetchedDay, Rejected, Span

ARCHIVE_AFTER_DAYS = 6
# A value that the archive lacks for longer than this is not coming; the forecast goes back 92 days.
RECENT_DAYS = 30


@dataclass(frozen=True)
class _Answered:
    """What one endpoint said of a day."""

    kind: Kind
    data: Json
    normalised: Normalised


_Answers = dict[date, list[_Answered]]


@dataclass(frozen=True)
class Weather(OfPlaces):
    """The source; a span is at most two questions a place.

    Source of the reach and the delay: Open-Meteo, "Historical Weather API": from 1940, up to 5 days behind.
    """

    name: ClassVar[str] = "weather"
    reach: ClassVar[date] = date(1940, 1, 1)
    span_days: ClassVar[int] = 366

    def of_place(self, place: Place, span: Span, now: datetime) -> list[FetchedDay]:
        today = place.today(now)
        answers: _Answers = {day: [] for day in span.days()}
        settled = min(span.last, today - timedelta(days=ARCHIVE_AFTER_DAYS))
        strays = self._ask("archive", place, Span(span.first, settled), answers)
        unknown = {
            day: answered for day, answered in answers.items() if _is_recent(place, day, now) and _nulls(answered)
        }
        if unknown:
            strays += self._ask("forecast", place, Span(min(unknown), max(unknown)), unknown)
        return [
            _fetched(place, day, now, answered, [one for one in strays if one.day == day])
            for day, answered in answers.items()
        ]

    def _ask(self, kind: Kind, place: Place, span: Span, answers: _Answers) -> tuple[Rejected, ...]:
        if span.first > span.last:
            return ()
        answer = api.ask(self.tools.http, self._endpoint(kind), DAILY, place, span)
        days, strays = api.cut_days(answer, DAILY, span)
        for day, answered in answers.items():
            if day in days:
                answered.append(_Answered(kind, days[day], weather_record(place, day, kind, days[day])))
        return strays

    def _endpoint(self, kind: Kind) -> Endpoint:
        return Endpoint(self.endpoints[f"open_meteo_{kind}"], f"/v1/{kind}")


def _is_recent(place: Place, day: date, now: datetime) -> bool:
    return day >= place.today(now) - timedelta(days=RECENT_DAYS)


def _nulls(answered: list[_Answered]) -> int:
    return min((one.normalised.nulls for one in answered), default=1)


def _fetched(place: Place, day: date, now: datetime, answered: list[_Answered], strays: list[Rejected]) -> FetchedDay:
    # The archive comes first and wins a tie.
    best = min(answered, key=lambda one: one.normalised.nulls)
    record = best.normalised.record
    return FetchedDay(
        day,
        api.envelopes(Weather.name, place, day, now, {f"v1/{one.kind}": one.data for one in answered}),
        records=(record,) if record else (),
        rejected=api.of_place(
            place, (*(one for answered in answered for one in answered.normalised.rejected), *strays)
        ),
        partial=_is_recent(place, day, now) and (best.kind == "forecast" or best.normalised.nulls > 0),
    )

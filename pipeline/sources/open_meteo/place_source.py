"""What sources that are asked place by place have in common.

Their places, a checked span, and the days of all places put together.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from pipeline.errors import ConfigInvalid, DataInvalid, PipelineError
from pipeline.lake import keys
from pipeline.sources.open_meteo.places import DEFAULT_ZONE, Place
from pipeline.sources.protocol import FetchedDay, Span, Tools, checked_span


@dataclass(frozen=True)
class OfPlaces(ABC):
    """A Source over places; a kind of it says its name and reach, and asks for one place's days in ``of_place``.

    Raise DataInvalid for a place that is listed twice.
    """

    tools: Tools
    endpoints: Mapping[str, str]
    places: tuple[Place, ...]
    name: ClassVar[str]
    key_names: ClassVar[tuple[str, ...]] = ("place_id", "date")
    reach: ClassVar[date]
    span_days: ClassVar[int]

    def __post_init__(self) -> None:
        ids = [place.place_id for place in self.places]
        for twice in sorted({one for one in ids if ids.count(one) > 1}):
            raise DataInvalid(f"the place {twice} is listed twice", record=self.name, field="places")

    @abstractmethod
    def of_place(self, place: Place, span: Span, now: datetime) -> list[FetchedDay]:
        """Every day of the span at one place, in order."""

    @property
    def timezone(self) -> str:
        """The first place's; each record is of its own place's days."""
        return self.places[0].timezone if self.places else DEFAULT_ZONE

    def missing_requirement(self) -> PipelineError | None:
        """ConfigInvalid while there is no place."""
        if self.places:
            return None
        facts = {"setting": f"{self.name}.places", "looked_in": keys.SOURCES, "situation": "no_place"}
        return ConfigInvalid(f"{self.name} has no place yet", **facts)

    def fetch(self, span: Span) -> Iterator[FetchedDay]:
        """Each day with a record a place. Raise ConfigInvalid without a place, DataInvalid for a span that cannot be
        asked for, RateLimited, ExternalApiDown, SchemaMismatch."""
        lacking = self.missing_requirement()
        if lacking:
            raise lacking
        now = self.tools.now()
        checked_span(span.first, span.last, self.reach, max(place.today(now) for place in self.places))
        if len(span.days()) > self.span_days:
            raise DataInvalid(f"more than {self.span_days} days at once", record="range", field="from")
        by_place = [self.of_place(place, span, now) for place in self.places]
        for day, parts in zip(span.days(), zip(*by_place, strict=True), strict=True):
            yield _together(day, parts)


def _together(day: date, parts: Sequence[FetchedDay]) -> FetchedDay:
    return FetchedDay(
        day,
        envelopes=tuple(envelope for part in parts for envelope in part.envelopes),
        records=tuple(record for part in parts for record in part.records),
        rejected=tuple(one for part in parts for one in part.rejected),
        partial=any(part.partial for part in parts),
    )

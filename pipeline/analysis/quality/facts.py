"""What is known of a day before it is judged: its records, the days before, and the sources beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.analysis.quality.profile import Profile


@dataclass(frozen=True)
class SourceFacts:
    """A source that is on: whether nothing good has come for too long, its newest day (None: it has none), and how
    many fields of the last days were refused."""

    name: str
    late: bool
    newest: date | None
    refused: int


@dataclass(frozen=True)
class Past:
    """A day before: records of each kind, and the profile where one was made. ``is_whole``: all of its kinds are
    known by their names."""

    day: date
    records: int
    entities: Mapping[str, int]
    profile: Profile | None = None
    is_whole: bool = True


@dataclass(frozen=True)
class Facts:
    """What is known of ``day``. ``claimed`` records by the document's head (None: it says nothing), ``counted`` in it;
    ``profile`` None: it has no tables; ``damaged``: the document is none. ``before``: the days before, oldest
    first; ``documents``: all days that have one. ``today`` (UTC) is when it is looked at. ``sources`` None: nobody can
    say. ``unread``: keys of the lake that nobody can read, each with what to run next."""

    table: str
    day: date
    today: date
    claimed: int | None
    counted: int | None
    profile: Profile | None
    damaged: bool = False
    before: tuple[Past, ...] = ()
    documents: frozenset[date] = frozenset()
    sources: tuple[SourceFacts, ...] | None = ()
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def is_now(self) -> bool:
        """Whether it is the newest day that there is: only then is anything late."""
        return self.day >= max(self.documents, default=self.day)

"""Queries that are kept in the lake, for whoever may ask: the ones saved for everybody, and a person's own history.

A change is one line of the audit log, which says the query's name and never its SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.access import Person
from pipeline.analysis.query.face import Query, Result
from pipeline.analysis.query.kept.past import Asked, Past
from pipeline.analysis.query.kept.saved import SavedQueries, SavedQuery
from pipeline.console.audit import Actor
from pipeline.errors import PipelineError
from pipeline.lake.bucket import Lake


@dataclass(frozen=True)
class KeptQueries:
    """What is kept of queries. Every method raises Forbidden for a person who may not, and what the lake raises."""

    lake: Lake
    now: Callable[[], datetime]
    actor: Actor

    def saved(self) -> tuple[SavedQuery, ...]:
        """Everybody's saved queries, by name."""
        self.actor.require("query")
        return self._shelf.all()

    def named(self, name: str) -> SavedQuery:
        """One of them, by its name or id. Raise NotFound (``query_not_saved``)."""
        self.actor.require("query")
        return self._shelf.named(name)

    def save(self, name: str, sql: str, parameters: Mapping[str, str], seen: SavedQuery | None = None) -> SavedQuery:
        """Save a new one, or a change of the version that was ``seen``; raises what ``SavedQueries.save`` raises."""
        with self.actor.doing("query", f"saved query {name}") as tell:
            made = self._shelf.save(name, sql, parameters, self.actor.who().name, seen)
            tell(f"saved as version {made.version}, id {made.id}")
            return made

    def remove(self, seen: SavedQuery) -> None:
        """Take one off the list. Raise DataInvalid (``query_changed``)."""
        # By its id: the name that a browser says with it may be any.
        with self.actor.doing("query", f"saved query {seen.id}") as tell:
            tell(f"removed {self._shelf.remove(seen).name}")

    def past(self) -> tuple[Asked, ...]:
        """What the person has asked on the server's engines, newest first."""
        self.actor.require("query")
        return Past(self.lake).of(own_name(self.actor.who()))

    def clear_past(self) -> None:
        """Forget it."""
        with self.actor.doing("query", "history") as tell:
            Past(self.lake).clear(own_name(self.actor.who()))
            tell("cleared")

    def remember(self, query: Query, came: Result | PipelineError) -> PipelineError | None:
        """Note what was asked and how it ended; what kept it from being noted, for a result is not lost over it.
        Of a person who may not ask nothing is noted."""
        if not self.actor.may("query"):
            return None
        good = came if isinstance(came, Result) else None
        seconds, code = (good.seconds, "") if good else (0.0, getattr(came, "code", ""))
        rows = len(good.rows) if good else None
        asked = Asked(self.now(), query.sql, query.engine, rows, seconds, code)
        try:
            Past(self.lake).add(own_name(self.actor.who()), asked)
        except PipelineError as error:
            return error
        return None

    @property
    def _shelf(self) -> SavedQueries:
        return SavedQueries(self.lake, self.now)


def own_name(person: Person) -> str:
    """What tells a person from every other one: an address only where the provider has verified it, for else whoever
    may write it into their claims would be that person."""
    return person.name if person.verified else f"{person.via} {person.subject} {person.name}"

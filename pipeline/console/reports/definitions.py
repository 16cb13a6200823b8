"""Definitions of reports in somebody's hands: kept in the lake, changed by compare-and-set, each change audited.

A change says what it has seen. What was before is kept; a deleted one can be brought back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipeline.analysis.reports.definitions import definition as definitions
from pipeline.analysis.reports.definitions import shipped
from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.analysis.reports.definitions.pausing import with_paused
from pipeline.console.audit import Actor
from pipeline.console.reports.past import Noted, Past
from pipeline.console.reports.plan import Plan
from pipeline.console.reports.shelf import MOST, Shelf, told
from pipeline.console.reports.texts import KeptText
from pipeline.console.reports.told import Earlier, KeptReport
from pipeline.errors import DataInvalid, NotFound
from pipeline.lake.bucket import Conflict, Lake
from pipeline.lake.report_keys import definition_key, valid_report


@dataclass(frozen=True)
class Definitions:
    """The definitions of one lake. Every method raises Forbidden for who may not, and what Lake raises; every one that
    takes a name DataInvalid (``report_name``) for what is none."""

    lake: Lake
    now: Callable[[], datetime]
    actor: Actor

    def listed(self) -> tuple[KeptReport, ...]:
        """All, by name: those that are kept (at most MOST), and the product's own (``shipped``) where nothing is kept
        under their name. An object that is no definition has a ``problem`` (and where its key is no report's, the key's
        end as its name)."""
        self.actor.require("see")
        kept = self._shelf.all()
        names = {one.name for one in kept}
        own = (_own(name, None) for name in shipped.texts() if name not in names)
        return tuple(sorted((*kept, *own), key=lambda one: one.name))

    def get(self, name: str) -> KeptReport:
        """One of them; with its ``problem`` where it is no definition. Raise NotFound (``report_unknown``) and
        SchemaMismatch (``text_unread``)."""
        self.actor.require("reports")
        return self._named(name, self._shelf.read(name))

    def check(self, text: str) -> Definition:
        """What a YAML text defines. Raise DataInvalid, which says where and what is wrong."""
        self.actor.require("reports")
        return definitions.read(text)

    def save(self, name: str, text: str, seen: str) -> KeptReport:
        """Keep this text in the place of what was ``seen`` (``KeptReport.seen``; empty: of nothing, of a deleted one,
        or of the product's own). Raise DataInvalid: ``report_definition``, ``report_secret``; ``report_changed`` where
        somebody was faster; ``report_shelf_full``."""
        with self.actor.doing("reports", f"report {name}") as tell:
            definitions.read(text)
            made = self._store(name, text, self._seen(name, seen))
            tell(f"saved, {len(text):,} characters")
            return made

    def duplicate(self, name: str, as_: str) -> KeptReport:
        """The same under another name, paused where it has a schedule. Raise NotFound (``report_unknown``), DataInvalid
        (``report_taken``, ``report_shelf_full``)."""
        with self.actor.doing("reports", f"report {as_}") as tell:
            text = self._defined(name).text
            held = self._shelf.read(as_)
            if _living(held) or as_ in shipped.texts():
                raise _taken(as_)
            # Two of one schedule would tell everybody twice.
            copy = with_paused(text, True) if definitions.read(text).schedule else text
            made = self._store(as_, copy, held)
            tell(f"a copy of {name}")
            return made

    def pause(self, name: str, paused: bool, seen: str) -> KeptReport:
        """Take a report's schedule away for a while, or let it be due from now on: one of the product's is kept and due
        by that. Raise NotFound (``report_unknown``), DataInvalid (``report_changed``, ``report_no_schedule``)."""
        with self.actor.doing("reports", f"report {name}") as tell:
            text = with_paused(self._defined(name).text, paused)
            made = self._store(name, text, self._seen(name, seen))
            tell("paused" if paused else "due again")
            return made

    def delete(self, name: str, seen: str) -> None:
        """Take one off the list; its history stays. One of the product's is the product's own again. Raise NotFound
        (``report_unknown``), DataInvalid (``report_changed``, ``report_shipped`` where it is the product's own)."""
        with self.actor.doing("reports", f"report {name}") as tell:
            held = self._seen(name, seen)
            if not _living(held):
                raise _product_s(name) if name in shipped.texts() else _unknown(name)
            self._replace(name, "", held)
            self._plan.change(name)
            tell("deleted")

    def deleted(self) -> tuple[KeptReport, ...]:
        """What was deleted and can be restored, by name; ``changed_by`` has deleted it."""
        self.actor.require("reports")
        return self._shelf.deleted()

    def restore(self, name: str) -> KeptReport:
        """Keep a deleted one again as it was last, due from now on. Raise NotFound (``report_unknown``), DataInvalid
        (``report_taken``, ``report_shelf_full``), SchemaMismatch (``report_past_unread``)."""
        with self.actor.doing("reports", f"report {name}") as tell:
            held = self._shelf.read(name)
            if _living(held):
                raise _taken(name)
            noted = Past(self.lake).of(name)
            if not noted:
                raise _unknown(name)
            definitions.read(noted[0].was.text)
            made = self._store(name, noted[0].was.text, held)
            tell("restored")
            return made

    def history(self, name: str) -> tuple[Earlier, ...]:
        """What a definition was before, newest first, at most MOST_EARLIER; of a deleted one all that it was. Raise
        SchemaMismatch (``report_past_unread``)."""
        self.actor.require("reports")
        held = self._shelf.read(name)
        noted = Past(self.lake).of(name)
        return tuple(one.was for one in noted if held is None or not one.same(_noted(held)))

    def settle(self) -> int:
        """Make the schedules what the definitions say, where a change was killed between the two or came past the
        console; return how many were not. For the watcher."""
        self.actor.require("reports")
        wrong = self._plan.wrong()
        if wrong.count:
            with self.actor.doing("reports", "schedules") as tell:
                tell(f"{wrong.count} set right" if self._plan.set_right(wrong) else "somebody else was faster")
        return wrong.count

    @property
    def _shelf(self) -> Shelf:
        return Shelf(self.lake)

    @property
    def _plan(self) -> Plan:
        return Plan(self.lake, self._shelf, self.now)

    def _named(self, name: str, held: KeptText | None) -> KeptReport:
        if held and held.text:
            return told(name, held)
        if name in shipped.texts():
            return _own(name, held)
        raise _unknown(name)

    def _defined(self, name: str) -> KeptReport:
        found = self._named(name, self._shelf.read(name))
        if found.problem:
            raise found.problem
        return found

    def _seen(self, name: str, seen: str) -> KeptText | None:
        """What is kept under the name, if it is what somebody has seen."""
        held = self._shelf.read(name)
        etag = held.etag if held else ""
        if seen != etag and (seen or _living(held)):
            raise _changed(name)
        return held

    def _store(self, name: str, text: str, held: KeptText | None) -> KeptReport:
        if held is None or held.text != text:
            self._require_room(name, held)
            held = self._replace(name, text, held)
        # Also where nothing is new: a save that was killed before this is mended by saving again.
        self._plan.change(name)
        return told(name, held)

    def _replace(self, name: str, text: str, held: KeptText | None) -> KeptText:
        # What was is noted first: killed in between, it stands there twice and is told once.
        if held and held.text:
            Past(self.lake).add(name, _noted(held))
        try:
            return self._shelf.write(name, text, self.actor.who().name, held)
        except Conflict as conflict:
            raise _changed(name) from conflict

    def _require_room(self, name: str, held: KeptText | None) -> None:
        if not _living(held) and len(self._shelf.names()) >= MOST:
            text = f"there are {MOST:,} reports already, as many as there may be"
            raise DataInvalid(text, record="report", field="name", situation="report_shelf_full", most=f"{MOST:,}")


def _living(held: KeptText | None) -> bool:
    return held is not None and held.text != ""


def _own(name: str, held: KeptText | None) -> KeptReport:
    """The product's own under a name of its; ``held`` is what is left of one that was deleted."""
    seen = held.etag if held else ""
    return KeptReport(name, shipped.texts()[name], shipped.definitions()[name], seen, shipped=True)


def _noted(held: KeptText) -> Noted:
    return Noted(Earlier(held.text, held.changed_at, held.changed_by), held.version)


def _unknown(name: str) -> NotFound:
    return NotFound(f"there is no report {name}", resource=definition_key(name), situation="report_unknown")


def _changed(name: str) -> DataInvalid:
    text = f"the report {name} is no longer what was seen: somebody else has changed it"
    return DataInvalid(text, record=definition_key(name), field="definition", situation="report_changed")


def _taken(name: str) -> DataInvalid:
    text = f"there is a report {valid_report(name)} already"
    return DataInvalid(text, record=definition_key(name), field="name", situation="report_taken")


def _product_s(name: str) -> DataInvalid:
    text = f"the report {name} comes with the product, and nothing of yours is kept under its name"
    return DataInvalid(text, record=definition_key(name), field="name", situation="report_shipped")

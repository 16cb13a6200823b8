"""A draft of a report's definition: plain values as YAML has them, changed bit by bit, whole or not yet. No Streamlit.

Nothing is checked until somebody asks: what is typed may be half a definition, and is kept as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import unified_diff
from itertools import count
from typing import Any, Final

import msgspec

from pages.reports.editor.parts import FIRST, FORMATS, Part, Plain
from pipeline.analysis.reports.definitions import yaml_text
from pipeline.analysis.reports.definitions.definition import Definition, checked, checked_block, read, write
from pipeline.console.reports.told import KeptReport
from pipeline.errors import DataInvalid

MOST_BLOCKS: Final = 40
# In whose place the rest of a definition is checked.
_ANY_BLOCK: Final = {"kind": "status"}
_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
# Of all drafts: what was typed into the fields of one that is dropped is not found by the next of its name.
_TURNS: Final = count(1)


@dataclass
class Draft:
    """What shall stand in the place of what was ``seen`` (None: nothing is kept, it is a new report, or was deleted).

    ``plain`` is all but the blocks; ``text`` is what is typed while it is edited ``as_yaml``, and counts then alone.
    ``turn`` differs once fields have other values than were typed into them. ``called`` is what a report without a
    ``name`` shall have as one.
    """

    name: str = ""
    called: str = ""
    seen: KeptReport | None = None
    plain: Plain = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    text: str = ""
    as_yaml: bool = False
    begun: str = ""
    turn: int = field(default_factory=lambda: next(_TURNS))
    _number: int = 0
    _wrote: tuple[bytes, str] = (b"", "")
    _found: tuple[str, Definition | DataInvalid | None] = ("", None)

    @property
    def written(self) -> str:
        """The YAML that would be saved, whole or not."""
        if self.as_yaml:
            return self.text
        values = msgspec.json.encode(self._whole())
        if self._wrote[0] != values:
            # Asked several times whenever something is drawn; a long text takes a third of a second.
            self._wrote = values, _written(self._whole())
        return self._wrote[1]

    @property
    def changed(self) -> bool:
        """Whether there is anything to save or to lose."""
        return self.written != self.begun

    @property
    def is_the_product_s(self) -> bool:
        """Whether nothing is kept under its name: it came with the product, and is made by nobody but people."""
        return self.seen is not None and self.seen.shipped

    @property
    def loses_remarks(self) -> bool:
        """Whether what was seen has remarks, or an order, that YAML made of fields has not."""
        if self.as_yaml or self.seen is None or self.seen.definition is None:
            return False
        return self.seen.text != write(self.seen.definition)

    def definition(self) -> Definition:
        """What it defines. Raise DataInvalid, which says where and what is wrong."""
        return self._read() if self.as_yaml else checked(self._whole())

    def begin(self, seen: KeptReport) -> None:
        """Edit what is kept; as YAML where it can be read as nothing else."""
        self.name, self.seen = seen.name, seen
        self.take(seen.text)
        self.begun = self.written

    def take(self, text: str) -> None:
        """Edit this text in the place of what is typed now; as YAML where it is no definition."""
        self.refresh()
        self.text = text
        try:
            self._take(read(text))
        except DataInvalid:
            self.as_yaml = True
        else:
            self.as_yaml = False

    def as_text(self) -> None:
        """Edit it as YAML from now on."""
        self.text, self.as_yaml = self.written, True
        self.refresh()

    def as_fields(self) -> None:
        """Edit it as fields from now on. Raise DataInvalid for what is no definition: it stays YAML."""
        self._take(read(self.text))
        self.as_yaml = False
        self.refresh()

    def refresh(self) -> None:
        """Fields begin with the draft's values again."""
        self.turn = next(_TURNS)

    def stand_on(self, seen: KeptReport | None) -> None:
        """What is kept has become this: the draft shall take the place of that."""
        self.seen = seen

    def put(self, name: str, value: Any) -> None:
        """A field of the definition; None and "" take it away."""
        _put(self.plain, name, value)

    def put_into(self, name: str, **values: Any) -> None:
        """Fields of a part of the definition (``period``, ``schedule``)."""
        self.plain[name] = {**self.plain.get(name, {}), **values}

    def put_period(self, kind: str, today: date) -> None:
        """Another kind of period, with what it cannot be without: the week up to yesterday."""
        first, last = today - _WEEK, today - _DAY
        more: dict[str, Plain] = {
            "last_days": {"days": _WEEK.days},
            "fixed": {"first": first.isoformat(), "last": last.isoformat()},
        }
        self.plain["period"] = {"kind": kind, **more.get(kind, {})}

    def schedule(self, wanted: bool, zone: str) -> None:
        """Have it made by itself on Mondays at nine, or by nobody but people."""
        self.put("schedule", {"days": ["monday"], "at": "09:00", "zone": zone} if wanted else None)

    def add(self, kind: str) -> None:
        """One more block, at the end."""
        self.parts.append(self._part({"kind": kind, **deepcopy(FIRST.get(kind, {}))}))

    def remove(self, number: int) -> None:
        """One block less."""
        self.parts = [part for part in self.parts if part.number != number]

    def move(self, number: int, by: int) -> None:
        """A block further down (1) or up (-1), where there is a place."""
        at = next((at for at, part in enumerate(self.parts) if part.number == number), None)
        if at is not None and 0 <= at + by < len(self.parts):
            self.parts[at], self.parts[at + by] = self.parts[at + by], self.parts[at]

    def put_in_block(self, number: int, name: str, value: Any) -> None:
        """A field of a block; None and "" take it away where the block can be without."""
        for part in self.parts:
            if part.number == number:
                first = FIRST.get(part.kind, {})
                if name in first:
                    part.plain[name] = value or deepcopy(first[name])
                else:
                    _put(part.plain, name, value)

    @property
    def wanting(self) -> tuple[str, ...]:
        """What there has yet to be of ``title``, ``blocks`` and ``formats``, of fields."""
        has = {"title": self.plain.get("title"), "blocks": self.parts, "formats": self.plain.get("formats", FORMATS)}
        return () if self.as_yaml else tuple(name for name, value in has.items() if not value)

    def faults(self) -> Mapping[int, DataInvalid]:
        """What is wrong with blocks whose fields are all there, by their places; none while it is edited as YAML."""
        found: dict[int, DataInvalid] = {}
        for at, part in enumerate(() if self.as_yaml else self.parts):
            fault = None if part.wanting else _fault_of(part.plain, at)
            if fault:
                found[at] = fault
        return found

    def fault(self) -> DataInvalid | None:
        """What is wrong beside the blocks, or in the YAML; None where something is yet to be typed, or nothing is."""
        if self.wanting:
            return None
        try:
            if self.as_yaml:
                self._read()
            else:
                checked({**self.plain, "blocks": [_ANY_BLOCK]})
        except DataInvalid as error:
            return error
        return None

    def previewed(self, untitled: str, in_place: Callable[[int, Plain, DataInvalid], str]) -> Definition:
        """What can be shown of it, ``untitled`` where it has no title: a block that is none is a text in its place,
        which ``in_place`` writes of its place, its values and its fault. Raise DataInvalid for what is wrong beside
        the blocks."""
        plain = yaml_text.read(self.text) if self.as_yaml else self._whole()
        if isinstance(plain, dict) and isinstance(plain.get("blocks"), list):
            blocks = [_shown(block, at, in_place) for at, block in enumerate(plain["blocks"])]
            plain = {**plain, "title": plain.get("title") or untitled, "blocks": blocks}
        return checked(plain)

    def _read(self) -> Definition:
        text, found = self._found
        if found is None or text != self.text:
            found = _of(self.text)
            self._found = self.text, found
        if isinstance(found, DataInvalid):
            raise found
        return found

    def _whole(self) -> Plain:
        return {**self.plain, "blocks": [part.plain for part in self.parts]}

    def _take(self, definition: Definition) -> None:
        plain: Plain = msgspec.to_builtins(definition)
        self.parts = [self._part(block) for block in plain.pop("blocks")]
        self.plain = plain

    def _part(self, plain: Plain) -> Part:
        self._number += 1
        return Part(self._number, plain)


def new(language: str) -> Draft:
    """A report that nobody has named yet: of the last week, in every form."""
    draft = Draft(plain={"title": "", "period": {"kind": "last_week"}, "language": language, "formats": [*FORMATS]})
    draft.begun = draft.written
    return draft


def differences(theirs: str, mine: str) -> str:
    """How two texts differ, a line each: what only they have begins with -, what only I have with +."""
    lines = unified_diff(theirs.splitlines(), mine.splitlines(), lineterm="", n=2)
    return "\n".join([*lines][2:])


def _written(plain: Plain) -> str:
    try:
        return write(checked(plain))
    except DataInvalid:
        return yaml_text.write(plain)


def _of(text: str) -> Definition | DataInvalid:
    try:
        return read(text)
    except DataInvalid as error:
        return error


def _put(plain: Plain, name: str, value: Any) -> None:
    if value is None or value == "":
        plain.pop(name, None)
    else:
        plain[name] = value


def _shown(block: Any, at: int, in_place: Callable[[int, Plain, DataInvalid], str]) -> Any:
    fault = _fault_of(block, at)
    if fault is None:
        return block
    plain = block if isinstance(block, dict) else {}
    return {"kind": "text", "text": in_place(at, plain, fault)}


def _fault_of(block: Any, at: int) -> DataInvalid | None:
    try:
        checked_block(block, at)
    except DataInvalid as error:
        return error
    return None

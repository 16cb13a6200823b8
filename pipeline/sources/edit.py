"""What somebody did to the list of sources: a kind and what it is about, which a screen says in its own words. Pure.

The audit log, and whoever reads the lake, get one English line of it; that line is never read back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

EditKind = Literal[
    "on",
    "off",
    "source",
    "no_source",
    "table",
    "place",
    "no_place",
    "person",
    "no_person",
    "set_up",
    "look_back",
    "demo",
]
MOST_NAME = 260
_LINES: dict[EditKind, str] = {
    "on": "switch {source} on",
    "off": "switch {source} off",
    "source": "add {source}",
    "no_source": "remove {source}",
    "table": "add table {source}",
    "place": "add place {place} ({place_name}) to {source}",
    "no_place": "remove place {place} ({place_name}) from {source}",
    "person": "add {person} to {source}",
    "no_person": "remove {person} from {source}",
    "set_up": "set up {source}",
    "look_back": "look {days} days back in {source}",
    "demo": "sources of the demo",
}


@dataclass(frozen=True)
class Edit:
    """One change; ``place`` is its id, ``person`` the name under which somebody's account is kept, ``days`` a number
    as text."""

    kind: EditKind
    source: str = ""
    place: str = ""
    place_name: str = ""
    person: str = ""
    days: str = ""

    def __str__(self) -> str:
        return _LINES[self.kind].format(**asdict(self))

    @classmethod
    def from_json(cls, raw: Any) -> Edit | None:
        """Read what ``to_json`` wrote; None for anything else, such as a kind of a later version."""
        if not isinstance(raw, dict):
            return None
        kind = next((known for known in get_args(EditKind) if known == raw.get("kind")), None)
        names = {
            name: str(raw.get(name) or "")[:MOST_NAME] for name in ("source", "place", "place_name", "person", "days")
        }
        return cls(kind, **names) if kind else None

    def to_json(self) -> dict[str, str]:
        """Without what it is not about."""
        return {name: value[:MOST_NAME] for name, value in asdict(self).items() if value}

"""Who wants to be told of what, in which language: one small object of the lake, which two people do not overwrite.

Where nothing is kept, every channel is told of everything, in Japanese.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, cast, get_args

from pipeline.clock import parse_utc, utc_text
from pipeline.errors import DataInvalid, PipelineError, SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake, parsed
from pipeline.notices.addresses import PREFERENCES
from pipeline.notices.notice import Kind
from pipeline.untrusted import quoted

Language = Literal["ja", "en"]
# What a channel can be told of; a test is sent to whoever is asked to be tested.
KINDS: Final[tuple[Kind, ...]] = tuple(kind for kind in get_args(Kind) if kind != "test")
FORMAT: Final = 1
# Names that the settings have no more are kept: a channel may come back.
MOST_KEPT: Final = 100
_LONGEST_NAME: Final = 320


@dataclass(frozen=True)
class Preferences:
    """``kinds``: what a channel, by its name, wants to be told of; who is not in it wants everything. ``seen`` is what
    a change must find (empty: nothing is kept yet); ``problem`` says why what is kept cannot be read."""

    language: Language = "ja"
    kinds: tuple[tuple[str, tuple[Kind, ...]], ...] = ()
    seen: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""
    problem: PipelineError | None = None

    def wants(self, channel: str, kind: Kind) -> bool:
        """Whether a channel is told of a kind."""
        return kind in dict(self.kinds).get(channel, KINDS)


@dataclass(frozen=True)
class KeptPreferences:
    """The preferences of one lake. Raises what Lake raises."""

    lake: Lake

    def load(self) -> Preferences:
        """What is kept. What cannot be read stops nobody from being told: these are the defaults, with ``problem``."""
        stored = self.lake.read_small(PREFERENCES)
        if stored is None:
            return Preferences()
        try:
            return replace(_preferences(parsed(stored[0], PREFERENCES)), seen=stored[1])
        except (KeyError, TypeError, ValueError, AttributeError, SchemaMismatch) as error:
            return Preferences(seen=stored[1], problem=_unread(error))

    def save(self, wanted: Preferences, seen: str, at: datetime, by: str) -> Preferences:
        """Keep language and kinds. Raise DataInvalid (``notices_changed``) where somebody was faster."""
        made = replace(wanted, changed_at=parse_utc(utc_text(at)), changed_by=by[:_LONGEST_NAME], problem=None)
        raw = {
            "format": FORMAT,
            "language": made.language,
            "channels": {name: list(kinds) for name, kinds in made.kinds},
            "changed_at": utc_text(at),
            "changed_by": made.changed_by,
        }
        _preferences(raw)
        try:
            return replace(made, seen=self.lake.write_json(PREFERENCES, raw, seen or None))
        except Conflict as conflict:
            text = f"{PREFERENCES} is no longer what was seen: somebody else has changed it"
            raise DataInvalid(text, record=PREFERENCES, field="seen", situation="notices_changed") from conflict


def _preferences(raw: Any) -> Preferences:
    channels = raw["channels"]
    if raw["format"] != FORMAT or raw["language"] not in get_args(Language) or len(channels) > MOST_KEPT:
        raise ValueError(
            f"format {quoted(raw['format'])}, language {quoted(raw['language'])}, {len(channels)} channels"
        )
    by = raw["changed_by"]
    if not isinstance(by, str) or len(by) > _LONGEST_NAME:
        raise ValueError("changed_by is no name")
    # A kind that a newer console knows is none of ours, and no reason to tell everything.
    kinds = tuple((str(name), tuple(kind for kind in KINDS if kind in wanted)) for name, wanted in channels.items())
    return Preferences(cast(Language, raw["language"]), kinds, "", parse_utc(raw["changed_at"]), by)


def _unread(error: Exception) -> SchemaMismatch:
    text = f"{PREFERENCES} holds no preferences of notices: {quoted(str(error), 200)}"
    facts = {"key": PREFERENCES, "expected": f"preferences of notices, format {FORMAT}", "found": quoted(str(error))}
    return SchemaMismatch(text, situation="notices_unread", **facts)

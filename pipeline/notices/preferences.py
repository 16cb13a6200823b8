"""Who wants to be told of what, in which language: one small object of the lake, which two people do not overwrite.

Where nothing is kept, every channel is told of everything, in Japanese.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from pipeline.errors import PipelineError
from pipeline.lake.bucket import Lake
from pipeline.notices.notice import Kind

Language = Literal["ja", "en"]
# What a channel can be told of; a test is sent to whoever is asked to be tested.
KINDS: Final[tuple[Kind, ...]] = tuple(kind for kind in get_args(Kind) if kind != "test")


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
        raise NotImplementedError

    def save(self, wanted: Preferences, seen: str, at: datetime, by: str) -> Preferences:
        """Keep language and kinds. Raise DataInvalid (``notices_changed``) where somebody was faster."""
        raise NotImplementedError

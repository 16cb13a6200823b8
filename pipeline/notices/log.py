"""What was sent, to whom, when, or why not: small objects of the lake, a day's under its own prefix.

Nothing of a message is kept but what it was about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pipeline.lake.bucket import Lake
from pipeline.notices.notice import Kind

# failed is tried again; given_up is not.
Outcome = Literal["sent", "failed", "given_up"]
MOST_READ: Final = 200


@dataclass(frozen=True)
class Sent:
    """One message to one channel (its name), or an attempt. ``count`` changes were told by it, of which ``change``,
    ``about``, ``at`` and ``path`` are the first's; ``tries`` counts the attempts. ``code`` and ``state`` say why not:
    ``words.error_of_code(code, state)``; ``why`` is the English sentence."""

    kind: Kind
    change: str
    about: str
    path: str
    at: datetime
    told_at: datetime
    channel: str
    outcome: Outcome
    count: int = 1
    tries: int = 1
    code: str = ""
    state: str = ""
    why: str = ""


@dataclass(frozen=True)
class NoticeLog:
    """The log of one lake. Raises what Lake raises."""

    lake: Lake

    def add(self, sent: Sequence[Sent]) -> None:
        """Write what one call has sent; nothing for nothing."""
        raise NotImplementedError

    def read(self, now: datetime, days: int, most: int = MOST_READ) -> tuple[Sent, ...]:
        """What was sent in the last ``days``, newest first, at most ``most``; what nobody can read is left out."""
        raise NotImplementedError

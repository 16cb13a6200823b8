"""Tells each change once, whoever finds it out first; what could not be told is tried again; many are told as one.

Who builds a notice leaves out what is muted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.lake.bucket import Lake
from pipeline.notices.channels import Channels
from pipeline.notices.log import Sent
from pipeline.notices.notice import Notice

# More changes of a kind within a minute are told as one message.
MOST_SINGLE: Final = 5
MOST_TRIES: Final = 8


@dataclass(frozen=True)
class Notices:
    """Notices of one lake. Without channels nothing is asked, kept or sent. Raises what Lake raises; a channel that
    cannot be told is no error, but a ``Sent`` that says so."""

    lake: Lake
    channels: Channels
    console_url: str
    now: Callable[[], datetime]

    def tell(self, notices: Sequence[Notice]) -> tuple[Sent, ...]:
        """Tell what is new among these, and what waits to be told; return what was sent or tried now."""
        raise NotImplementedError

    def retry(self) -> tuple[Sent, ...]:
        """Tell what waits: of channels that failed, and the rest of many changes at once. For whoever comes by often."""
        raise NotImplementedError

    def test(self, name: str) -> Sent:
        """Send a channel a test message now. Raise NotFound (``notices_channel``)."""
        raise NotImplementedError

    def sent(self, days: int) -> tuple[Sent, ...]:
        """What was sent in the last ``days``, newest first, bounded."""
        raise NotImplementedError

"""Sends what waits: channel by channel, many of a kind as one message, and how each attempt ended.

A channel that fails is not asked again in the same call: what else waits for it shares its fate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import PipelineError
from pipeline.notices.channels import Channels
from pipeline.notices.log import Sent
from pipeline.notices.notice import Notice
from pipeline.notices.sending.outbox import MOST_SINGLE, MOST_TRIES, Outcome, Waiting
from pipeline.notices.wording import message

_THREADS = 8
# What no other attempt can mend: the settings have no such channel.
_FOR_GOOD = "notices_channel"


@dataclass(frozen=True)
class Attempt:
    """One message to one channel, of the notices that it was made of."""

    of: tuple[Waiting, ...]
    sent: Sent


@dataclass(frozen=True)
class Post:
    """Sends in one language; links begin with ``console_url``."""

    channels: Channels
    language: str
    console_url: str
    now: datetime

    def send(self, waiting: Sequence[Waiting]) -> tuple[Attempt, ...]:
        """Tell every channel what it has not been told: channels side by side, the messages of one in order."""
        names = list(dict.fromkeys(name for one in waiting for name, _ in one.channels))
        if not names:
            return ()
        with ThreadPoolExecutor(_THREADS) as pool:
            made = pool.map(lambda name: tuple(self._to(name, _for(waiting, name))), names)
            return tuple(attempt for attempts in made for attempt in attempts)

    def one(self, name: str, notice: Notice) -> PipelineError | None:
        """Send one notice to one channel; what has kept it from being told."""
        return self._try(name, (notice,))

    def _to(self, name: str, waiting: Sequence[Waiting]) -> Iterator[Attempt]:
        error: PipelineError | None = None
        for together in _messages(waiting):
            error = error or self._try(name, [one.notice for one in together])
            tries = max(tries for one in together for channel, tries in one.channels if channel == name) + 1
            yield Attempt(together, sent_of(name, [one.notice for one in together], self.now, error, tries))

    def _try(self, name: str, notices: Sequence[Notice]) -> PipelineError | None:
        try:
            self.channels.send(name, message(notices, self.language, self.console_url))
        except PipelineError as error:
            return error
        return None


def sent_of(name: str, notices: Sequence[Notice], now: datetime, error: PipelineError | None, tries: int) -> Sent:
    """How an attempt ended, for the log."""
    first = notices[0]
    why = {"code": error.code, "state": error.state, "why": error.message} if error else {}
    return Sent(
        kind=first.kind,
        change=first.change,
        about=first.about,
        path=first.path,
        at=first.at,
        told_at=now,
        channel=name,
        outcome=_outcome(error, tries),
        count=len(notices),
        tries=tries,
        **why,
    )


def _outcome(error: PipelineError | None, tries: int) -> Outcome:
    if error is None:
        return "sent"
    return "given_up" if tries >= MOST_TRIES or error.state == _FOR_GOOD else "failed"


def _for(waiting: Sequence[Waiting], name: str) -> list[Waiting]:
    return [one for one in waiting if name in dict(one.channels)]


def _messages(waiting: Sequence[Waiting]) -> Iterator[tuple[Waiting, ...]]:
    """What is told together, in the order in which the first of each came."""
    for kind in dict.fromkeys(one.notice.kind for one in waiting):
        alike = [one for one in waiting if one.notice.kind == kind]
        if len(alike) > MOST_SINGLE or any(one.gathered for one in alike):
            yield tuple(alike)
        else:
            yield from ((one,) for one in alike)

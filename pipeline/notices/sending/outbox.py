"""What is to be told and by whom: one small object of the lake, of which each state follows from the one before. Pure.

A change that was told leaves it; its own mark stays. Who claims a notice tells it; a claim whose holder died ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from pipeline.notices.notice import Kind, Notice

# More changes of a kind within a minute are told as one message.
MOST_SINGLE: Final = 5
MINUTE: Final = timedelta(minutes=1)
# A channel that fails is tried at once by the next call, then after longer and longer times, for about two hours.
MOST_TRIES: Final = 8
LONGEST_PAUSE: Final = timedelta(hours=1)
# Longer than a call takes whose channels all hang.
CLAIM: Final = timedelta(minutes=5)
# Nobody's clock is further ahead: what is claimed until later is nobody's.
LONGEST_CLAIM: Final = 3 * CLAIM
MOST_WAITING: Final = 1_000
# What became of an attempt, by change and channel: it was taken, is to be tried again, or not.
Outcome = Literal["sent", "failed", "given_up"]
Results = Mapping[tuple[str, str], Outcome]


@dataclass(frozen=True)
class Waiting:
    """A notice that ``channels`` (name, attempts so far) are to be told from ``ready_at`` on; ``gathered`` ones are
    told as one message. ``claim`` names the call that tells it, until ``claimed_until``."""

    notice: Notice
    channels: tuple[tuple[str, int], ...]
    ready_at: datetime
    gathered: bool = False
    claim: str = ""
    claimed_until: datetime | None = None

    def free(self, now: datetime) -> bool:
        """Whether nobody tells it now, and it is time."""
        return self.ready_at <= now and not self.held(now)

    def held(self, now: datetime) -> bool:
        """Whether its claim is in force."""
        return self.claimed_until is not None and now < self.claimed_until <= now + LONGEST_CLAIM


@dataclass(frozen=True)
class Window:
    """How many changes of a kind there were since a minute began; ``many``: they are told together."""

    kind: Kind
    began: datetime
    count: int
    many: bool = False


@dataclass(frozen=True)
class Outbox:
    """``turn`` counts the writes: two states that are equal otherwise are not the same."""

    turn: int = 0
    waiting: tuple[Waiting, ...] = ()
    windows: tuple[Window, ...] = ()

    @property
    def changes(self) -> frozenset[str]:
        """The changes that wait."""
        return frozenset(one.notice.change for one in self.waiting)

    def admit(self, wanted: Sequence[tuple[Notice, Collection[str]]], now: datetime) -> Outbox:
        """With these notices, each to its channels; more than five of a kind within a minute wait for one another:
        until the minute is over, or not at all where they came together."""
        known = self.changes
        new = [(one, names) for one, names in wanted if names and one.change not in known]
        if not new:
            return self
        counts = Counter(one.kind for one, _ in new)
        before = {window.kind: window for window in self.windows if now < window.began + MINUTE}
        after = {kind: _counted(before.get(kind), kind, number, now) for kind, number in counts.items()}
        ready = {kind: _ready_at(before.get(kind), after[kind], number, now) for kind, number in counts.items()}
        admitted = (
            Waiting(one, tuple((name, 0) for name in names), ready[one.kind], gathered=after[one.kind].many)
            for one, names in new
        )
        return replace(self, waiting=(*self.waiting, *admitted), windows=tuple((before | after).values()))

    def claim(self, token: str, now: datetime) -> Outbox:
        """With what can be told now claimed."""
        until = now + CLAIM
        claimed = (replace(one, claim=token, claimed_until=until) if one.free(now) else one for one in self.waiting)
        return replace(self, waiting=tuple(claimed))

    def abandoned(self, now: datetime) -> tuple[str, ...]:
        """The changes whose claim has ended: who had claimed them may have told them."""
        ended = (one for one in self.waiting if one.claimed_until is not None and not one.held(now))
        return tuple(one.notice.change for one in ended)

    def without(self, changes: Collection[str]) -> Outbox:
        """Without these, which were told."""
        return replace(self, waiting=tuple(one for one in self.waiting if one.notice.change not in changes))

    def claimed(self, token: str) -> tuple[Waiting, ...]:
        """What a call has claimed."""
        return tuple(one for one in self.waiting if one.claim == token)

    def settle(self, token: str, results: Results, now: datetime) -> Outbox:
        """After these attempts. What nobody is left to be told of goes."""
        return replace(self, waiting=tuple(_settled(self.waiting, token, results, now)))

    def next(self) -> Outbox:
        """As it is to be written. Beyond its bound the oldest go, whom nobody could be told of for long."""
        return replace(self, turn=self.turn + 1, waiting=self.waiting[-MOST_WAITING:])


def _counted(window: Window | None, kind: Kind, number: int, now: datetime) -> Window:
    window = window or Window(kind, now, 0)
    total = window.count + number
    return replace(window, count=total, many=window.many or total > MOST_SINGLE)


def _ready_at(before: Window | None, after: Window, number: int, now: datetime) -> datetime:
    """When what came now is told: many wait for the rest of their minute, but for those that came all at once."""
    whole = number > MOST_SINGLE and not (before and before.many)
    return after.began + MINUTE if after.many and not whole else now


def _settled(waiting: Sequence[Waiting], token: str, results: Results, now: datetime) -> Iterator[Waiting]:
    for one in waiting:
        tried = [name for name, _ in one.channels if (one.notice.change, name) in results]
        left = tuple(_left(one, results))
        if not left:
            continue
        if tried:
            ready_at = max(one.ready_at, now + pause(max(tries for _, tries in left)))
            one = replace(one, channels=left, ready_at=ready_at)
        yield replace(one, claim="", claimed_until=None) if one.claim == token else one


def _left(one: Waiting, results: Results) -> Iterator[tuple[str, int]]:
    for name, tries in one.channels:
        outcome = results.get((one.notice.change, name))
        if outcome is None:
            yield name, tries
        elif outcome == "failed":
            yield name, tries + 1


def pause(tries: int) -> timedelta:
    """How long after so many attempts in vain a channel is left alone: not at all after the first, then a minute, two,
    four… an hour."""
    return min(LONGEST_PAUSE, MINUTE * 2 ** min(tries - 2, MOST_TRIES)) if tries > 1 else timedelta()

"""Tells each change once, whoever finds it out first; what could not be told is tried again; many are told as one.

Who builds a notice leaves out what is muted.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from pipeline.lake.bucket import Lake
from pipeline.notices.channels import Channels
from pipeline.notices.log import NoticeLog, Sent
from pipeline.notices.notice import Notice
from pipeline.notices.preferences import KeptPreferences, Preferences
from pipeline.notices.sending.attempts import Attempt, Post, sent_of
from pipeline.notices.sending.kept_outbox import KeptOutbox
from pipeline.notices.sending.outbox import Outbox, Outcome, Waiting
from pipeline.notices.sending.outbox_json import bounded

# Looked for and told in one go.
MOST_AT_ONCE: Final = 500
MOST_REMEMBERED: Final = 10_000
TEST_PATH: Final = "/debug/reports?tab=notices"


@dataclass(frozen=True)
class Unsettled:
    """What this process has sent and could not write down, as the store was away: it is not sent again from here."""

    _outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)

    def add(self, outcomes: dict[tuple[str, str], Outcome]) -> None:
        """Remember these; beyond a bound the oldest are forgotten."""
        self._outcomes.update(outcomes)
        for pair in list(self._outcomes)[:-MOST_REMEMBERED]:
            del self._outcomes[pair]

    def take(self, waiting: Sequence[Waiting]) -> dict[tuple[str, str], Outcome]:
        """What is remembered of these, and now forgotten."""
        pairs = [(one.notice.change, name) for one in waiting for name, _ in one.channels]
        return {pair: self._outcomes.pop(pair) for pair in pairs if pair in self._outcomes}


@dataclass(frozen=True)
class Notices:
    """Notices of one lake. Without channels nothing is asked, kept or sent. Raises what Lake raises; a channel that
    cannot be told is no error, but a ``Sent`` that says so."""

    lake: Lake
    channels: Channels
    console_url: str
    now: Callable[[], datetime]
    unsettled: Unsettled = field(default_factory=Unsettled, repr=False)

    def tell(self, notices: Sequence[Notice]) -> tuple[Sent, ...]:
        """Tell what is new among these, and what waits to be told; return what was sent or tried now."""
        new = list({one.change: one for one in map(bounded, notices)}.values())
        parts = [new[start : start + MOST_AT_ONCE] for start in range(0, len(new), MOST_AT_ONCE)] or [[]]
        return tuple(sent for part in parts for sent in self._round(part)) if self.channels.listed else ()

    def retry(self) -> tuple[Sent, ...]:
        """Tell what waits: of channels that failed, and the rest of many changes at once. For whoever comes often."""
        return self.tell(())

    def test(self, name: str) -> Sent:
        """Send a channel a test message now; how that ended is in the log, too. Raise NotFound
        (``notices_channel``)."""
        now, mark = self.now(), secrets.token_hex(8)
        about = self.channels.get(name).name
        notice = Notice("test", f"test:{mark}", now, about, TEST_PATH)
        error = self._post(self._preferences.load(), now).one(name, notice)
        sent = sent_of(name, (notice,), now, error, 1)
        self._log.add((sent,), mark)
        return sent

    def sent(self, days: int) -> tuple[Sent, ...]:
        """What was sent in the last ``days``, newest first, bounded."""
        return self._log.read(self.now(), days)

    def _round(self, new: Sequence[Notice]) -> tuple[Sent, ...]:
        token, now = secrets.token_hex(8), self.now()
        preferences = self._preferences.load()
        wanted = [(notice, self._to(notice, preferences)) for notice in new]
        claimed = self._outbox.change(lambda box: self._admitted(box, wanted, now).claim(token, now)).claimed(token)
        known = self.unsettled.take(claimed)
        attempts = self._post(preferences, now).send(_not_in(claimed, known))
        self._settle(token, claimed, known | _outcomes(attempts))
        sent = tuple(attempt.sent for attempt in attempts)
        self._log.add(sent, token)
        return sent

    def _admitted(self, box: Outbox, wanted: Sequence[tuple[Notice, tuple[str, ...]]], now: datetime) -> Outbox:
        asked = [notice.change for notice, names in wanted if names and notice.change not in box.changes]
        told = self._outbox.told([*asked, *box.abandoned(now)])
        return box.without(told).admit([(notice, names) for notice, names in wanted if notice.change not in told], now)

    def _to(self, notice: Notice, preferences: Preferences) -> tuple[str, ...]:
        names = notice.only or tuple(channel.name for channel in self.channels.listed)
        return tuple(name for name in dict.fromkeys(names) if preferences.wants(name, notice.kind))

    def _settle(self, token: str, claimed: Sequence[Waiting], outcomes: dict[tuple[str, str], Outcome]) -> None:
        if not claimed:
            return
        written = False
        try:
            left = Outbox(waiting=tuple(claimed)).settle(token, outcomes, self.now()).changes
            self._outbox.mark(one for one in claimed if one.notice.change not in left)
            self._outbox.change(lambda box: box.settle(token, outcomes, self.now()))
            written = True
        finally:
            if not written:
                self.unsettled.add(outcomes)

    def _post(self, preferences: Preferences, now: datetime) -> Post:
        return Post(self.channels, preferences.language, self.console_url, now)

    @property
    def _outbox(self) -> KeptOutbox:
        return KeptOutbox(self.lake)

    @property
    def _log(self) -> NoticeLog:
        return NoticeLog(self.lake)

    @property
    def _preferences(self) -> KeptPreferences:
        return KeptPreferences(self.lake)


def _outcomes(attempts: Sequence[Attempt]) -> dict[tuple[str, str], Outcome]:
    return {(one.notice.change, made.sent.channel): made.sent.outcome for made in attempts for one in made.of}


def _not_in(claimed: Sequence[Waiting], known: dict[tuple[str, str], Outcome]) -> list[Waiting]:
    """What is left to be sent of what was claimed."""
    left = (
        replace(one, channels=tuple(pair for pair in one.channels if (one.notice.change, pair[0]) not in known))
        for one in claimed
    )
    return [one for one in left if one.channels]

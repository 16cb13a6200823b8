"""One run at a time for a table: a lease in S3 by conditional writes, with a fencing token that only grows.

A lease is never deleted (the exporter has no such right): releasing it writes that it is free. What stands in its
place and is none is replaced, with a token from the time: no counter of takings ever catches up with milliseconds.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.clock import parse_day, parse_utc, utc_text
from pipeline.errors import AlreadyRunning, DataInvalid, SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake, parsed
from pipeline.lake.keys import lease_key, valid_run_id
from pipeline.untrusted import count, quoted

LEASE_SECONDS = 120
# A native export goes on in DynamoDB for hours, while no process of ours holds its table's lease.
PARKED_SECONDS = 26 * 3600
# The longest that a lease of ours can still have, with an hour for clocks that differ: more is not believed.
MOST_SECONDS = PARKED_SECONDS + 3600
ATTEMPTS = 5


@dataclass(frozen=True)
class Lease:
    """Who may publish the table's export until ``expires_at``; ``etag`` is the state that a renewal must find, and
    ``predecessor`` the holder that expired without releasing it. A ``parked`` lease may be taken up again by its own
    run at any time: the work goes on elsewhere. ``damage`` says what stood in its place and was no lease."""

    table: str
    run_id: str
    day: date
    token: int
    expires_at: datetime
    etag: str = ""
    released: bool = False
    parked: bool = False
    # Tells two deliveries of one run apart, whose leases would else be the same bytes at the same millisecond.
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    predecessor: Lease | None = None
    damage: str = ""

    def to_json(self) -> dict[str, Any]:
        raw = asdict(replace(self, predecessor=None))
        del raw["etag"], raw["predecessor"], raw["damage"]
        return {**raw, "day": self.day.isoformat(), "expires_at": utc_text(self.expires_at)}


class Leases:
    """Takes, renews and releases leases. Raises AlreadyRunning when another run holds it or has taken it over."""

    def __init__(self, lake: Lake, now: Callable[[], datetime]) -> None:
        self._lake = lake
        self._now = now

    def current(self, table: str) -> Lease | None:
        """The lease in force, or None when the table is free."""
        lease = self._read(table)
        return lease if lease and self._in_force(lease) else None

    def take(self, table: str, run_id: str, day: date) -> Lease:
        """Take the table for ``run_id``; a lease that has expired is taken over with the next token, and so is what
        is no lease: its ``damage`` is told."""
        for _ in range(ATTEMPTS):
            held = self._read(table)
            if held and self._in_force(held) and not (held.parked and held.run_id == run_id):
                raise _held(held)
            wanted = Lease(table, run_id, day, (held.token if held else 0) + 1, self._expiry())
            try:
                taken = self._write(wanted, seen=held.etag if held else None)
            except Conflict:
                continue
            dead = held if held and not held.released and not self._in_force(held) else None
            return replace(taken, predecessor=dead, damage=held.damage if held else "")
        raise AlreadyRunning(f"the lease of {table} changes hands too fast", run_id="", table=table)

    def renew(self, lease: Lease) -> Lease:
        """Prolong a lease that is still ours."""
        try:
            return self._write(replace(lease, expires_at=self._expiry()), seen=lease.etag)
        except Conflict as error:
            raise self._lost(lease) from error

    def park(self, lease: Lease) -> None:
        """Keep the table for a run that goes on without a process of ours."""
        until = self._now() + timedelta(seconds=PARKED_SECONDS)
        try:
            self._write(replace(lease, parked=True, expires_at=until), seen=lease.etag)
        except Conflict as error:
            raise self._lost(lease) from error

    def rename(self, lease: Lease, run_id: str, day: date) -> Lease:
        """Hold the same lease in another run's name."""
        try:
            return self._write(replace(lease, run_id=run_id, day=day, expires_at=self._expiry()), seen=lease.etag)
        except Conflict as error:
            raise self._lost(lease) from error

    def release(self, lease: Lease) -> None:
        """Free the table; a lease that somebody else took meanwhile is left alone."""
        try:
            self._write(replace(lease, released=True), seen=lease.etag)
        except Conflict:
            return

    def _in_force(self, lease: Lease) -> bool:
        now = self._now()
        return not lease.released and now < lease.expires_at <= now + timedelta(seconds=MOST_SECONDS)

    def _lost(self, lease: Lease) -> AlreadyRunning:
        held = self._read(lease.table)
        return _held(held if held and not held.damage else lease)

    def _expiry(self) -> datetime:
        return self._now() + timedelta(seconds=LEASE_SECONDS)

    def _read(self, table: str) -> Lease | None:
        key = lease_key(table)
        stored = self._lake.read_small(key)
        if stored is None:
            return None
        body, etag = stored
        try:
            return _parse(parsed(body, key), etag, key, self._latest_token())
        except SchemaMismatch as error:
            return self._stand_in(table, etag, error.message)

    def _stand_in(self, table: str, etag: str, damage: str) -> Lease:
        """Nobody's lease in the place of what is none. A writer that held the table before loses: its state of the
        object is gone, and its token is smaller than one from the time."""
        now = self._now()
        token = round(now.timestamp() * 1000)
        return Lease(table, "", now.astimezone(UTC).date(), token, now, etag, released=True, damage=damage)

    def _latest_token(self) -> int:
        return round((self._now().timestamp() + MOST_SECONDS) * 1000)

    def _write(self, lease: Lease, seen: str | None) -> Lease:
        return replace(lease, etag=self._lake.write_json(lease_key(lease.table), lease.to_json(), seen))


def _parse(raw: Any, etag: str, key: str, latest_token: int) -> Lease:
    try:
        if count(raw["token"]) > latest_token:
            raise ValueError(f"token {raw['token']}")
        return Lease(
            table=str(raw["table"]),
            run_id=valid_run_id(raw["run_id"]),
            day=parse_day(raw["day"]),
            token=raw["token"],
            expires_at=parse_utc(raw["expires_at"]),
            etag=etag,
            released=bool(raw["released"]),
            parked=bool(raw.get("parked")),
        )
    except (KeyError, TypeError, ValueError, AttributeError, DataInvalid) as error:
        facts = {"key": key, "expected": "a lease", "found": quoted(raw)}
        raise SchemaMismatch(f"{key}: not a lease: {error}", **facts) from error


def _held(lease: Lease) -> AlreadyRunning:
    return AlreadyRunning(
        f"run {lease.run_id} of {lease.table} holds the lease",
        run_id=lease.run_id,
        table=lease.table,
        **({"parked": "yes"} if lease.parked else {}),
    )

"""One run at a time for a table: a lease in S3 by conditional writes, with a fencing token that only grows.

A lease is never deleted (the exporter has no such right): releasing it writes that it is free.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.errors import AlreadyRunning, SchemaMismatch
from pipeline.foreign import is_count, parse_day, parse_utc, quoted
from pipeline.layout import lease_key
from pipeline.models import utc_text
from pipeline.store import Conflict, Lake

LEASE_SECONDS = 120
# A native export goes on in DynamoDB for hours, while no process of ours holds its table's lease.
PARKED_SECONDS = 26 * 3600
ATTEMPTS = 5


@dataclass(frozen=True)
class Lease:
    """Who may publish the table's export until ``expires_at``; ``etag`` is the state that a renewal must find, and
    ``predecessor`` the holder that expired without releasing it. A ``parked`` lease may be taken up again by its own
    run at any time: the work goes on elsewhere."""

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

    def to_json(self) -> dict[str, Any]:
        raw = asdict(replace(self, predecessor=None))
        del raw["etag"], raw["predecessor"]
        return {**raw, "day": self.day.isoformat(), "expires_at": utc_text(self.expires_at)}


class Leases:
    """Takes, renews and releases leases. Raises AlreadyRunning when another run holds it or has taken it over."""

    def __init__(self, lake: Lake, now: Callable[[], datetime]) -> None:
        self._lake = lake
        self._now = now

    def current(self, table: str) -> Lease | None:
        """The lease in force, or None when the table is free. One that nobody can read keeps nobody: the next run
        replaces it."""
        try:
            lease = self._read(table)
        except SchemaMismatch:
            return None
        return lease if lease and self._in_force(lease) else None

    def take(self, table: str, run_id: str, day: date) -> Lease:
        """Take the table for ``run_id``. A lease that has expired is taken over with the next token; one that nobody
        can read with the time for its token, which is larger than any that was counted up."""
        for _ in range(ATTEMPTS):
            found = self._readable(table)
            if found and self._in_force(found) and not (found.parked and found.run_id == run_id):
                raise _held(found)
            wanted = Lease(table, run_id, day, (found.token if found else 0) + 1, self._expiry())
            try:
                taken = self._write(wanted, seen=found.etag if found else None)
            except Conflict:
                continue
            dead = found if found and not found.released and not self._in_force(found) else None
            return replace(taken, predecessor=dead)
        raise AlreadyRunning(f"the lease of {table} changes hands too fast", run_id="", table=table)

    def renew(self, lease: Lease) -> Lease:
        """Prolong a lease that is still ours."""
        try:
            return self._write(replace(lease, expires_at=self._expiry()), seen=lease.etag)
        except Conflict as error:
            raise _held(self._read(lease.table) or lease) from error

    def park(self, lease: Lease) -> None:
        """Keep the table for a run that goes on without a process of ours."""
        until = self._now() + timedelta(seconds=PARKED_SECONDS)
        try:
            self._write(replace(lease, parked=True, expires_at=until), seen=lease.etag)
        except Conflict as error:
            raise _held(self._read(lease.table) or lease) from error

    def rename(self, lease: Lease, run_id: str, day: date) -> Lease:
        """Hold the same lease in another run's name."""
        try:
            return self._write(replace(lease, run_id=run_id, day=day, expires_at=self._expiry()), seen=lease.etag)
        except Conflict as error:
            raise _held(self._read(lease.table) or lease) from error

    def release(self, lease: Lease) -> None:
        """Free the table; a lease that somebody else took meanwhile is left alone."""
        try:
            self._write(replace(lease, released=True), seen=lease.etag)
        except Conflict:
            return

    def _in_force(self, lease: Lease) -> bool:
        # An end that no lease of ours has is not believed: it would keep everybody away for ever.
        now = self._now()
        return not lease.released and now < lease.expires_at <= now + timedelta(seconds=2 * PARKED_SECONDS)

    def _expiry(self) -> datetime:
        return self._now() + timedelta(seconds=LEASE_SECONDS)

    def _read(self, table: str) -> Lease | None:
        key = lease_key(table)
        found = self._lake.read_json(key)
        return _parse(found[0], found[1], key) if found else None

    def _readable(self, table: str) -> Lease | None:
        try:
            return self._read(table)
        except SchemaMismatch:
            held = self._lake.head(lease_key(table))
            if held is None:
                return None
            now = self._now()
            return Lease(table, "", now.date(), int(now.timestamp()), now, held.etag, released=True)

    def _write(self, lease: Lease, seen: str | None) -> Lease:
        return replace(lease, etag=self._lake.write_json(lease_key(lease.table), lease.to_json(), seen))


def _parse(raw: Any, etag: str, key: str) -> Lease:
    try:
        return Lease(
            table=str(raw["table"]),
            run_id=str(raw["run_id"]),
            day=parse_day(raw["day"]),
            token=_token(raw["token"]),
            expires_at=parse_utc(raw["expires_at"]),
            etag=etag,
            released=bool(raw["released"]),
            parked=bool(raw.get("parked")),
        )
    except (KeyError, TypeError, ValueError) as error:
        text = f"{key}: not a lease: {error}"
        raise SchemaMismatch(text, key=key, expected="a lease", found=quoted(raw)) from error


def _token(raw: Any) -> int:
    if not is_count(raw):
        raise ValueError(f"token {quoted(raw)}")
    return int(raw)


def _held(lease: Lease) -> AlreadyRunning:
    return AlreadyRunning(
        f"run {lease.run_id} of {lease.table} holds the lease",
        run_id=lease.run_id,
        table=lease.table,
        **({"parked": "yes"} if lease.parked else {}),
    )

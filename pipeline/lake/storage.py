"""Where S3 keeps an object and whether it can be read: its class, its archive tier, its Restore header. Pure.

Source: Amazon S3 API Reference, "HeadObject" (x-amz-restore, x-amz-archive-status); User Guide, "Restoring an archived
object".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

State = Literal["online", "archived", "restoring", "restored"]
# GLACIER_IR is not among them: Instant Retrieval is read like any other.
_ARCHIVES = frozenset(("GLACIER", "DEEP_ARCHIVE"))
# Its objects move to archive tiers under the same name; only HEAD says so.
_TIERED = "INTELLIGENT_TIERING"
_ONGOING = re.compile(r'\s*ongoing-request="(?P<ongoing>true|false)"\s*(?:,\s*expiry-date="(?P<until>[^"]*)")?\s*')


@dataclass(frozen=True)
class Storage:
    """``state`` is what a reader meets; ``until``: how long a restored copy can be read, in UTC."""

    storage_class: str = "STANDARD"
    state: State = "online"
    until: datetime | None = None

    @property
    def readable(self) -> bool:
        """Whether it can be read now."""
        return self.state in {"online", "restored"}

    @property
    def tiered(self) -> bool:
        """Whether S3 moves it between tiers by itself; it comes back for good, not for some days."""
        return self.storage_class == _TIERED

    @property
    def may_be_archived(self) -> bool:
        """Of a line of a listing: whether only HEAD says if it can be read, or how far its restore is."""
        return self.tiered or self.storage_class in _ARCHIVES


def listed(storage_class: str | None) -> Storage:
    """What a listing says: a class, and nothing of tiers and restores."""
    name = storage_class or "STANDARD"
    return Storage(name, "archived" if name in _ARCHIVES else "online")


def told(storage_class: str | None, archive_status: str | None, restore: str | None) -> Storage:
    """What HEAD says. A Restore header that is not understood is no promise that the object can be read."""
    name = storage_class or "STANDARD"
    if name not in _ARCHIVES and not archive_status:
        return Storage(name)
    header = _ONGOING.fullmatch(restore or "")
    if header is None:
        return Storage(name, "archived")
    if header["ongoing"] == "true":
        return Storage(name, "restoring")
    return Storage(name, "restored", _moment(header["until"]))


def _moment(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

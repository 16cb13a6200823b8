"""The documents of a source's days, raw and daily: written where what was fetched is not in the lake already.

Last good data stay: a document gives way neither to nothing nor to one that lost values because fields were refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson

from pipeline.clock import utc_text
from pipeline.errors import DataInvalid, NotFound, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, StoredObject
from pipeline.lake.document import EXPORTED_AT, Head, Reader, exact
from pipeline.lake.publish import Published, Target, checksums_agree
from pipeline.lake.upload import Visible, publish_lines
from pipeline.runs.recorder import Record
from pipeline.sources.calendar import DayEntry, DayState, bounded
from pipeline.sources.protocol import Envelope, FetchedDay, Source

# An ordinary day of a place or a person is some kilobytes; an answer's odd neighbour would be kept with every day.
MOST_RAW_BYTES = 512 * 1024


@dataclass(frozen=True)
class DayDocuments:
    """Reads and writes them in the name of one run. ``now`` gives aware UTC times."""

    lake: Lake
    source: Source
    record: Record
    now: Callable[[], datetime]

    def keep(self, fetched: FetchedDay, before: DayEntry | None) -> DayEntry:
        """How a day stands once what was fetched is kept. Raise SchemaMismatch when it cannot be, and what S3 raises.

        Without any record the day keeps what it had. So it does when a value that it had is gone and a refused field
        may be why: such a day is ``partial``, with what was refused. The documents are not merged.
        """
        rejected = bounded((one.field, one.why) for one in fetched.rejected)
        entry = DayEntry("missing", self.record.current().run_id, self.now())
        entry = replace(entry, rejected=rejected, refused=len(fetched.rejected))
        old = before if before and before.has_document else None
        if not fetched.records or (old and self._lost(fetched, old)):
            return self._kept(fetched, old, entry)
        state: DayState = "partial" if fetched.partial else "got"
        entry = replace(entry, state=state, records=len(fetched.records), digest=_digest(fetched))
        if old and old.digest == entry.digest and self._stands(fetched.day, old):
            return entry.on_document_of(old)
        written = self._written(fetched, entry)
        return replace(written, replaced_by=written.run_id) if old and old.digest != entry.digest else written

    def lines(self, day: date, entry: DayEntry) -> list[bytes]:
        """A day's records as its document holds them. Raise NotFound, SchemaMismatch, DataInvalid, what S3 raises."""
        if not entry.has_document:
            return []
        return [line_of(exact(record)) for record in self._reader(day, entry).records()]

    def publish(self, key: str, lines: list[bytes], what: str, visible: Visible | None = None) -> Published:
        """One document of this run; ``visible`` as ``DocumentUpload.publish`` tells it."""
        run = self.record.current()
        extra = (("export_mode", "full"), ("run_id", run.run_id), ("content", what))
        head = Head(self.source.name, utc_text(run.started_at), len(lines), extra)
        target = Target(self.lake.bucket, key, run.run_id, self.record.fencing_token)
        return publish_lines(self.lake, target, head, lines, visible)

    def _kept(self, fetched: FetchedDay, old: DayEntry | None, entry: DayEntry) -> DayEntry:
        if old and _is(self.lake.head(self._daily(fetched.day), old.version_id), old.size, old.checksum):
            entry = replace(entry, state=old.state).on_document_of(old)
            entry = entry if fetched.rejected else replace(entry, rejected=old.rejected, refused=old.refused)
        # Something came, and not all of it could be taken: that is not "nothing was there".
        return replace(entry, state="partial") if fetched.envelopes and _refused_values(fetched) else entry

    def _lost(self, fetched: FetchedDay, old: DayEntry) -> bool:
        if not _refused_values(fetched):
            return False
        try:
            before = list(self._reader(fetched.day, old).records())
        except (NotFound, SchemaMismatch, DataInvalid):
            # What cannot be read is not worth keeping: its place is taken by what is here.
            return False
        names = self.source.key_names
        now = {tuple(record.get(name) for name in names): record for record in fetched.records}
        return any(_has_less(now.get(tuple(record.get(name) for name in names), {}), record) for record in before)

    def _stands(self, day: date, entry: DayEntry) -> bool:
        """Whether readers of the lake find this very day: the newest version of both of its documents."""
        daily, raw = self.lake.head(self._daily(day)), self.lake.head(keys.raw_key(self.source.name, day))
        same_version = daily is not None and (daily.version_id or None) == entry.version_id
        return same_version and _is(daily, entry.size, entry.checksum) and _is(raw, entry.raw_size, entry.raw_checksum)

    def _written(self, fetched: FetchedDay, entry: DayEntry) -> DayEntry:
        # Both are put into lines before one of them is written: a day is kept whole or not at all.
        envelopes = [line_of(_raw(envelope)) for envelope in fetched.envelopes]
        started_at = utc_text(self.record.current().started_at)
        lines = [line_of({**record, EXPORTED_AT: started_at}) for record in fetched.records]
        if any(len(line) > MOST_RAW_BYTES for line in envelopes):
            most = max(map(len, envelopes))
            expected = f"at most {MOST_RAW_BYTES} bytes a day"
            text = f"{self.source.name} {fetched.day}: expected {expected}, found {most}"
            raise SchemaMismatch(text, key=self.source.name, expected=expected, found=str(most))
        raw = self.publish(keys.raw_key(self.source.name, fetched.day), envelopes, "raw")
        daily = self.publish(self._daily(fetched.day), lines, "daily")
        entry = replace(entry, raw_size=raw.size, raw_checksum=raw.checksum)
        return replace(entry, size=daily.size, checksum=daily.checksum, version_id=daily.version_id)

    def _reader(self, day: date, entry: DayEntry) -> Reader:
        key = self._daily(day)
        return Reader(self.lake.stream(key, entry.version_id), key)

    def _daily(self, day: date) -> str:
        return keys.daily_key(self.source.name, day)


def line_of(value: Any) -> bytes:
    """One line of a document. Raise SchemaMismatch for what cannot be written, such as something nested too deeply."""
    return _dumped(value, 0)


def _dumped(value: Any, option: int = orjson.OPT_SORT_KEYS) -> bytes:
    try:
        return orjson.dumps(value, option=option)
    except (TypeError, ValueError) as error:
        text = f"cannot be written as JSON: {error}"
        raise SchemaMismatch(text, key="day", expected="JSON that can be kept", found=str(error)) from error


def _raw(envelope: Envelope) -> dict[str, Any]:
    return {
        "source": envelope.source,
        "user": envelope.user,
        "date": envelope.day.isoformat(),
        "fetched_at": utc_text(envelope.fetched_at),
        "api_version": envelope.api_version,
        "data": envelope.data,
        EXPORTED_AT: utc_text(envelope.fetched_at),
    }


def _digest(fetched: FetchedDay) -> str:
    """What a day says: the same again means that nothing has to be written. Answers hold how long they took and the
    like, so the records are compared, and what was refused."""
    refused = [[one.field, one.found, one.why] for one in fetched.rejected]
    return hashlib.sha256(_dumped([fetched.records, refused])).hexdigest()


def _is(held: StoredObject | None, size: int, checksum: str) -> bool:
    """Whether an object is there, and the one that is meant (as far as its calendar knew it: size 0 is unknown)."""
    return held is not None and (not size or (held.size == size and checksums_agree(held.checksum, checksum)))


def _refused_values(fetched: FetchedDay) -> bool:
    return any(one.takes_value for one in fetched.rejected)


def _has_less(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return any(value is not None and name != EXPORTED_AT and now.get(name) is None for name, value in before.items())

"""The indexes of one lake: which of them hold some entries, and new ones folded into them by compare-and-set.

Who may not read or write them reads the ledger alone: nothing that goes wrong here is an error of the history.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from botocore.exceptions import ClientError

from pipeline.aws import translated
from pipeline.errors import NotFound, PipelineError
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, condition, is_conflict
from pipeline.lake.history_keys import day_index_key, month_index_key
from pipeline.runs.folded.index import Folded, Mark, packed, unpacked

READERS: Final = 16
# Fewer are read one by one as quickly, and nothing is written for them.
FEW: Final = 48


@dataclass
class Found:
    """Bytes of entries by their mark, and the marks that do not stand yet in the index that they belong to."""

    bodies: dict[Mark, str] = field(default_factory=dict)
    misplaced: set[Mark] = field(default_factory=set)


@dataclass
class KeptIndex:
    """``now`` says which month goes on: its days have an index each, a month that is over has one. ``trusts``: where
    ETags are no checksums (SSE-KMS), entries are believed as they are; ``check`` compares."""

    lake: Lake
    now: Callable[[], datetime]
    refused: bool = False

    def find(self, marks: Collection[Mark]) -> Found:
        """What indexes hold of these entries."""
        found = Found()
        if len(marks) < FEW:
            return found
        self._take(found, marks, {self._place(key) for key, _ in marks})
        left = [mark for mark in marks if mark not in found.bodies and not self._goes_on(_day(mark[0]))]
        if len(left) >= FEW:
            # The month has ended since its days were folded.
            before = set(found.bodies)
            self._take(found, left, {day_index_key(_day(key)) for key, _ in left})
            found.misplaced = found.bodies.keys() - before
        return found

    def add(self, entries: Collection[Folded]) -> None:
        """Fold these in. What others do at the same moment stands, and is added to by whoever comes next."""
        if self.refused or len(entries) < FEW:
            return
        places: dict[str, list[Folded]] = {}
        for one in entries:
            places.setdefault(self._place(one.key), []).append(one)
        for place, those in places.items():
            try:
                self._fold(place, those)
            except PipelineError:
                self.refused = True
                return

    def _take(self, found: Found, marks: Iterable[Mark], places: Collection[str]) -> None:
        wanted = set(marks)
        with ThreadPoolExecutor(READERS) as pool:
            for entries, _ in pool.map(self._read, sorted(places)):
                taken = (one for one in entries if one.mark in wanted)
                found.bodies |= {one.mark: one.body for one in taken if self.lake.kms_key or one.is_whole}

    def _read(self, place: str) -> tuple[list[Folded], str | None]:
        with suppress(PipelineError), translated("s3:GetObject", f"{self.lake.bucket}/{place}"):
            try:
                answer = self.lake.s3.get_object(Bucket=self.lake.bucket, Key=place)
                return unpacked(answer["Body"].read()), answer["ETag"]
            except self.lake.s3.exceptions.NoSuchKey:
                return [], None
        return [], None

    def _fold(self, place: str, new: Iterable[Folded]) -> None:
        held, etag = self._read(place)
        body = packed({one.key: one for one in (*held, *new)}.values())
        with translated("s3:PutObject", f"{self.lake.bucket}/{place}"):
            try:
                self.lake.s3.put_object(
                    Bucket=self.lake.bucket,
                    Key=place,
                    Body=body,
                    ContentType="application/gzip",
                    **self.lake.put_options(body),
                    **condition(etag),
                )
            except ClientError as error:
                if not is_conflict(error):
                    raise

    def _place(self, key: str) -> str:
        day = _day(key)
        return day_index_key(day) if self._goes_on(day) else month_index_key(day)

    def _goes_on(self, day: date) -> bool:
        today = self.now().date()
        return (day.year, day.month) >= (today.year, today.month)


def _day(key: str) -> date:
    parsed = keys.parse_run_key(key)
    if parsed is None:
        raise NotFound(f"{key} is no ledger entry's key", resource=key, action="s3:GetObject")
    return parsed[0]

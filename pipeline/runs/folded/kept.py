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
from pipeline.errors import Forbidden, NotFound, PipelineError, S3AccessDenied
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, condition, is_conflict
from pipeline.lake.history_keys import day_index_key, month_index_key
from pipeline.runs.folded.index import MOST_BYTES, Folded, Mark, packed, unpacked

# Each holds one index unpacked, in the memory of an export, too.
READERS: Final = 4
# Fewer are read one by one as quickly, and nothing is written for them.
FEW: Final = 48
# So many new ones are worth a write: left alone they cost each cold look a request each.
WORTH_FOLDING: Final = 8


@dataclass
class Found:
    """Bytes of entries by their mark, and the marks that do not stand yet in the index that they belong to."""

    bodies: dict[Mark, str] = field(default_factory=dict)
    misplaced: set[Mark] = field(default_factory=set)


@dataclass
class KeptIndex:
    """``now`` says which month goes on: its days have an index each, a month that is over has one. Where ETags are no
    checksums (SSE-KMS), entries are believed as they are; ``check`` compares. ``refused``: who may not write."""

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

    def add(self, entries: Iterable[Folded], among: int) -> None:
        """Fold these of ``among`` entries in. What others do at the same moment stands, and is added to by whoever
        comes next."""
        places: dict[str, list[Folded]] = {}
        for one in filter(self._is_taken, entries):
            places.setdefault(self._place(one.key), []).append(one)
        if self.refused or among < FEW or sum(map(len, places.values())) < WORTH_FOLDING:
            return
        for place, those in places.items():
            try:
                self._fold(place, those)
            except PipelineError as error:
                # Who may not write never may; a store that is busy is asked again at the next look.
                self.refused = isinstance(error, S3AccessDenied | Forbidden)
                return

    def _take(self, found: Found, marks: Iterable[Mark], places: Collection[str]) -> None:
        wanted = set(marks)

        def taken(place: str) -> dict[Mark, str]:
            entries, _ = self._read(place)
            return {one.mark: one.body for one in entries if one.mark in wanted and self._is_taken(one)}

        with ThreadPoolExecutor(READERS) as pool:
            for bodies in pool.map(taken, sorted(places)):
                found.bodies |= bodies

    def _is_taken(self, one: Folded) -> bool:
        """Others are read from the ledger each time, so that they are not folded, either."""
        return bool(self.lake.kms_key) or one.is_whole

    def _read(self, place: str) -> tuple[list[Folded], str | None]:
        with suppress(PipelineError), translated("s3:GetObject", f"{self.lake.bucket}/{place}"):
            try:
                answer = self.lake.s3.get_object(Bucket=self.lake.bucket, Key=place)
                return unpacked(answer["Body"].read(MOST_BYTES)), answer["ETag"]
            except self.lake.s3.exceptions.NoSuchKey:
                return [], None
        return [], None

    def _fold(self, place: str, new: Iterable[Folded]) -> None:
        held, etag = self._read(place)
        # What somebody else put there would be carried along for ever, and at last leave no room.
        own = (one for one in held if self._is_taken(one) and self._belongs(one.key, place))
        body = packed({one.key: one for one in (*own, *new)}.values())
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

    def _belongs(self, key: str, place: str) -> bool:
        return keys.parse_run_key(key) is not None and self._place(key) == place

    def _goes_on(self, day: date) -> bool:
        today = self.now().date()
        return (day.year, day.month) >= (today.year, today.month)


def _day(key: str) -> date:
    parsed = keys.parse_run_key(key)
    if parsed is None:
        raise NotFound(f"{key} is no ledger entry's key", resource=key, action="s3:GetObject")
    return parsed[0]

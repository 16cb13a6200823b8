"""A table read by parallel Scan segments: each in a thread of its own, pages converted there and handed over in turn.

Throttling and outages are answered here, with full-jitter backoff and fewer segments; what stays is raised.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pipeline.backoff import backoff_seconds
from pipeline.errors import DynamoThrottled, PipelineError
from pipeline.export import scan
from pipeline.export.changes import Changes
from pipeline.export.dynamodb_json import Item, clashing
from pipeline.export.read_rate import Gate, ReadBudget

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAGE_ATTEMPTS = 8
IDLE_SECONDS = 1.0
MEBIBYTE = 1024 * 1024
SEGMENT_BYTES = 64 * MEBIBYTE
MOST_SEGMENTS = 16

# Where a segment stands: not begun, ended, or the cursor to go on from.
Position = Literal["start", "done"] | dict[str, Any]
Convert = Callable[[list[Item]], bytes]


@dataclass(frozen=True)
class Plan:
    """What to read: the table, its segments' positions, which of its items (None: all); ``key_names`` name an item
    that cannot be read."""

    client: DynamoDBClient
    table: str
    positions: tuple[Position, ...]
    changes: Changes | None = None
    key_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chunk:
    """One converted page of ``records``, of which ``unjudged`` could not be judged and ``clashing`` had an
    ``_exported_at`` of their own; ``position`` is where its segment stands once the chunk has been taken."""

    segment: int
    records: int
    body: bytes
    position: Position
    unjudged: int = 0
    clashing: int = 0


@dataclass
class Pace:
    """What the segments share: the budget, the gate, and the rng of their backoff."""

    budget: ReadBudget
    gate: Gate
    rng: random.Random = field(default_factory=random.Random)


def segment_count(size_bytes: int, cores: int, wanted: int | None = None) -> int:
    """How many segments suit a table: one for each 64 MiB, at most one a core, but two where there is one.

    Conversion takes turns, so more only hold more pages in memory (measured: 4 MB each, and no time gained).
    """
    if wanted:
        return wanted
    return max(1, min(-(-size_bytes // SEGMENT_BYTES), max(2, cores), MOST_SEGMENTS))


def new_pace(segments: int, units_per_second: float | None, rng: random.Random) -> Pace:
    """A pace on the real clock; ``rng`` says how long a throttled page waits."""
    return Pace(ReadBudget(units_per_second, time.monotonic), Gate(segments, time.monotonic), rng)


class ParallelScan:
    """Iterate over the chunks of all segments; None comes when nothing has arrived for a second.

    Use as a context manager: leaving it stops the threads.
    """

    def __init__(self, plan: Plan, convert: Convert, pace: Pace) -> None:
        self._plan, self._convert, self._pace = plan, convert, pace
        self._open = [number for number, position in enumerate(plan.positions) if position != "done"]
        self._ready: queue.Queue[Chunk | PipelineError | BaseException] = queue.Queue(max(1, len(self._open)))
        self._stop = threading.Event()
        # One page at a time is a tree of objects (ten times its bytes): memory stays flat, and threads share one core.
        self._turn = threading.Lock()
        self._threads = [
            threading.Thread(target=self._read, args=(number,), name=f"segment-{number}", daemon=True)
            for number in self._open
        ]

    def __enter__(self) -> ParallelScan:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=IDLE_SECONDS)

    def __iter__(self) -> Iterator[Chunk | None]:
        unfinished = len(self._open)
        while unfinished:
            try:
                chunk = self._ready.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                yield None
                continue
            if isinstance(chunk, BaseException):
                raise chunk
            unfinished -= chunk.position == "done"
            yield chunk

    def _read(self, segment: int) -> None:
        try:
            for chunk in self._chunks(segment):
                self._hand_over(chunk)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that iterates
            self._hand_over(error)

    def _chunks(self, segment: int) -> Iterator[Chunk]:
        position = self._plan.positions[segment]
        cursor = position if isinstance(position, dict) else None
        while not self._stop.is_set():
            chunk = self._chunk(segment, cursor)
            if chunk is None:
                return
            yield chunk
            if not isinstance(chunk.position, dict):
                return
            cursor = chunk.position

    def _chunk(self, segment: int, cursor: dict[str, Any] | None) -> Chunk | None:
        for attempt in range(PAGE_ATTEMPTS):
            try:
                return self._read_in_turn(segment, cursor)
            except PipelineError as error:
                if isinstance(error, DynamoThrottled):
                    self._pace.gate.throttled()
                if not error.retryable or attempt == PAGE_ATTEMPTS - 1:
                    raise
                self._stop.wait(backoff_seconds(attempt, self._pace.rng))
            if self._stop.is_set():
                return None
        return None

    def _read_in_turn(self, segment: int, cursor: dict[str, Any] | None) -> Chunk | None:
        while not self._pace.gate.enter(IDLE_SECONDS):
            if self._stop.is_set():
                return None
        try:
            if self._stop.wait(self._pace.budget.wait_seconds()):
                return None
            answer = scan.fetch(self._plan.client, self._request(segment, cursor))
        finally:
            self._pace.gate.leave()
        with self._turn:
            page = scan.parse(answer, self._plan.table, self._plan.key_names)
            position: Position = page.cursor if page.cursor is not None else "done"
            changes, items = self._plan.changes, page.items
            taken, unjudged = changes.among(items) if changes else (items, 0)
            clashes = clashing(taken)
            chunk = Chunk(segment, len(taken), self._convert(taken), position, unjudged, clashes)
        self._pace.budget.spend(page.units)
        if page.retries:
            # botocore answered it by waiting; that it had to is a reason to go slower.
            self._pace.gate.throttled(page.retries)
        return chunk

    def _request(self, segment: int, cursor: dict[str, Any] | None) -> scan.PageRequest:
        return scan.PageRequest(self._plan.table, segment, len(self._plan.positions), cursor)

    def _hand_over(self, chunk: Chunk | BaseException) -> None:
        while not self._stop.is_set():
            try:
                self._ready.put(chunk, timeout=IDLE_SECONDS)
                return
            except queue.Full:
                continue

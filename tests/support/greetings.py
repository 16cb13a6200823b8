"""A third job, as somebody would add one: all that it needs is its engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import orjson

from pipeline.clock import utc_text
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.document import EXPORTED_AT, Head
from pipeline.lake.publish import Target
from pipeline.lake.upload import publish_lines
from pipeline.runs.lifecycle import Engine, Finished, HandsOver, Outcome, Turn
from pipeline.runs.recorder import Record
from pipeline.runs.request import ExportRequest
from pipeline.runs.run import Run


@dataclass(frozen=True)
class Greetings(Engine):
    """Greets everybody once, however often it is cut off, and publishes whom it has greeted."""

    lake: Lake
    people: tuple[str, ...]
    greet: Callable[[str], None]
    job: ClassVar[str] = "greeting"
    engines: ClassVar[tuple[str, ...]] = ("greeting",)

    def resumes(self, dead: Run, request: ExportRequest) -> bool:
        return True

    def work(self, request: ExportRequest, record: Record, turn: Turn) -> Outcome:
        run = record.current()
        for number in range(run.records or 0, len(self.people)):
            if turn.is_over():
                turn.require_successor(f"{number} people were greeted")
                return HandsOver({"greet": run.table})
            self.greet(self.people[number])
            record.progress(number + 1, 0, 0.0, 0)
        at = utc_text(run.started_at)
        lines = [orjson.dumps({"name": name, EXPORTED_AT: at}) for name in self.people]
        key = keys.fetched_key(run.table, run.day, run.run_id)
        target = Target(self.lake.bucket, key, run.run_id, record.fencing_token)
        head = Head(run.table, at, len(lines), (("run_id", run.run_id),))
        return Finished(record.succeed(publish_lines(self.lake, target, head, lines, record.left), len(lines)))

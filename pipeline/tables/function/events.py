"""What the tables' function is asked for and what it answers. Pure.

``{"tables": "missing"}`` makes what every table, source and the ledger lack; ``{"tables": NAME, "from", "to",
"rebuild"}`` the days of one. ``"trigger"``, "schedule" or "export", says that nobody waits for an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from pipeline.clock import parse_day
from pipeline.errors import DataInvalid, PipelineError
from pipeline.lake import keys
from pipeline.runs.request import Occasion, is_scheduled, scheduled
from pipeline.runs.run import Run
from pipeline.untrusted import quoted

MISSING = "missing"
MOST_HOPS = 96
# What the export function says when it starts this one.
AFTER_EXPORT = "export"


@dataclass(frozen=True)
class Wanted:
    """Whose tables (None: everybody's), of which UTC days (None: the kept ones), under which run; ``hop`` counts the
    invocations before this one."""

    of: str | None
    first: date | None = None
    last: date | None = None
    rebuild: bool = False
    run_id: str | None = None
    hop: int = 0
    occasion: Occasion = Occasion("schedule")

    def run_of(self, name: str, now: datetime) -> str:
        """The id of the run about ``name``: the one that was given, else the same at each delivery of a schedule."""
        return self.run_id or self.occasion.run_id(name, now)


@dataclass(frozen=True)
class Made:
    """What came of one name: its run, or why there is none."""

    of: str
    run: Run | None = None
    error: PipelineError | None = None


def parse(event: Any) -> Wanted:
    """Read an event. Raise DataInvalid naming its field."""
    if not isinstance(event, Mapping):
        raise _wrong("event", event, "a JSON object")
    of, run_id = event.get("tables", MISSING), event.get("runId")
    rebuild, hop = event.get("rebuild", False), event.get("hop", 0)
    if not isinstance(rebuild, bool):
        raise _wrong("rebuild", rebuild, "true or false")
    if isinstance(hop, bool) or not isinstance(hop, int) or not 0 <= hop <= MOST_HOPS:
        raise _wrong("hop", hop, f"a whole number from 0 to {MOST_HOPS}")
    return Wanted(
        of=None if of == MISSING else keys.valid_table(of),
        first=_day(event, "from"),
        last=_day(event, "to"),
        rebuild=rebuild,
        run_id=None if run_id is None else keys.valid_run_id(run_id),
        hop=hop,
        occasion=scheduled(event) if is_scheduled(event) else Occasion("schedule"),
    )


def is_unattended(event: Any) -> bool:
    """Whether nobody waits for the answer: then a failure must be raised, so that alarms and retries see it."""
    return is_scheduled(event) or (isinstance(event, Mapping) and event.get("trigger") == AFTER_EXPORT)


def failure(made: Sequence[Made]) -> PipelineError | None:
    """What names failed of, as one error: the first one's, with its name and how many others there are."""
    failed = [(each.of, each.error) for each in made if each.error]
    if not failed:
        return None
    name, first = failed[0]
    return type(first)(f"{len(failed)} of {len(made)} failed, first {name}: {first.message}", **first.facts)


def answer(made: Sequence[Made]) -> dict[str, Any]:
    """The response: 200 when all went well, else 500; each name with its run or its error."""
    good = not any(each.error for each in made)
    told = "tables made" if good else "not all tables could be made"
    return _response(200 if good else 500, {"message": told, "tables": [_told(each) for each in made]})


def refusal(error: PipelineError) -> dict[str, Any]:
    """The response to an event that cannot be understood."""
    return _response(500, {"error": error.slug, "code": error.code, "message": error.message})


def _told(made: Made) -> dict[str, Any]:
    if made.error:
        return {"tableName": made.of, "code": made.error.code, "error": made.error.slug, "message": made.error.message}
    run = made.run
    days = dict(run.day_states) if run else {}
    return {"tableName": made.of, "runId": run.run_id if run else None, "days": days}


def _response(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "body": orjson.dumps(body).decode()}


def _day(event: Mapping[Any, Any], field: str) -> date | None:
    value = event.get(field)
    try:
        return None if value is None else parse_day(value)
    except (TypeError, ValueError) as error:
        raise _wrong(field, value, "a day (YYYY-MM-DD)") from error


def _wrong(field: str, value: Any, expected: str) -> DataInvalid:
    return DataInvalid(f"{field} {quoted(value)!r} is not {expected}", record="event", field=field)

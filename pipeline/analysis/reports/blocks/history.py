"""A period's runs as parts of a document: how many went how, what an export held each day, and a row a run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from pipeline.analysis.reports.blocks.columns import columns
from pipeline.analysis.reports.blocks.status import status_of, unread, work_of
from pipeline.analysis.reports.document import Chart, Facts, Paragraph, Part, Series, Table, Value
from pipeline.analysis.reports.shown import Shown
from pipeline.runs.history import counted, shown_status
from pipeline.runs.run import Run

_NAMES: Final = ("started", "what", "name", "trigger", "state", "records", "bytes", "seconds", "error")
_GROUPS: Final = {"succeeded": "good", "failed": "failed", "lost": "failed", "running": "going"}
# A chart of fewer days shows nothing that the table does not.
_LEAST_POINTS: Final = 3


@dataclass(frozen=True)
class Past:
    """The runs of the days ``first`` to ``last``, newest first; ``table`` is the one whose exports are drawn; ``at``
    the moment that the report stands for. ``unread`` entries nobody can read; ``read_from`` is the first day that was
    looked at, where that is later; ``left_out`` runs were too many."""

    table: str
    runs: tuple[Run, ...]
    first: date
    last: date
    at: datetime
    unread: int = 0
    read_from: date | None = None
    left_out: int = 0


def history(past: Past, shown: Shown) -> tuple[Part, ...]:
    """The parts of a block."""
    notes = (*_limits(past, shown), *unread(past.unread, shown))
    if not past.runs:
        return Paragraph(shown.words("report_blocks.no_runs")), *notes
    rows = tuple(_row(run, past.at, shown) for run in past.runs)
    table = Table(shown.words("report_blocks.runs"), columns(_NAMES, shown), rows)
    return Facts(tuple(_facts(past, shown))), *_chart(past, shown), table, *notes


def _facts(past: Past, shown: Shown) -> Iterator[tuple[str, Value]]:
    groups = Counter(_GROUPS.get(shown_status(run, past.at), "odd") for run in past.runs)
    yield shown.words("report_blocks.all_runs"), len(past.runs)
    for name in ("good", "failed"):
        yield shown.words(f"report_blocks.runs_{name}"), groups[name]
    for name in ("going", "odd"):
        if groups[name]:
            yield shown.words(f"report_blocks.runs_{name}"), groups[name]


def _row(run: Run, at: datetime, shown: Shown) -> tuple[Value, ...]:
    begun: Value = run.day if run.legacy else run.started_at
    trigger = shown.words("trigger.legacy" if run.legacy else f"trigger.{run.trigger}")
    named = (begun, work_of(run, shown), run.table, trigger, status_of(run, at, shown))
    # What is counted while it goes on is no result.
    figures = (run.records, run.bytes) if run.status == "succeeded" else (None, None)
    return *named, *figures, run.duration_seconds, _error(run, shown)


def _error(run: Run, shown: Shown) -> str | None:
    if run.error is None:
        return None
    title, _, _ = shown.words.error_of_code(run.error.code, run.error.state)
    return f"{run.error.code} {title}"


def _chart(past: Past, shown: Shown) -> tuple[Part, ...]:
    """The records of the table's export, the newest of each day."""
    days = tuple(past.first + timedelta(days=more) for more in range((past.last - past.first).days + 1))
    held: dict[date, int] = {}
    for run in counted([run for run in past.runs if run.table == past.table]):
        if run.is_good and run.records is not None:
            held.setdefault(shown.local(run.started_at).date(), run.records)
    if sum(day in held for day in days) < _LEAST_POINTS:
        return ()
    values = tuple(float(held[day]) if day in held else None for day in days)
    title = shown.words("report_blocks.records_by_day", table=past.table)
    return (_drawn(title, days, values, shown),)


def _drawn(title: str, days: Sequence[date], values: Sequence[float | None], shown: Shown) -> Chart:
    held = [value for value in values if value is not None]
    low, high = shown.number(min(held), 0), shown.number(max(held), 0)
    name = shown.words("report_blocks.records")
    seen = shown.words("report.seen", name=name, count=shown.number(len(held)), low=low, high=high)
    series = (Series(name, tuple(values)),)
    return Chart(title, f"{title} / {seen}", shown.words("report_blocks.column.day"), tuple(days), series)


def _limits(past: Past, shown: Shown) -> Iterator[Part]:
    if past.read_from and past.read_from > past.first:
        yield Paragraph(shown.words("report_blocks.read_from", day=past.read_from.isoformat()), "note")
    if past.left_out:
        number = shown.number(past.left_out)
        yield Paragraph(shown.words.count("report_blocks.left_out", past.left_out, number), "warning")

"""How the exports stand, as parts of a document: one sentence, its facts, and the last run of all else. Pure.

What is late is told by the moment that the report stands for, never by the clock of whoever makes it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.analysis.reports.blocks.columns import columns
from pipeline.analysis.reports.document import Facts, Paragraph, Part, Table, Tone, Value
from pipeline.analysis.reports.shown import NOTHING, Shown
from pipeline.runs.history import shown_status, summarise
from pipeline.runs.run import Run
from pipeline.runs.standing import Level, Standing

SUMMED_DAYS: Final = 7
_TONES: Final[dict[Level, Tone]] = {"warn": "warning", "bad": "warning"}
_UNITS: Final = ("B", "KB", "MB", "GB", "TB")
_STEP: Final = 1024
_WORKS: Final = {"scan": "export", "native": "export", "fetch": "fetch", "tables": "tables", "dbt": "build"}


@dataclass(frozen=True)
class Exports:
    """What is known of the exports: runs of everything, newest first, and how those of ``table`` stand; ``unread``
    entries that nobody can read."""

    table: str
    runs: tuple[Run, ...]
    standing: Standing
    unread: int = 0


def status(told: Exports, shown: Shown) -> tuple[Part, ...]:
    """The parts of a block."""
    words, standing = shown.words, told.standing
    own = [run for run in told.runs if run.table == told.table]
    sentence = words(f"report_blocks.standing.{standing.state}", time=_time(standing, shown))
    tone = _TONES.get(standing.level, "plain")
    return (
        Paragraph(sentence, tone),
        Facts(tuple(_facts(told, own, shown))),
        *_others([run for run in told.runs if run.table != told.table], standing.at, shown),
        *unread(told.unread, shown),
    )


def unread(number: int, shown: Shown) -> tuple[Part, ...]:
    """That some entries could not be read; nothing where all were."""
    if not number:
        return ()
    return (Paragraph(shown.words.count("report_blocks.unread", number, shown.number(number)), "warning"),)


def size(value: int | None, shown: Shown) -> str:
    """Bytes in the unit that keeps the figure below 1,024."""
    if value is None:
        return NOTHING
    figure, unit = float(value), 0
    while figure >= _STEP and unit < len(_UNITS) - 1:
        figure, unit = figure / _STEP, unit + 1
    return f"{shown.number(figure, 1 if unit else 0)} {_UNITS[unit]}"


def work_of(run: Run, shown: Shown) -> str:
    """What kind of run it is."""
    return shown.words(f"report_blocks.work.{_WORKS.get(run.engine, 'other')}")


def status_of(run: Run, at: datetime, shown: Shown) -> str:
    """How a run stands at a moment."""
    return shown.words(f"status.{shown_status(run, at)}")


def _time(standing: Standing, shown: Shown) -> str:
    if standing.state == "late":
        return shown.moment(standing.due)
    if standing.run is None:
        return NOTHING
    # Of a document that no run tells of only the day is known.
    return standing.run.day.isoformat() if standing.run.legacy else shown.moment(standing.run.started_at)


def _facts(told: Exports, own: Sequence[Run], shown: Shown) -> Iterator[tuple[str, Value]]:
    words, standing = shown.words, told.standing
    summary = summarise(own, standing.at, SUMMED_DAYS)
    yield words("report_blocks.table"), told.table
    yield words("report_blocks.last_good"), standing.good.started_at if standing.good else words("report_blocks.none")
    yield words("report_blocks.next"), standing.next_at or words("report_blocks.no_next")
    if summary.sized:
        yield words("report_blocks.records"), summary.sized.records
        yield words("report_blocks.size"), size(summary.sized.bytes, shown)
    if summary.sized and summary.previous:
        change = _change(summary.sized.records, summary.previous.records, shown)
        yield words("report_blocks.change"), change
    totals = {"total": shown.number(summary.total), "failed": shown.number(len(summary.failed))}
    yield words("report_blocks.recent", days=SUMMED_DAYS), words("report_blocks.totals", **totals)


def _change(now: int | None, before: int | None, shown: Shown) -> str:
    if now is None or before is None:
        return NOTHING
    sign = "+" if now > before else "±" if now == before else ""
    return f"{sign}{shown.number(now - before)}"


def _others(runs: Sequence[Run], at: datetime, shown: Shown) -> tuple[Part, ...]:
    """The newest run of each source, and of each work that follows an export."""
    newest: dict[tuple[str, str], Run] = {}
    for run in runs:
        newest.setdefault((work_of(run, shown), run.table), run)
    if not newest:
        return ()
    named = columns(("what", "name", "state", "started", "last_good"), shown)
    rows = tuple((*which, *_row(run, runs, at, shown)) for which, run in sorted(newest.items()))
    return (Table(shown.words("report_blocks.others"), named, rows),)


def _row(run: Run, runs: Iterable[Run], at: datetime, shown: Shown) -> tuple[Value, ...]:
    good = next((one for one in runs if one.table == run.table and one.is_good), None)
    return status_of(run, at, shown), run.started_at, good.started_at if good else None

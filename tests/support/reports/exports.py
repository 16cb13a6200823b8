"""Runs, looks and builds made by hand, so that what blocks tell of them is the same on every machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.analysis.models.builds import OUR_PROJECT, Brief, BuildIndex, NodeRun
from pipeline.analysis.models.standing import Standing as Stands
from pipeline.analysis.models.standing import Tally
from pipeline.analysis.quality.builds import MODELS
from pipeline.analysis.quality.findings import Finding
from pipeline.analysis.quality.marks import Mark
from pipeline.analysis.quality.profile import Profile
from pipeline.analysis.quality.result import Open, Result
from pipeline.analysis.quality.standing import standing as quality_of
from pipeline.analysis.reports.blocks.history import Past
from pipeline.analysis.reports.blocks.models import Models, Other
from pipeline.analysis.reports.blocks.quality import Looked
from pipeline.analysis.reports.blocks.status import Exports
from pipeline.errors import SchemaMismatch
from pipeline.runs.freshness import NextRuns, Schedule
from pipeline.runs.run import Run, RunError
from pipeline.runs.standing import standing

TABLE = "moderation-craft-data"
AT = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 23), date(2026, 11, 29)
PLAN = NextRuns(Schedule())


def run(day: int, **others: Any) -> Run:
    """A good export of a day of November 2026, at 14:00 in Japan."""
    begun = datetime(2026, 11, day, 5, 0, tzinfo=UTC)
    done = begun + timedelta(seconds=3.5)
    key = f"raw/internal/dynamodb-exports/dt={begun.date()}/{TABLE}.json"
    usual = Run(
        f"r{day}", TABLE, begun.date(), begun, done, trigger="schedule", status="succeeded", finished_at=done,
        records=1_200 + day, bytes=400_000 + 1_000 * day, key=key,
    )  # fmt: skip
    return replace(usual, **others)


def week() -> tuple[Run, ...]:
    """Seven days, one of which failed; a source, and tables that are being made."""
    error = RunError("E005", "dynamodb:Scan: ProvisionedThroughputExceededException: secret words of AWS")
    failed = {"status": "failed", "error": error, "records": 12, "key": None}
    days = [run(day, **(failed if day == 26 else {})) for day in range(29, 22, -1)]
    begun = datetime(2026, 11, 29, 23, 55, tzinfo=UTC)
    going = run(29, run_id="t29", table=f"{TABLE}.tables", engine="tables", status="running", finished_at=None)
    weather = run(28, run_id="w28", table="weather-tokyo", engine="fetch", trigger="backfill", records=7)
    return replace(going, started_at=begun, updated_at=begun), days[0], weather, *days[1:]


def exports(runs: tuple[Run, ...] | None = None, plan: NextRuns = PLAN, at: datetime = AT, unread: int = 0) -> Exports:
    """As they stand at a moment."""
    runs = week() if runs is None else runs
    return Exports(TABLE, runs, standing([one for one in runs if one.table == TABLE], plan, at), unread)


def past(runs: tuple[Run, ...] | None = None, **others: Any) -> Past:
    """The week's runs."""
    return Past(TABLE, week() if runs is None else runs, FIRST, LAST, AT, **others)


def result(day: int, *findings: Open, table: str = TABLE, **others: Any) -> Result:
    """What was found on a day of November 2026."""
    on = date(2026, 11, day)
    made = datetime(2026, 11, day, 6, 0, tzinfo=UTC)
    usual = Result(table, on, f"q0001-t{day}", made, f"t{day}", 14, findings, profile=Profile(1_200 + day, 0, {}, {}))
    return replace(usual, **others)


def found(check: str, subject: str, first: int, last: int) -> Open:
    """A finding that stands open from one day to another."""
    finding = Finding(check, subject, "0", "2", "python -m pipeline check", 2)  # type: ignore[arg-type]
    return Open(finding, date(2026, 11, first), date(2026, 11, last), last - first + 1, 2)


def looked() -> tuple[Looked, ...]:
    """A week of the table: an error that healed, another one that is new, a warning that is muted; and no models."""
    twice, odd = ("duplicate_keys", "session"), ("out_of_range", "session.focus_level")
    days = {
        23: result(23, learned=3),
        24: result(24, found(*twice, 24, 24)),
        25: result(25, found(*twice, 24, 25), found(*odd, 25, 25)),
        27: result(27, found(*odd, 25, 27)),
        29: result(29, found("type_changed", "user.<b>name</b>", 29, 29), found(*odd, 25, 29)),
    }
    results = {one.day: one for one in days.values()}
    muted = Mark("muted", "a private reason", "p@example.com", AT, AT + timedelta(days=30), date(2026, 11, 25))
    marks = {found(*odd, 25, 29).finding.id: muted}
    stands = quality_of(TABLE, days[29], marks, AT)
    return Looked(TABLE, results, stands), Looked("", {}, quality_of(MODELS, None, {}, AT))


def brief(day: int, level: str = "good", **others: Any) -> Brief:
    """A build of a day of November 2026."""
    begun = datetime(2026, 11, day, 5, 10, tzinfo=UTC)
    usual = Brief(
        f"b{day}", begun.date(), begun, 6.54, "schedule", level, Tally(ok=7), Tally(ok=4), 1.0, published=True
    )  # type: ignore[arg-type]
    return replace(usual, **others)


def node(day: int, rows: int | None, **others: Any) -> NodeRun:
    """What became of a node in that build."""
    return replace(NodeRun(f"b{day}", "ok", rows=rows, seconds=0.51, tests_ok=1, tests=1), **others)


def models() -> Models:
    """Two builds, the newer one of which was not published, one that came after; and two projects of others."""
    bad = {"tests": Tally(ok=2, warn=1, bad=1), "share": 0.5, "published": False, "withheld": "tests"}
    newest = brief(29, "bad", **bad, blocked_by=("unique_stg_users_user_id",))
    later = brief(29, run_id="later", started_at=AT + timedelta(hours=1))
    users, wellness = (f"model.{OUR_PROJECT}.{name}" for name in ("stg_users", "mart_daily_wellness"))
    nodes = {
        wellness: (NodeRun("later", "bad"), node(29, 118, affected=True), node(28, 120)),
        users: (node(29, 12, shown="bad", tests_ok=0), node(28, 12)),
        f"source.{OUR_PROJECT}.lake.user": (node(29, None),),
    }
    index = BuildIndex((later, newest, brief(28)), nodes)
    shop = Stands(
        "warn", datetime(2026, 11, 20, tzinfo=UTC), "build", Tally(ok=3), Tally(ok=8, warn=1), Tally(), 0, 8 / 9, 2.0
    )
    lost = SchemaMismatch("cut off", situation="dbt_artifact")
    week_of = {"since": datetime(2026, 11, 22, 15, tzinfo=UTC), "until": datetime(2026, 11, 29, 15, tzinfo=UTC)}
    return Models(index, AT, **week_of, others=(Other("jaffle_shop", shop), Other("lost_shop", lost)), others_left=2)

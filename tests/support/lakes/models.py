"""A lake with our models built day after day, other people's dbt projects beside them, and a month of quality."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.analysis.models.builds import OUR_PROJECT, Brief, Build, Builds, InputDocument, MartFile, NodeRun
from pipeline.analysis.models.standing import Tally
from pipeline.analysis.quality.findings import Finding
from pipeline.analysis.quality.profile import ColumnProfile, Profile
from pipeline.analysis.quality.result import Change, Open, Result
from pipeline.analysis.quality.store import Results, run_id_of
from pipeline.lake import dbt_keys, model_keys
from pipeline.lake.bucket import Lake
from tests.support.places import ROOT

GOLDEN = ROOT / "tests" / "golden" / "dbt"
TABLE = "page-tests"
SOURCES = ("user", "session", "mood")
MODELS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "stg_users": ("staging", ("source.user",)),
    "stg_sessions": ("staging", ("source.session",)),
    "stg_moods": ("staging", ("source.mood",)),
    "int_sessions": ("intermediate", ("model.stg_sessions", "model.stg_users")),
    "int_mood_days": ("intermediate", ("model.stg_moods",)),
    "mart_daily_wellness": ("marts", ("model.int_sessions", "model.int_mood_days")),
    "mart_focus_hours": ("marts", ("model.int_sessions",)),
}
# Test → its model, its column, its severity, and how it ended in the newest build.
TESTS: Mapping[str, tuple[str, str, str, str]] = {
    "unique_stg_users_user_id": ("stg_users", "user_id", "error", "fail"),
    "not_null_stg_sessions_session_id": ("stg_sessions", "session_id", "error", "pass"),
    "in_range_stg_moods_mood": ("stg_moods", "mood", "warn", "warn"),
    "unique_mart_daily_wellness_key": ("mart_daily_wellness", "user_id", "error", "pass"),
}
FAILED = "test.moderation_craft.unique_stg_users_user_id"
USERS = "model.moderation_craft.stg_users"
HOSTILE = '<img src=x onerror=alert(1)> **b** [a](javascript:alert(1)) \\N " } ; </script>'


def at(number: int, now: datetime | None = None) -> datetime:
    """When the build so many builds ago was made."""
    return (now or datetime.now(UTC)) - timedelta(hours=2) - timedelta(days=number)


def run_id_at(number: int, now: datetime | None = None) -> str:
    return f"{at(number, now):%Y%m%dT%H%M%SZ}-{number:08x}"


def fill(lake: Lake, builds: int = 8, well: bool = False) -> str:
    """Our project, built so many times; gives the newest build's run id."""
    now = datetime.now(UTC)
    put_artifacts(lake, now, well)
    for number in range(builds - 1, -1, -1):
        Builds(lake).save(build(number, now, well or number > 0))
    run_id = run_id_at(0, now)
    rows = {"columns": ["user_id", "times"], "rows": [["hanako-private", "2"], ["<b>taro</b>", None]]}
    told = {"version": 1, "tests": {FAILED: rows}}
    lake.write_json(model_keys.failing_key(OUR_PROJECT, at(0, now).date(), run_id), told, None)
    return run_id


def put_artifacts(lake: Lake, now: datetime, well: bool = False) -> None:
    """The newest build's artifacts, as it strips them."""
    run_id = run_id_at(0, now)
    for name, value in (("manifest", manifest()), ("run_results", run_results(now, well))):
        key = dbt_keys.dbt_run_key(OUR_PROJECT, at(0, now).date(), run_id, name)  # type: ignore[arg-type]
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=json.dumps(value).encode())


def put_project(lake: Lake, name: str, manifest: bytes, results: bytes | None = None) -> None:
    """Somebody's project, flat."""
    lake.s3.put_object(Bucket=lake.bucket, Key=dbt_keys.dbt_key(name, "manifest"), Body=manifest)
    if results:
        lake.s3.put_object(Bucket=lake.bucket, Key=dbt_keys.dbt_key(name, "run_results"), Body=results)


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes()


def hostile() -> bytes:
    """A manifest in which every text is markup."""
    node = {"resource_type": "model", "name": HOSTILE, "fqn": ["p", HOSTILE, HOSTILE], "description": HOSTILE}
    node |= {"columns": {HOSTILE: {"name": HOSTILE, "description": HOSTILE}}, "compiled_code": HOSTILE}
    node |= {"config": {"materialized": HOSTILE, "tags": [HOSTILE]}, "relation_name": HOSTILE}
    test = {"resource_type": "test", "name": HOSTILE, "attached_node": f"model.p.{HOSTILE}", "column_name": HOSTILE}
    nodes = {f"model.p.{HOSTILE}": node, f"test.p.{HOSTILE}": test}
    return json.dumps({"metadata": _schema("manifest", 12), "nodes": nodes}).encode()


def manifest() -> dict[str, Any]:
    nodes: dict[str, Any] = {}
    for name, (layer, above) in MODELS.items():
        config = {"materialized": "table" if layer == "marts" else "view"}
        columns = {
            "user_id": {"name": "user_id", "description": "利用者 / The person", "data_type": "varchar"},
            "day": {"name": "day", "description": "日付 / The day", "data_type": "date"},
        }
        nodes[f"model.{OUR_PROJECT}.{name}"] = {
            "resource_type": "model",
            "name": name,
            "fqn": [OUR_PROJECT, layer, name],
            "config": config,
            "description": f"{name}の説明です。 / What {name} is.",
            "columns": columns,
            "compiled_code": f'select user_id, day\nfrom "build"."lake"."{name}"',
            "relation_name": f'"build"."main"."{name}"',
            "depends_on": {"nodes": [_id(one) for one in above]},
        }
    for name, (model, column, severity, _) in TESTS.items():
        nodes[f"test.{OUR_PROJECT}.{name}"] = {
            "resource_type": "test",
            "name": name,
            "attached_node": f"model.{OUR_PROJECT}.{model}",
            "column_name": column,
            "config": {"severity": severity},
            "test_metadata": {"name": name.partition("_")[0]},
        }
    sources = {
        _id(f"source.{name}"): {"resource_type": "source", "name": name, "source_name": "lake"} for name in SOURCES
    }
    return {"metadata": _schema("manifest", 12), "nodes": nodes, "sources": sources}


def run_results(now: datetime, well: bool = False) -> dict[str, Any]:
    results: list[dict[str, Any]] = [
        {"unique_id": f"model.{OUR_PROJECT}.{name}", "status": "success", "execution_time": 0.2 + number / 10}
        for number, name in enumerate(MODELS)
    ]
    for name, (_, _, _, status) in TESTS.items():
        told = "pass" if well else status
        failures = 0 if told == "pass" else 2
        one = {"unique_id": f"test.{OUR_PROJECT}.{name}", "status": told, "execution_time": 0.1, "failures": failures}
        results.append(one | ({"message": f"Got {failures} results"} if failures else {}))
    metadata = _schema("run-results", 6) | {"generated_at": f"{at(0, now):%Y-%m-%dT%H:%M:%SZ}"}
    return {"metadata": metadata, "args": {"which": "build"}, "elapsed_time": 6.5, "results": results}


def build(number: int, now: datetime, well: bool) -> Build:
    """The build so many builds ago."""
    run_id, started = run_id_at(number, now), at(number, now)
    tests = Tally(ok=4) if well else Tally(ok=2, warn=1, bad=1)
    why: dict[str, Any] = {} if well else {"withheld": "tests", "blocked_by": ("unique_stg_users_user_id",)}
    level = "good" if well else "bad"
    brief = Brief(
        run_id,
        started.date(),
        started,
        6.5 + number / 10,
        "manual",
        level,
        Tally(ok=7),
        tests,
        tests.ok / 4,
        well,
        **why,
    )
    mart = MartFile(
        "mart_daily_wellness", model_keys.mart_key("mart_daily_wellness", started.date(), run_id), "v", "c=", 2048, 120
    )
    nodes = {f"model.{OUR_PROJECT}.{name}": node_run(name, number, run_id, well) for name in MODELS}
    document = InputDocument(
        TABLE, f"raw/internal/dynamodb-exports/dt={started.date()}/{TABLE}.json", "v", started.date(), 900
    )
    return Build(brief, (document,), (mart,) if well else (), nodes)


def node_run(name: str, number: int, run_id: str, well: bool) -> NodeRun:
    bad = not well and name == "stg_users"
    affected = not well and name in {"int_sessions", "mart_daily_wellness", "mart_focus_hours"}
    return NodeRun(run_id, "bad" if bad else "ok", affected, 120 - number, 0.5 + (number % 4) / 10, 1, 1)


def fill_quality(lake: Lake, table: str = TABLE, days: int = 20) -> tuple[str, str]:
    """A month of looks: the newest finds an error and a warning, whose ids it gives; something has healed."""
    today = datetime.now(UTC).date()
    error = Finding("duplicate_keys", "<b>session</b>", "0", "2", f"python -m pipeline quality --table {table}", 2)
    warning = Finding("out_of_range", "session.focus_level", "1–10", "11", "python -m pipeline check", 1)
    for back in range(days - 1, -1, -1):
        day = today - timedelta(days=back)
        found = (Open(error, day, day, 1, 2), Open(warning, day - timedelta(days=2), day, 3, 1)) if back == 0 else ()
        found = (Open(warning, day, day, 1, 1),) if back in {1, 2, 7} else found
        healed = (Change("healed", Finding("column_new", "mood.note", "", "", "python -m pipeline check")),)
        changes = (Change("new", error), *healed) if back == 0 else ()
        Results(lake).save(_result(table, day, found, changes, days - back))
    return error.id, warning.id


def _result(table: str, day: date, findings: tuple[Open, ...], changes: tuple[Change, ...], learned: int) -> Result:
    columns = {
        ("session", "focus_level"): ColumnProfile(20, 1, 10, 1.0, 11.0, 1, ("integer",)),
        ("session", "notes"): ColumnProfile(12, 0, 12, None, None, 0, ("text",)),
        ("mood", "mood"): ColumnProfile(5, 0, 4, 1.0, 5.0, 0, ("integer", "decimal")),
    }
    profile = Profile(25, 2, {"mood": 5, "session": 20}, columns)
    made_at = datetime(day.year, day.month, day.day, 5, 10, tzinfo=UTC)
    return Result(
        table, day, run_id_of(1, f"t-{day}"), made_at, f"t-{day}", learned, findings, changes, frozenset(), profile
    )


def _schema(name: str, version: int) -> dict[str, Any]:
    said = f"https://schemas.getdbt.com/dbt/{name}/v{version}.json"
    return {"dbt_schema_version": said, "dbt_version": "1.11.16", "invocation_id": "i-1", "project_name": OUR_PROJECT}


def _id(name: str) -> str:
    kind, _, rest = name.partition(".")
    return f"source.{OUR_PROJECT}.lake.{rest}" if kind == "source" else f"model.{OUR_PROJECT}.{rest}"


def day_of(run_id: str) -> date:
    """The UTC day of a build."""
    return date(int(run_id[:4]), int(run_id[4:6]), int(run_id[6:8]))


def large(number: int) -> bytes:
    """A manifest of so many models, each made of the one before it."""
    nodes = {
        f"model.p.m{at}": {
            "resource_type": "model",
            "name": f"m{at}",
            "fqn": ["p", "marts", f"m{at}"],
            "depends_on": {"nodes": [f"model.p.m{at - 1}"] if at else []},
        }
        for at in range(number)
    }
    return json.dumps({"metadata": _schema("manifest", 12), "nodes": nodes}).encode()

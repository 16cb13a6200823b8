"""A small shop's artifacts, as Python values to be spoiled, and large ones; golden ones lie in tests/golden/dbt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline.analysis.models.manifest import project
from pipeline.analysis.models.results import run_results, source_freshness
from pipeline.analysis.models.standing import Judged, judge
from tests.support.places import ROOT

GOLDEN = ROOT / "tests" / "golden" / "dbt"
INVOCATION = "7d1f0c52-3c1e-4d5a-9f5e-0a4f0c6f1b11"


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes()


def value(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(golden(name))
    return read


def body(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


def schema(name: str, version: int, **more: Any) -> dict[str, Any]:
    said = f"https://schemas.getdbt.com/dbt/{name}/v{version}.json"
    return {"dbt_schema_version": said, "dbt_version": "1.11.16", "invocation_id": INVOCATION, **more}


def manifest_of(parents: Mapping[str, list[str]], tests: Mapping[str, tuple[str, str]] | None = None) -> dict[str, Any]:
    """Models named by their place in a graph, and tests: name → (model, severity)."""
    nodes: dict[str, Any] = {
        f"model.p.{name}": {
            "resource_type": "model",
            "name": name,
            "fqn": ["p", "marts", name],
            "config": {"materialized": "table"},
            "depends_on": {"nodes": [f"model.p.{parent}" for parent in above]},
        }
        for name, above in parents.items()
    }
    for name, (model, severity) in (tests or {}).items():
        config = {"severity": severity}
        nodes[f"test.p.{name}"] = {"resource_type": "test", "attached_node": f"model.p.{model}", "config": config}
    return {"metadata": schema("manifest", 12, project_name="p"), "nodes": nodes}


def results_of(statuses: Mapping[str, str], command: str | None = "build", **more: Any) -> dict[str, Any]:
    """What became of nodes: ``model.p.a`` → a status."""
    args = {"which": command, **more} if command else dict(more)
    results = [{"unique_id": name, "status": status, "execution_time": 0.5} for name, status in statuses.items()]
    metadata = schema("run-results", 6, generated_at="2026-11-29T05:00:00Z")
    return {"metadata": metadata, "args": args, "elapsed_time": 2.5, "results": results}


def judged(manifest: Any, *results: Any, sources: Any = None) -> Judged:
    """The three artifacts' values, read and judged."""
    read = [run_results(body(one)) for one in results]
    clean = read[0][1] if read else None
    fresh = source_freshness(body(sources), clean) if sources is not None else None
    return judge(project(body(manifest), clean), [one for one, _ in read], fresh)


def large(number: int, sql: str = "select 1") -> dict[str, Any]:
    """A project of ``number`` models, each made of up to three before it, with 5 columns and two tests each."""
    parents = {f"m{n}": sorted({f"m{n // 2}", f"m{n - 1}", f"m{n // 3}"}) if n else [] for n in range(number)}
    made = manifest_of(parents, {f"t{n}_{k}": (f"m{n}", "error") for n in range(number) for k in range(2)})
    columns = {f"c{n}": {"name": f"c{n}", "description": "What the column is"} for n in range(5)}
    for node in made["nodes"].values():
        node |= {"compiled_code": sql, "columns": columns, "description": "What it is, in a sentence or two."}
    return made

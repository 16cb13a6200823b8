"""Run results and sources → what became of each node. An unknown status is bad, never green.

Source: dbt Developer Hub, "Run results JSON file" and "Sources JSON file", and the published schemas of each version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.analysis.models import fields
from pipeline.analysis.models.artifacts import decoded, mismatch
from pipeline.analysis.models.fields import Clean, at
from pipeline.analysis.models.shapes import BUILDS, Outcome, Results, State
from pipeline.lake.dbt_keys import Artifact

MOST_RESULTS = 100_000
# dbt's own words, in small letters: Fusion writes some with capitals, and "reused" for what had not changed.
STATES: dict[str, State] = {
    "success": "ok",
    "pass": "ok",
    "no-op": "ok",
    "reused": "ok",
    "warn": "warn",
    "skipped": "skipped",
    "error": "bad",
    "fail": "bad",
    "runtime error": "bad",
    "partial success": "bad",
}
_SAID_BY_TESTS = frozenset(("pass", "fail", "warn"))


def run_results(body: bytes) -> tuple[Results, Clean]:
    """Read run results, and what cleans texts of the same run: of values that its arguments call secret. Raise
    SchemaMismatch for what is none."""
    sections, version = decoded(body, "run_results")
    env = at(sections, "metadata", "env")
    clean = Clean(fields.secrets_of(sections.get("args"), at(sections, "args", "vars"), env))
    return _results(sections, version, clean, "run_results"), clean


def source_freshness(body: bytes, clean: Clean | None = None) -> Results:
    """Read what a look at the sources' freshness found. Raise SchemaMismatch for what is none."""
    sections, version = decoded(body, "sources")
    return _results(
        sections, version, (clean or Clean()).knowing(fields.secrets_of(at(sections, "metadata", "env"))), "sources"
    )


def _results(sections: Mapping[str, Any], version: int, clean: Clean, artifact: Artifact) -> Results:
    listed = sections.get("results")
    if not isinstance(listed, list):
        raise mismatch(artifact, "a list of results", type(listed).__name__)
    if len(listed) > MOST_RESULTS:
        raise mismatch(artifact, f"at most {MOST_RESULTS:,} results", f"{len(listed):,}")
    read = [_outcome(raw, clean) for raw in listed]
    command = clean.name(_command(sections.get("args")))
    return Results(
        version=version,
        command=command,
        generated_at=fields.moment(at(sections, "metadata", "generated_at")),
        invocation=clean.name(at(sections, "metadata", "invocation_id")),
        outcomes=_by_id([one for one in read if one]),
        seconds=fields.seconds(sections.get("elapsed_time")),
        is_build=artifact == "run_results" and (command in BUILDS if command else any(map(_has_run, listed))),
        damaged=sum(one is None for one in read),
    )


def _command(args: Any) -> str:
    said = at(args, "which") or at(args, "rpc_method")
    return said.lower() if isinstance(said, str) else ""


def _has_run(raw: Any) -> bool:
    """Whether a result shows that something was done: where no command is named, ``compile`` looks like success."""
    status = _status(raw).lower()
    done = at(raw, "failures") is not None or at(raw, "message") or at(raw, "adapter_response")
    return status in _SAID_BY_TESTS or bool(done)


def _status(raw: Any) -> str:
    said = at(raw, "status") or at(raw, "state")
    return said if isinstance(said, str) else ""


def _outcome(raw: Any, clean: Clean) -> Outcome | None:
    said = at(raw, "unique_id") or at(raw, "node", "unique_id")
    unique_id = clean.name(said, fields.ID) if isinstance(said, str) and len(said) <= fields.ID else ""
    if not unique_id:
        return None
    status = _status(raw)
    # Before v2 a test's message was the number of rows that failed it.
    failures = at(raw, "failures") if at(raw, "failures") is not None else at(raw, "message")
    return Outcome(
        unique_id=unique_id,
        state=STATES.get(status.lower(), "bad"),
        status=clean.name(status) or "?",
        known=status.lower() in STATES,
        seconds=fields.seconds(at(raw, "execution_time")),
        message=clean.text(at(raw, "message") or at(raw, "error"), fields.MESSAGE),
        failures=fields.whole(failures),
        rows=fields.whole(at(raw, "adapter_response", "rows_affected")),
        loaded_at=fields.moment(at(raw, "max_loaded_at")),
    )


# Of two results of one node the worse one counts.
_WORST: tuple[State, ...] = ("none", "ok", "skipped", "warn", "bad")


def _by_id(read: list[Outcome]) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for one in read:
        known = found.get(one.unique_id)
        if known is None or _WORST.index(one.state) >= _WORST.index(known.state):
            found[one.unique_id] = one
    return found

"""Bytes of an artifact → its JSON, once it is what it says: bounded in bytes, values and depth, of a known schema.

Each step refuses with SchemaMismatch (``dbt_artifact``), which says what was expected and what was found.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from pipeline.analysis.models.fields import Clean, at
from pipeline.errors import SchemaMismatch
from pipeline.lake.dbt_keys import Artifact
from pipeline.untrusted import MOST_LEVELS, deeper_than

MOST_BYTES: dict[Artifact, int] = {"manifest": 64 * 2**20, "run_results": 32 * 2**20, "sources": 8 * 2**20}
# What a parsed value costs in memory is told by its brackets and commas: a few bytes of JSON may become a hundred.
MOST_BRACKETS, MOST_COMMAS = 2_000_000, 6_000_000
# Source: dbt Developer Hub, "About dbt artifacts". 20 is what dbt Fusion calls its own.
VERSIONS: dict[Artifact, tuple[str, frozenset[int]]] = {
    "manifest": ("manifest", frozenset((*range(1, 13), 20))),
    "run_results": ("run-results", frozenset((*range(1, 7), 20))),
    "sources": ("sources", frozenset((*range(1, 4), 20))),
}
# What is read of each; the rest (macros are three quarters of a manifest) is let go at once.
SECTIONS: dict[Artifact, frozenset[str]] = {
    "manifest": frozenset(
        "metadata nodes sources exposures metrics semantic_models saved_queries unit_tests parent_map".split()
    ),
    "run_results": frozenset("metadata args results elapsed_time".split()),
    "sources": frozenset("metadata results sources elapsed_time".split()),
}
_SCHEMA = re.compile(r"/dbt/([a-z-]{1,40})/v(\d{1,4})\.json$")


def decoded(body: bytes, artifact: Artifact) -> tuple[dict[str, Any], int]:
    """An artifact's sections that are read, and the version of its schema. Raise SchemaMismatch."""
    check_size(len(body), artifact)
    if body.count(b"{") + body.count(b"[") > MOST_BRACKETS or body.count(b",") > MOST_COMMAS:
        raise mismatch(artifact, f"at most {MOST_BRACKETS:,} objects and lists", "more")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        # Not its beginning: nobody knows whose words those are.
        raise mismatch(artifact, "JSON", str(error).partition("\n")[0][:100]) from error
    if not isinstance(value, dict):
        raise mismatch(artifact, "a JSON object", type(value).__name__)
    version = _version(value, artifact)
    sections = {name: value[name] for name in SECTIONS[artifact] & value.keys()}
    if deeper_than(sections):
        raise mismatch(artifact, f"at most {MOST_LEVELS} levels", "deeper nesting")
    return sections, version


def check_size(size: int, artifact: Artifact) -> None:
    """Raise SchemaMismatch for more bytes than are read."""
    if size > MOST_BYTES[artifact]:
        raise mismatch(artifact, f"at most {MOST_BYTES[artifact]:,} bytes", f"{size:,} bytes")


def mismatch(artifact: Artifact, expected: str, found: str) -> SchemaMismatch:
    """What an artifact is refused with; whoever knows its key adds it."""
    shown = Clean().name(found).strip() or "nothing"
    text = f"{artifact}.json: expected {expected}, found {shown}"
    return SchemaMismatch(text, situation="dbt_artifact", expected=expected, found=shown)


def _version(value: dict[str, Any], artifact: Artifact) -> int:
    name, known = VERSIONS[artifact]
    said = at(value, "metadata", "dbt_schema_version")
    match = _SCHEMA.search(said) if isinstance(said, str) and len(said) <= MOST_LEVELS else None
    if match is None or match[1] != name or int(match[2]) not in known:
        numbers = sorted(known)
        expected = f"dbt's schema {name} v{numbers[0]} to v{numbers[-2]}, or Fusion's v{numbers[-1]}"
        raise mismatch(artifact, expected, said if isinstance(said, str) else "no dbt_schema_version")
    return int(match[2])

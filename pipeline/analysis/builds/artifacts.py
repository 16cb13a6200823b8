"""What dbt wrote, as it may be kept: an allow-list of fields, each text clean, the results of two commands as one.

No arguments, variables, environment, macros, templates or paths of this machine; values that variables with a secret's
name hold are blanked wherever a text repeats them.

Source: dbt Developer Hub, "About dbt artifacts", and the published schemas of manifest v12, run-results v6, sources v3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from pipeline.analysis.models import fields
from pipeline.analysis.models.fields import Clean, at, items, mapping
from pipeline.errors import SchemaMismatch
from pipeline.lake.dbt_keys import Artifact

_METADATA = "dbt_schema_version dbt_version generated_at invocation_id project_name adapter_type".split()
_NODE = (
    "unique_id resource_type name package_name fqn description tags relation_name attached_node column_name version "
    "source_name source_description type maturity label identifier schema alias model"
).split()
_CONFIG = "materialized severity enabled tags".split()
_RESULT = "unique_id status execution_time message failures relation_name".split()
_FRESH = "unique_id status execution_time max_loaded_at snapshotted_at max_loaded_at_time_ago_in_s error".split()
# Unit tests are none of a build's: what was not planned lacks no result.
_SECTIONS = "nodes sources exposures".split()


@dataclass(frozen=True)
class Artifacts:
    """Three artifacts as they are kept (``sources`` None: nobody looked at freshness), and where models and tests'
    failing rows stand in the build's database, by their unique ids; marts by their names."""

    manifest: Mapping[str, Any]
    run_results: Mapping[str, Any]
    sources: Mapping[str, Any] | None
    models: Mapping[str, str]
    marts: Mapping[str, str]
    failing: Mapping[str, str]

    def bodies(self) -> dict[Artifact, bytes]:
        """What is written to the lake."""
        found: dict[Artifact, Any] = {"manifest": self.manifest, "run_results": self.run_results}
        found |= {"sources": self.sources} if self.sources else {}
        return {name: orjson.dumps(value) for name, value in found.items()}


def cleaning(*places: Any) -> Clean:
    """What cleans texts of a project with these variables and this environment."""
    return Clean(fields.secrets_of(*places))


def collected(target: Path, clean: Clean, mart_tag: str = "mart") -> Artifacts:
    """Read dbt's target folder once its commands have ended. Raise SchemaMismatch for what is no artifact."""
    manifest = _read(target / "manifest.json")
    found = [_read(path) for path in (target / "run.results.json", target / "test.results.json") if path.is_file()]
    fresh = target / "source.results.json"
    kept = _Kept(clean)
    built = {one["unique_id"] for one in _results(found) if one.get("status") in {"success", "pass"}}
    models = {
        unique_id: node["relation_name"]
        for unique_id, node in mapping(manifest.get("nodes")).items()
        if node.get("resource_type") == "model" and node.get("relation_name") and unique_id in built
    }
    return Artifacts(
        manifest=kept.manifest(manifest),
        run_results=kept.run_results(found, manifest),
        sources=kept.sources(_read(fresh), manifest) if fresh.is_file() else None,
        models=models,
        marts={_name(manifest, one): place for one, place in models.items() if mart_tag in _tags(manifest, one)},
        failing={
            one["unique_id"]: one["relation_name"]
            for one in _results(found)
            if one.get("failures") and one.get("relation_name") and one.get("status") in {"fail", "warn"}
        },
    )


class _Kept:
    """Fields of one set of artifacts, as they are kept."""

    def __init__(self, clean: Clean) -> None:
        self._clean = clean

    def manifest(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        sections = {name: self._section(raw.get(name)) for name in _SECTIONS}
        return {"metadata": self._chosen(raw.get("metadata"), _METADATA), **sections}

    def run_results(self, found: list[Mapping[str, Any]], manifest: Mapping[str, Any]) -> dict[str, Any]:
        # Two commands of one build: as the one command that does both would have said it.
        results = [self._chosen(one, _RESULT) for one in _results(found)]
        seconds = sum(fields.seconds(one.get("elapsed_time")) or 0.0 for one in found)
        metadata = self._metadata(found[-1] if found else {}, manifest)
        return {"metadata": metadata, "args": {"which": "build"}, "results": results, "elapsed_time": seconds}

    def sources(self, raw: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
        results = [self._chosen(one, _FRESH) for one in items(raw.get("results"))]
        metadata = self._metadata(raw, manifest)
        return {"metadata": metadata, "results": results, "elapsed_time": raw.get("elapsed_time")}

    def _metadata(self, raw: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
        # Each command calls itself otherwise; they are of one manifest.
        whose = {"invocation_id": at(manifest, "metadata", "invocation_id")}
        return self._chosen({**mapping(raw.get("metadata")), **whose}, _METADATA)

    def _section(self, raw: Any) -> dict[str, Any]:
        return {unique_id: self._node(node) for unique_id, node in mapping(raw).items()}

    def _node(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        node = self._chosen(raw, _NODE)
        node["config"] = self._chosen(raw.get("config"), _CONFIG)
        node["depends_on"] = {"nodes": self._value(items(at(raw, "depends_on", "nodes")))}
        columns = mapping(raw.get("columns")).items()
        node["columns"] = {name: self._chosen(one, ["name", "description", "data_type"]) for name, one in columns}
        if raw.get("compiled_code"):
            node["compiled_code"] = self._clean.text(raw["compiled_code"], fields.SQL)
        if told := mapping(raw.get("test_metadata")):
            kwargs = self._chosen(told.get("kwargs"), ["column_name", "model"])
            node["test_metadata"] = {"name": self._value(told.get("name")), "kwargs": kwargs}
        limits = mapping(raw.get("freshness"))
        node |= {"freshness": {name: limits.get(name) for name in ("warn_after", "error_after")}} if limits else {}
        return node

    def _chosen(self, raw: Any, names: Iterable[str]) -> dict[str, Any]:
        known = mapping(raw)
        return {name: self._value(known[name]) for name in names if known.get(name) is not None}

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._clean.text(value, fields.DESCRIPTION)
        if isinstance(value, dict):
            return {name: self._value(inner) for name, inner in value.items()}
        return [self._value(inner) for inner in value] if isinstance(value, list) else value


def _read(path: Path) -> Mapping[str, Any]:
    try:
        value = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        text = f"dbt left no {path.name} that can be read: {type(error).__name__}"
        raise SchemaMismatch(text, situation="build_ended", expected="JSON", found=type(error).__name__) from error
    return mapping(value)


def _results(found: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for raw in found for one in items(raw.get("results")) if isinstance(one, dict) and one.get("unique_id")]


def _name(manifest: Mapping[str, Any], unique_id: str) -> str:
    return str(at(manifest, "nodes", unique_id, "name"))


def _tags(manifest: Mapping[str, Any], unique_id: str) -> list[Any]:
    return items(at(manifest, "nodes", unique_id, "tags"))

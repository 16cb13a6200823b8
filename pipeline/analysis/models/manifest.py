"""A manifest → the project's nodes and tests. Tolerant: v1 to v12 and Fusion's differ in names and in what is left out.

Source: dbt Developer Hub, "Manifest JSON file", and the published schemas of each version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pipeline.analysis.models import fields
from pipeline.analysis.models.artifacts import decoded, mismatch
from pipeline.analysis.models.fields import Clean, at, items, mapping
from pipeline.analysis.models.shapes import Column, Kind, Node, Project, Severity, Test, Threshold

MOST_NODES, MOST_EDGES, MOST_COLUMNS, MOST_PARENTS = 50_000, 500_000, 500, 5_000
KINDS = frozenset(get_args(Kind))
TESTS = frozenset(("test", "unit_test"))
_SECTIONS = ("nodes", "sources", "exposures", "metrics", "semantic_models", "saved_queries", "unit_tests")
_PERIODS = frozenset(("minute", "hour", "day"))
# Names that say a layer where no folder does.
_PREFIXES = {
    "stg": "staging",
    "base": "staging",
    "int": "intermediate",
    "mart": "marts",
    "fct": "marts",
    "dim": "marts",
}
_REF = re.compile(r"ref\(\s*(?:['\"][^'\"]{1,200}['\"]\s*,\s*)?['\"]([^'\"]{1,200})['\"]")
_HOW_FAR = 2000


def project(body: bytes, clean: Clean | None = None) -> Project:
    """Read a manifest. Raise SchemaMismatch for what is none, or is larger than is shown."""
    sections, version = decoded(body, "manifest")
    metadata = mapping(sections.get("metadata"))
    reader = _Reader(
        (clean or Clean()).knowing(fields.secrets_of(metadata.get("env"))), mapping(sections.get("parent_map"))
    )
    nodes, tests = reader.read(sections)
    name = reader.clean.name(metadata.get("project_name")) or _package(sections, reader.clean)
    return Project(
        name=name,
        version=version,
        dbt_version=reader.clean.name(metadata.get("dbt_version")),
        adapter=reader.clean.name(metadata.get("adapter_type")),
        generated_at=fields.moment(metadata.get("generated_at")),
        invocation=reader.clean.name(metadata.get("invocation_id")),
        nodes=nodes,
        tests=tests,
        damaged=reader.damaged,
    )


class _Reader:
    """One manifest's entries, counted against the bounds."""

    def __init__(self, clean: Clean, parents: Mapping[str, Any]) -> None:
        self.clean, self.damaged = clean, 0
        self._parents, self._edges = parents, 0

    def read(self, sections: Mapping[str, Any]) -> tuple[dict[str, Node], dict[str, Test]]:
        """Nodes and tests by their unique ids."""
        nodes: dict[str, Node] = {}
        tests: dict[str, Test] = {}
        for raw_id, raw, kind in self._entries(sections):
            unique_id = self.clean.name(raw_id, fields.ID)
            if kind in TESTS:
                tests[unique_id] = self._test(unique_id, raw, kind)
            else:
                nodes[unique_id] = self._node(raw_id, unique_id, raw, kind)  # type: ignore[arg-type]
            if self._edges > MOST_EDGES or len(nodes) + len(tests) > MOST_NODES:
                raise mismatch("manifest", f"at most {MOST_NODES:,} nodes and {MOST_EDGES:,} edges", "more")
        return nodes, tests

    def _entries(self, sections: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
        for section in _SECTIONS:
            value = sections.get(section)
            self.damaged += value is not None and not isinstance(value, dict)
            for unique_id, raw in mapping(value).items():
                kind = _kind(unique_id, raw)
                if not isinstance(raw, dict) or len(unique_id) > fields.ID or not unique_id.strip():
                    self.damaged += 1
                elif kind in KINDS | TESTS and at(raw, "config", "enabled") is not False:
                    yield unique_id, raw, kind

    def _above(self, raw_id: str, raw: Mapping[str, Any]) -> tuple[str, ...]:
        """What it depends on: the manifest's own map where it has one, else the node's own word."""
        said = items(self._parents.get(raw_id)) or items(at(raw, "depends_on", "nodes"))
        if len(said) > MOST_PARENTS:
            raise mismatch("manifest", f"at most {MOST_PARENTS:,} parents of a node", f"{len(said):,}")
        above = self.clean.names(said, MOST_PARENTS)
        self._edges += len(above)
        return above

    def _node(self, raw_id: str, unique_id: str, raw: Mapping[str, Any], kind: Kind) -> Node:
        columns = mapping(raw.get("columns"))
        return Node(
            unique_id=unique_id,
            name=self._name(unique_id, raw, kind),
            kind=kind,
            layer=self._layer(raw, kind),
            description=self.clean.text(raw.get("description"), fields.DESCRIPTION),
            parents=self._above(raw_id, raw),
            columns=tuple(self._column(*one) for one in list(columns.items())[:MOST_COLUMNS]),
            left_out=max(len(columns) - MOST_COLUMNS, 0),
            materialized=self.clean.name(at(raw, "config", "materialized")),
            tags=self.clean.names(raw.get("tags"), 20),
            sql=self._sql(raw),
            relation=self.clean.name(raw.get("relation_name"), fields.ID),
            warn_after=_threshold(at(raw, "freshness", "warn_after")),
            error_after=_threshold(at(raw, "freshness", "error_after")),
        )

    def _name(self, unique_id: str, raw: Mapping[str, Any], kind: str) -> str:
        name = self.clean.name(raw.get("name")) or unique_id.rpartition(".")[2]
        source = self.clean.name(raw.get("source_name")) if kind == "source" else ""
        version = self.clean.name(raw.get("version")) or fields.whole(raw.get("version"))
        return f"{source}.{name}" if source else f"{name}.v{version}" if version else name

    def _layer(self, raw: Mapping[str, Any], kind: str) -> str:
        """The first folder below ``models``; a Windows path's separators are others."""
        if kind != "model":
            return kind
        folders = [one for one in items(raw.get("fqn")) if isinstance(one, str)][1:-1]
        if not folders and isinstance(path := raw.get("path"), str):
            folders = re.split(r"[\\/]+", path[:_HOW_FAR])[:-1]
        prefix = str(raw.get("name"))[: fields.NAME].partition("_")[0].lower()
        return self.clean.name(folders[0]) if folders else _PREFIXES.get(prefix, "")

    def _column(self, key: str, raw: Any) -> Column:
        name = self.clean.name(at(raw, "name")) or self.clean.name(key)
        description = self.clean.text(at(raw, "description"), fields.DESCRIPTION)
        return Column(name, description, self.clean.name(at(raw, "data_type")))

    def _test(self, unique_id: str, raw: Mapping[str, Any], kind: str) -> Test:
        of_column = raw.get("column_name") or at(raw, "test_metadata", "kwargs", "column_name")
        named = "unit" if kind == "unit_test" else self.clean.name(at(raw, "test_metadata", "name")) or "singular"
        return Test(
            unique_id=unique_id,
            name=self.clean.name(raw.get("name")) or unique_id,
            on=self._on(raw),
            kind=named,
            severity=_severity(raw),
            column=self.clean.name(of_column),
            description=self.clean.text(raw.get("description"), fields.DESCRIPTION),
            sql=self._sql(raw),
        )

    def _on(self, raw: Mapping[str, Any]) -> tuple[str, ...]:
        """The node it is about: of a relationship, which depends on two, the one that may point to nowhere."""
        told = raw.get("attached_node") or raw.get("tested_node_unique_id")
        if isinstance(told, str) and told:
            return self.clean.names([told])
        above = self.clean.names(at(raw, "depends_on", "nodes"))
        self._edges += len(above)
        model = at(raw, "test_metadata", "kwargs", "model")
        named = _REF.search(model[:_HOW_FAR]) if isinstance(model, str) else None
        own = tuple(one for one in above if named and one.split(".")[2:3] == [named[1]])
        return own or above

    def _sql(self, raw: Mapping[str, Any]) -> str:
        # Not what was written: its template names variables and environment.
        return self.clean.text(raw.get("compiled_code") or raw.get("compiled_sql"), fields.SQL)


def _kind(unique_id: str, raw: Any) -> str:
    said = at(raw, "resource_type")
    return (said if isinstance(said, str) else unique_id.partition(".")[0]).lower()


def _severity(raw: Mapping[str, Any]) -> Severity:
    said = at(raw, "config", "severity") or raw.get("severity")
    return "warn" if isinstance(said, str) and said.lower() == "warn" else "error"


def _threshold(raw: Any) -> Threshold | None:
    count, period = fields.whole(at(raw, "count")), at(raw, "period")
    return Threshold(count, period) if count and isinstance(period, str) and period in _PERIODS else None


def _package(sections: Mapping[str, Any], clean: Clean) -> str:
    """The package of the first model: manifests before v10 do not name their project."""
    nodes = mapping(sections.get("nodes")).items()
    own = (raw for unique_id, raw in nodes if unique_id.startswith("model."))
    return next((name for raw in own if (name := clean.name(at(raw, "package_name")))), "")

"""pipeline.analysis.models.manifest: nodes and tests, however odd their fields are, and never more than the bounds."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.analysis.models import manifest as rooms
from pipeline.analysis.models.manifest import project
from pipeline.analysis.models.shapes import Node, Project, Test
from pipeline.errors import SchemaMismatch
from tests.analysis.models.shop import body, large, manifest_of, schema


def read(nodes: Any, **more: Any) -> Project:
    return project(body({"metadata": schema("manifest", 12), "nodes": nodes, **more}))


def model(**fields: Any) -> Node:
    return read({"model.p.a": {"name": "a", **fields}}).nodes["model.p.a"]


def data_test(**fields: Any) -> Test:
    return read({"test.p.t": {"name": "t", **fields}}).tests["test.p.t"]


@pytest.mark.parametrize(
    ("fields", "layer"),
    [
        ({"fqn": ["p", "staging", "app", "a"]}, "staging"),
        ({"fqn": ["p", "a"], "path": "marts\\core\\a.sql"}, "marts"),
        ({"path": "marts/core/a.sql"}, "marts"),
        ({"path": "a.sql", "name": "stg_a"}, "staging"),
        ({"path": "a.sql", "name": "fct_a"}, "marts"),
        ({"path": "a.sql"}, ""),
        ({"fqn": "staging", "path": 7}, ""),
    ],
)
def test_a_model_s_layer_is_its_folder_also_on_windows(fields: dict[str, Any], layer: str) -> None:
    assert model(**fields).layer == layer


@pytest.mark.parametrize(
    ("fields", "on"),
    [
        ({"attached_node": "model.p.a", "depends_on": {"nodes": ["model.p.b", "model.p.a"]}}, ("model.p.a",)),
        ({"depends_on": {"nodes": ["model.p.b", "model.p.a"]}}, ("model.p.b", "model.p.a")),
        ({"attached_node": None}, ()),
        ({"depends_on": "model.p.a"}, ()),
    ],
)
def test_a_test_is_about_the_node_it_is_attached_to(fields: dict[str, Any], on: tuple[str, ...]) -> None:
    assert data_test(**fields).on == on


@pytest.mark.parametrize("severity", [None, "ERROR", "error", "fatal", 7, {"x": 1}])
def test_a_severity_that_is_not_warn_is_error(severity: Any) -> None:
    assert data_test(config={"severity": severity}).severity == "error"


def test_disabled_nodes_and_kinds_that_are_not_shown_are_left_out() -> None:
    nodes = {"model.p.a": {"config": {"enabled": False}}, "analysis.p.b": {"name": "b"}, "operation.p.c": {}}
    assert read(nodes).nodes == {}


def test_entries_that_are_no_nodes_are_counted() -> None:
    found = read({"model.p.a": [], "": {}, "model." + "x" * 600: {}, "model.p.b": {}}, sources=[], exposures=7)
    assert (list(found.nodes), found.damaged) == (["model.p.b"], 5)


@pytest.mark.parametrize("odd", [None, 7, "x", [], [1, [2]], {"x": {"y": 1}}, True, 1.5, ""])
def test_a_node_of_any_fields_is_shown(odd: Any) -> None:
    names = "resource_type name fqn path description columns depends_on config tags compiled_code freshness version"
    for name in [*names.split(), "relation_name", "column_name", "test_metadata", "attached_node"]:
        for unique_id in ("model.p.a", "test.p.a", "source.p.a.b", "exposure.p.a"):
            found = read({unique_id: {name: odd}})
            assert len(found.nodes) + len(found.tests) + (name == "resource_type" and isinstance(odd, str)) >= 1


def test_hostile_texts_lose_what_cannot_be_seen_and_keep_their_markup_as_text() -> None:
    node = model(name="<b>a</b>\u202eltr\x1b[31m\x00", description="one\ntwo\u2066")
    assert node.name == "<b>a</b>\ufffdltr\ufffd[31m\ufffd"
    assert node.description == "one\ntwo\ufffd"


def test_texts_of_10_mb_are_cut() -> None:
    long = "word " * 2_000_000
    node = model(name="n" * 10**7, description=long, compiled_code=long, tags=[long], fqn=["p", long, "a"])
    assert len(node.name) <= 200 and len(node.description) == 2000 and len(node.sql) == 20_000
    assert node.sql.endswith("…") and len(node.layer) <= 200 and all(len(tag) <= 512 for tag in node.tags)


def test_what_was_written_before_compiling_is_not_kept() -> None:
    node = model(raw_code="{{ env_var('X') }}", raw_sql="{{ var('y') }}")
    assert node.sql == ""


def test_columns_beyond_the_bound_are_counted() -> None:
    node = model(columns={f"c{n}": {} for n in range(rooms.MOST_COLUMNS + 3)})
    assert (len(node.columns), node.left_out) == (rooms.MOST_COLUMNS, 3)


def test_a_project_of_5_000_models_is_read() -> None:
    found = project(body(large(5000)))
    assert (len(found.nodes), len(found.tests)) == (5000, 10_000)


def test_more_nodes_or_edges_than_the_bound_are_refused() -> None:
    many = {f"model.p.m{n}": {} for n in range(rooms.MOST_NODES + 1)}
    broad = {"model.p.a": {"depends_on": {"nodes": [f"model.p.m{n}" for n in range(rooms.MOST_PARENTS + 1)]}}}
    for nodes in (many, broad):
        with pytest.raises(SchemaMismatch) as caught:
            read(nodes)
        assert caught.value.facts["expected"].startswith("at most")


def test_a_version_of_a_model_is_in_its_name() -> None:
    assert model(version=2).name == "a.v2"


def test_a_manifest_without_a_project_s_name_has_its_first_model_s_package() -> None:
    made = manifest_of({"a": []})
    del made["metadata"]["project_name"]
    made["nodes"]["model.p.a"]["package_name"] = "shop"
    assert project(body(made)).name == "shop"

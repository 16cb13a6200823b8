"""A model's SQL for 分析: models above it written out, relations of the build's database by their names in 分析.

That it has the model's own rows is tried beside the marts (tests/analysis/dbt).
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.analysis.models.fields import SQL
from pipeline.analysis.models.shapes import Node, Project
from pipeline.analysis.models.standing import Judged, judge
from pipeline.console.analysis.model_sql import runnable

SOURCE = Node("source.moderation_craft.lake.user", "lake.user", "source", relation='"build"."lake"."user"')
STAGED = Node(
    "model.moderation_craft.stg_users",
    "stg_users",
    "model",
    parents=(SOURCE.unique_id,),
    sql='select name from "build"."lake"."user" -- all',
    relation='"build"."main"."stg_users"',
)
MART = Node(
    "model.moderation_craft.mart",
    "mart",
    "model",
    parents=(STAGED.unique_id,),
    sql='select * from "build"."main"."stg_users"',
    relation='"build"."main"."mart"',
)


def judged(*nodes: Node, name: str = "moderation_craft") -> Judged:
    return judge(Project(name, 12, "1.11", "duckdb", None, "", {node.unique_id: node for node in nodes}))


def test_the_models_above_are_written_out_before_it() -> None:
    assert runnable(judged(SOURCE, STAGED, MART), MART.unique_id) == (
        'WITH "stg_users" AS (\nselect name from "user" -- all\n),\n"mart" AS (\nselect * from "stg_users"\n)\n'
        'SELECT * FROM "mart"'
    )


def test_a_model_that_is_not_above_it_is_not_in_it() -> None:
    other = replace(STAGED, unique_id="model.moderation_craft.other", name="other")
    assert "other" not in (runnable(judged(SOURCE, STAGED, MART, other), MART.unique_id) or "other")


@pytest.mark.parametrize(
    "nodes",
    [
        (SOURCE, replace(STAGED, sql=""), MART),
        (SOURCE, replace(STAGED, sql="x" * SQL), MART),
        (SOURCE, replace(STAGED, relation=""), MART),
        (replace(SOURCE, name="lake.documents"), STAGED, MART),
    ],
    ids=["not compiled", "cut", "no relation", "of the build alone"],
)
def test_what_cannot_run_is_not_offered_as_if_it_could(nodes: tuple[Node, ...]) -> None:
    assert runnable(judged(*nodes), MART.unique_id) is None


def test_relations_of_another_project_are_not_guessed() -> None:
    assert runnable(judged(SOURCE, STAGED, MART, name="theirs"), MART.unique_id) is None


def test_a_source_has_no_sql() -> None:
    assert runnable(judged(SOURCE, STAGED, MART), SOURCE.unique_id) is None

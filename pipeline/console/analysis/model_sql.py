"""A model's SQL so that 分析 can run it: over the lake's own tables, the models above it written out before it. Pure.

As compiled it names relations of a build's database, which is gone when the build is over.
"""

from __future__ import annotations

from pipeline.analysis.models.builds import OUR_PROJECT
from pipeline.analysis.models.fields import SQL
from pipeline.analysis.models.shapes import Node
from pipeline.analysis.models.standing import Judged

# Landing makes it for the build alone.
_OF_THE_BUILD = frozenset(("documents",))


def runnable(judged: Judged, unique_id: str) -> str | None:
    """The SQL of one of our models over the tables of 分析; None of what has none: other nodes, other projects (whose
    relations nobody here knows), SQL that was cut, models of what landing alone has."""
    nodes = judged.project.nodes
    if judged.project.name != OUR_PROJECT or nodes[unique_id].kind != "model":
        return None
    needed = _above(judged, unique_id)
    models = [nodes[one] for one in judged.graph.order() if one in needed and nodes[one].kind == "model"]
    sources = [nodes[one] for one in needed if nodes[one].kind == "source"]
    if not all(0 < len(model.sql) < SQL and model.relation for model in models) or _OF_THE_BUILD & {
        _table(one) for one in sources
    }:
        return None
    parts = [f"{_quoted(model.name)} AS (\n{_renamed(model.sql, [*models, *sources])}\n)" for model in models]
    return "WITH " + ",\n".join(parts) + f"\nSELECT * FROM {_quoted(nodes[unique_id].name)}"


def _above(judged: Judged, unique_id: str) -> frozenset[str]:
    """It and all that it is made of."""
    found, waiting = {unique_id}, [unique_id]
    while waiting:
        parents = [one for one in judged.graph.parents[waiting.pop()] if one not in found]
        found |= set(parents)
        waiting += parents
    return frozenset(found)


def _renamed(sql: str, nodes: list[Node]) -> str:
    for node in nodes:
        if node.relation:
            sql = sql.replace(node.relation, _quoted(_table(node)))
    return sql.strip()


def _table(node: Node) -> str:
    """What it is called in 分析: a source's name has its project's before the dot."""
    return node.name.rpartition(".")[2]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

"""A graph in the DOT language, from left to right; whatever its nodes are called is text in it. Pure.

Source: Graphviz, "The DOT Language" (double-quoted strings), "escString" (a backslash has a meaning of its own there).
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.analysis.models.shapes import State
from pipeline.analysis.models.standing import Row
from pipeline.console import models as telling
from pipeline.console.analysis.graph import Drawn
from pipeline.words.catalogue import Words

LONGEST = 40
# Dark text on a light ground, and a border that reads on white and on near-black.
COLOURS: dict[State, tuple[str, str]] = {
    "ok": ("#D9F2E3", "#1B8A55"),
    "warn": ("#FFE9CC", "#B26A00"),
    "bad": ("#FBD9D9", "#C23B3B"),
    "skipped": ("#E6EAF1", "#6B778C"),
    "none": ("#E6EAF1", "#6B778C"),
}
TEXT, EDGE = "#0B1020", "#7A869A"
SHAPES = {"source": "cylinder", "exposure": "note"}


def source(words: Words, drawn: Drawn) -> str:
    """The whole of it. Nodes are called by their numbers: names stand in labels only."""
    number = {row.node.unique_id: at for at, row in enumerate(drawn.rows)}
    lines = [
        'digraph { rankdir=LR bgcolor="transparent" nodesep=0.15 ranksep=0.35',
        f'node [shape=box style="filled,rounded" fontname="sans-serif" fontsize=10 fontcolor="{TEXT}"]',
        f'edge [color="{EDGE}" arrowsize=0.7]',
    ]
    lines += [_node(words, number[row.node.unique_id], row, drawn.focus) for row in drawn.rows]
    lines += _sources_first(number, drawn)
    lines += [f"n{number[above]} -> n{number[below]}" for above, below in drawn.edges]
    return "\n".join([*lines, "}"])


def _node(words: Words, at: int, row: Row, focus: str | None) -> str:
    fill, border = COLOURS[row.shown]
    told = f"{telling.MARKS[row.shown]} {_cut(row.node.name)}"
    label = f"{told}\n{words('models.affected')}" if row.affected else told
    looks = f'fillcolor="{fill}" color="{border}" penwidth={3 if row.node.unique_id == focus else 1.4}'
    if row.affected:
        looks += ' style="filled,rounded,dashed"'
    if row.node.kind in SHAPES:
        looks += f' shape={SHAPES[row.node.kind]} style="filled{",dashed" if row.affected else ""}"'
    return f"n{at} [label={text(label)} tooltip={text(row.node.name)} {looks}]"


def _sources_first(number: dict[str, int], drawn: Drawn) -> Iterator[str]:
    """Sources stand in one column at the left, whatever is made of them."""
    first = [f"n{number[row.node.unique_id]}" for row in drawn.rows if row.node.kind == "source"]
    if first:
        yield f"{{rank=min {' '.join(first)}}}"


def text(value: str) -> str:
    """A value as a double-quoted string that is shown as it is."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"

"""Which part of a graph is drawn: all of it, or a node with its neighbours, never more than a person reads. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.analysis.models.standing import Judged, Row

MOST_DRAWN = 60
MOST_STEPS = 5


@dataclass(frozen=True)
class Drawn:
    """What is drawn: ``rows`` in the order of building, ``edges`` among them as (above, below), the node in its middle
    (None: all are drawn), and how many that belong there are left out."""

    rows: tuple[Row, ...]
    edges: tuple[tuple[str, str], ...]
    focus: str | None = None
    left_out: int = 0


def drawn(judged: Judged, focus: str | None, steps: int) -> Drawn:
    """The graph around ``focus``, so many steps up and down; without one everything, unless that is too much."""
    if focus not in judged.project.nodes:
        focus = None
    if focus is None and len(judged.rows) <= MOST_DRAWN:
        return Drawn(judged.rows, _edges(judged, frozenset(judged.project.nodes)))
    focus = focus or first_focus(judged)
    if focus is None:
        return Drawn((), ())
    near = _near(judged, focus, steps)
    kept = frozenset(near[:MOST_DRAWN])
    rows = tuple(row for row in judged.rows if row.node.unique_id in kept)
    return Drawn(rows, _edges(judged, kept), focus, len(near) - len(kept))


def first_focus(judged: Judged) -> str | None:
    """Where somebody should look first: what failed, what it reaches, else what is made last."""
    failed = [row for row in judged.rows if row.shown == "bad"]
    affected = [row for row in judged.rows if row.affected]
    models = [row for row in judged.rows if row.node.kind == "model"]
    found = (*failed[:1], *affected[:1], *models[-1:], *judged.rows[-1:])
    return found[0].node.unique_id if found else None


def _near(judged: Judged, focus: str, steps: int) -> list[str]:
    """It and its neighbours, the nearest first."""
    up, down = judged.graph.upstream(focus, steps), judged.graph.downstream(focus, steps)
    away = {**down, **up, focus: 0}
    return sorted(away, key=lambda name: (away[name], name))


def _edges(judged: Judged, kept: frozenset[str]) -> tuple[tuple[str, str], ...]:
    nodes = (row.node.unique_id for row in judged.rows)
    return tuple(
        (above, name) for name in nodes if name in kept for above in judged.graph.parents[name] if above in kept
    )

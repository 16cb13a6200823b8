"""One node of a project as its detail shows it: in the reader's language, with its tests, neighbours and runs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from pipeline.analysis.models.builds import OUR_PROJECT, Brief, BuildIndex, NodeRun
from pipeline.analysis.models.shapes import Node, Test
from pipeline.analysis.models.standing import Judged, Row

# Our own descriptions say everything twice: 日本語 / English.
_BETWEEN = " / "
# 分析 shares addresses of up to 6,000 letters; some are the console's own.
LONGEST_SHARED = 5_500


@dataclass(frozen=True)
class Detail:
    """A node with those next to it; ``runs`` of our builds, newest first."""

    row: Row
    above: tuple[Row, ...]
    below: tuple[Row, ...]
    runs: tuple[NodeRun, ...] = ()


def detail(judged: Judged, unique_id: str, index: BuildIndex | None = None) -> Detail | None:
    """One node; None where the project has none of that id."""
    rows: Mapping[str, Row] = {row.node.unique_id: row for row in judged.rows}
    if unique_id not in rows:
        return None
    above, below = judged.graph.parents[unique_id], judged.graph.children[unique_id]
    runs = index.nodes.get(unique_id, ()) if index else ()
    return Detail(rows[unique_id], tuple(rows[one] for one in above), tuple(rows[one] for one in below), runs)


def about(judged: Judged, unique_id: str) -> str | None:
    """The node that a finding is about: a test's is the first that it decides the trust of; None of what is gone."""
    test = judged.project.tests.get(unique_id)
    node = test.on[0] if test and test.on else unique_id
    return node if node in judged.project.nodes else None


def build_of(test: Test, index: BuildIndex) -> Brief | None:
    """The newest build that knows of the nodes that a test is about; None where none does."""
    runs = (run for node in test.on for run in index.nodes.get(node, ())[:1])
    return next((brief for brief in map(index.of, (run.run_id for run in runs)) if brief), None)


def described(text: str, language: str, project: str) -> str:
    """A description in the reader's language: ours have both, whoever else's are as they are."""
    if project != OUR_PROJECT:
        return text
    japanese, between, english = text.partition(_BETWEEN)
    return english if between and language == "en" else japanese


def is_published(node: Node, index: BuildIndex | None) -> bool:
    """Whether it is a mart of ours of which 分析 has a table."""
    return "mart" in node.tags and index is not None and any(brief.published for brief in index.builds)


def all_rows(node: Node) -> str:
    """What shows a published mart; its name is a build's, and SQL from an address is shown, never run."""
    return f"SELECT * FROM {node.name}\nLIMIT 100"  # noqa: S608 - as above


def fits_into_an_address(sql: str) -> bool:
    """Whether SQL can be handed to 分析 in an address."""
    return 0 < len(quote(sql)) <= LONGEST_SHARED

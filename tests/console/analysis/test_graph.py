"""pipeline.console.analysis.graph: what of a graph is drawn, around what, and never more than can be read."""

from __future__ import annotations

import pytest

from pipeline.analysis.models.standing import Judged
from pipeline.console.analysis.graph import MOST_DRAWN, Drawn, drawn, first_focus
from tests.analysis.models.shop import judged, large, manifest_of, results_of


def chain(number: int, failed: str = "") -> Judged:
    parents = {f"m{at}": [f"m{at - 1}"] if at else [] for at in range(number)}
    return judged(manifest_of(parents), *([results_of({f"model.p.{failed}": "error"})] if failed else []))


def names(one: Drawn) -> list[str]:
    return [row.node.name for row in one.rows]


def test_a_small_graph_is_drawn_whole() -> None:
    one = drawn(chain(4), None, 1)
    assert names(one) == ["m0", "m1", "m2", "m3"] and one.focus is None
    assert one.edges == (("model.p.m0", "model.p.m1"), ("model.p.m1", "model.p.m2"), ("model.p.m2", "model.p.m3"))


@pytest.mark.parametrize(("steps", "wanted"), [(1, ["m3", "m4", "m5"]), (2, ["m2", "m3", "m4", "m5", "m6"])])
def test_a_focus_shows_what_is_so_many_steps_up_and_down(steps: int, wanted: list[str]) -> None:
    one = drawn(chain(9), "model.p.m4", steps)
    assert names(one) == wanted and one.left_out == 0
    assert all(above in {row.node.unique_id for row in one.rows} for edge in one.edges for above in edge)


def test_a_large_graph_is_drawn_around_what_failed() -> None:
    one = drawn(chain(MOST_DRAWN + 1, failed="m7"), None, 1)
    assert one.focus == "model.p.m7" and names(one) == ["m6", "m7", "m8"]


def test_of_a_hub_the_nearest_are_drawn_and_the_others_counted() -> None:
    parents = {"hub": [], **{f"leaf{at:03}": ["hub"] for at in range(500)}}
    one = drawn(judged(manifest_of(parents)), "model.p.hub", 3)
    assert len(one.rows) == MOST_DRAWN and one.left_out == 501 - MOST_DRAWN
    assert "hub" in names(one) and len(one.edges) == MOST_DRAWN - 1


def test_a_node_that_is_none_is_no_focus() -> None:
    assert drawn(chain(3), "model.p.nothing", 1).focus is None


def test_without_a_failure_the_last_model_is_looked_at_first() -> None:
    assert first_focus(chain(5)) == "model.p.m4"
    assert first_focus(judged(manifest_of({}))) is None
    assert drawn(judged(large(100)), None, 2).focus == "model.p.m99"

"""pipeline.analysis.models.lineage: neighbours, order, cycles, and what a failure reaches, on graphs of any shape."""

from __future__ import annotations

import graphlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.models.lineage import lineage

#   a → b → d → e,  a → c → d
DIAMOND = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"], "e": ["d"]}
NAMES = st.sampled_from("abcdefgh")
GRAPHS = st.dictionaries(NAMES, st.lists(NAMES, max_size=4), max_size=8)


def reached(parents: dict[str, list[str]], start: str) -> set[str]:
    """What is made of a node, found the slow way."""
    found: set[str] = set()
    for _ in parents:
        found |= {node for node, above in parents.items() if {start, *found} & set(above)}
    return found


def test_steps_up_and_down_are_counted() -> None:
    graph = lineage(DIAMOND)
    assert graph.upstream("e") == {"d": 1, "b": 2, "c": 2, "a": 3}
    assert graph.downstream("a", 2) == {"b": 1, "c": 1, "d": 2}


def test_neighbours_are_those_within_so_many_steps_and_itself() -> None:
    graph = lineage(DIAMOND)
    assert graph.neighbours("b", 1) == {"a", "b", "d"}
    assert graph.neighbours("b", 0) == {"b"}
    assert graph.neighbours("nobody", 3) == frozenset()


def test_everything_below_a_failure_is_reached_and_the_failure_itself_is_not() -> None:
    assert lineage(DIAMOND).below(["b", "nobody"]) == {"d", "e"}
    assert lineage(DIAMOND).below(["b", "d"]) == {"d", "e"}


def test_parents_that_are_no_nodes_are_passed_over() -> None:
    graph = lineage({"a": ["gone", "a2", "a2"], "a2": []})
    assert graph.parents == {"a": ("a2",), "a2": ()}


def test_a_cycle_is_told_and_nothing_walks_for_ever() -> None:
    graph = lineage({"a": ["c"], "b": ["a"], "c": ["b"], "d": ["c"], "e": ["e"], "f": []})
    assert graph.cycles() == (("a", "b", "c"), ("e",))
    assert graph.below(["a"]) == {"a", "b", "c", "d"}
    assert graph.order() == ("f", "a", "b", "c", "d", "e")


@given(GRAPHS)
def test_what_is_below_is_what_the_slow_way_finds(parents: dict[str, list[str]]) -> None:
    graph = lineage(parents)
    for node in parents:
        assert graph.below([node]) == reached(parents, node)
        assert set(graph.downstream(node)) == reached(parents, node)


@given(GRAPHS)
def test_a_cycle_is_found_where_no_order_is(parents: dict[str, list[str]]) -> None:
    graph = lineage(parents)
    try:
        list(graphlib.TopologicalSorter(graph.parents).static_order())
        sorted_well = True
    except graphlib.CycleError:
        sorted_well = False
    assert (graph.cycles() == ()) == sorted_well
    order = graph.order()
    assert sorted(order) == sorted(parents)
    if sorted_well:
        assert all(order.index(above) < order.index(node) for node in parents for above in graph.parents[node])


@pytest.mark.parametrize("shape", ["chain", "comb", "ring"])
def test_5_000_nodes_are_no_matter_of_recursion(shape: str) -> None:
    names = [f"n{number:04}" for number in range(5000)]
    parents = {name: [names[number - 1]] if number else [] for number, name in enumerate(names)}
    if shape == "comb":
        parents = {name: names[max(0, number - 20) : number] for number, name in enumerate(names)}
    if shape == "ring":
        parents[names[0]] = [names[-1]]
    graph = lineage(parents)
    assert len(graph.below([names[0]])) == (5000 if shape == "ring" else 4999)
    assert len(graph.cycles()) == (1 if shape == "ring" else 0)
    assert len(graph.order()) == 5000

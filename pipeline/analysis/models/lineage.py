"""Which node is made of which: neighbours, order, cycles, and everything that a failure reaches. Pure, linear in edges.

No step walks by recursion: a project may be a chain of thousands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Lineage:
    """A graph by unique ids; ``parents`` and ``children`` name nodes of the graph only, each once."""

    parents: Mapping[str, tuple[str, ...]]
    children: Mapping[str, tuple[str, ...]]

    def upstream(self, unique_id: str, steps: int | None = None) -> dict[str, int]:
        """Everything that it is made of, and how many steps away; up to ``steps`` (None: all)."""
        return _reached(self.parents, [unique_id], steps)

    def downstream(self, unique_id: str, steps: int | None = None) -> dict[str, int]:
        """Everything that is made of it, and how many steps away; up to ``steps`` (None: all)."""
        return _reached(self.children, [unique_id], steps)

    def neighbours(self, unique_id: str, steps: int) -> frozenset[str]:
        """It and what is at most ``steps`` up or down from it; none for what is no node."""
        if unique_id not in self.parents:
            return frozenset()
        return frozenset((unique_id, *self.upstream(unique_id, steps), *self.downstream(unique_id, steps)))

    def below(self, failed: Iterable[str]) -> frozenset[str]:
        """Everything made of one of these; one of them only where it is below another, or in a cycle."""
        starts = [one for one in dict.fromkeys(failed) if one in self.children]
        first = [child for one in starts for child in self.children[one]]
        return frozenset((*first, *_reached(self.children, first, None)))

    def order(self) -> tuple[str, ...]:
        """Every node after all that it is made of, roots by name; nodes in cycles, and what is below them, come
        last."""
        waiting = {node: len(above) for node, above in self.parents.items()}
        ready = deque(sorted(node for node, number in waiting.items() if not number))
        done: dict[str, None] = {}
        while ready:
            node = ready.popleft()
            done[node] = None
            for child in self.children[node]:
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        return (*done, *sorted(self.parents.keys() - done.keys()))

    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """Groups of nodes that are made of each other, each sorted; dbt itself writes none."""
        found = [tuple(sorted(group)) for group in _Components(self.children).groups()]
        return tuple(sorted(one for one in found if len(one) > 1 or one[0] in self.children[one[0]]))


def lineage(parents: Mapping[str, Sequence[str]]) -> Lineage:
    """The graph of nodes and their parents; parents that are no nodes are passed over."""
    above = {node: tuple(dict.fromkeys(one for one in said if one in parents)) for node, said in parents.items()}
    children: dict[str, list[str]] = {node: [] for node in above}
    for node in sorted(above):
        for parent in above[node]:
            children[parent].append(node)
    return Lineage(above, {node: tuple(below) for node, below in children.items()})


def _reached(edges: Mapping[str, tuple[str, ...]], starts: Sequence[str], steps: int | None) -> dict[str, int]:
    """Breadth first; a start is among what is reached only where an edge leads back to it."""
    found: dict[str, int] = {}
    level, distance = list(starts), 0
    while level and (steps is None or distance < steps):
        distance += 1
        level = list(dict.fromkeys(one for node in level for one in edges.get(node, ()) if one not in found))
        found |= dict.fromkeys(level, distance)
    return found


class _Components:
    """Strongly connected components, by Tarjan's algorithm with a stack of its own."""

    def __init__(self, edges: Mapping[str, tuple[str, ...]]) -> None:
        self._edges = edges
        self._index: dict[str, int] = {}
        self._low: dict[str, int] = {}
        self._open: dict[str, None] = {}

    def groups(self) -> list[list[str]]:
        return [group for node in self._edges if node not in self._index for group in self._from(node)]

    def _from(self, start: str) -> list[list[str]]:
        groups: list[list[str]] = []
        path = [(start, iter(self._entered(start)))]
        while path:
            node, below = path[-1]
            child = next((one for one in below if self._goes_on(node, one)), None)
            if child is not None:
                path.append((child, iter(self._entered(child))))
                continue
            path.pop()
            if path:
                self._low[path[-1][0]] = min(self._low[path[-1][0]], self._low[node])
            if self._low[node] == self._index[node]:
                groups.append(self._closed(node))
        return groups

    def _entered(self, node: str) -> tuple[str, ...]:
        self._index[node] = self._low[node] = len(self._index)
        self._open[node] = None
        return self._edges[node]

    def _goes_on(self, node: str, child: str) -> bool:
        """Whether a child is new; of one that is still open only its place is noted."""
        if child in self._open:
            self._low[node] = min(self._low[node], self._index[child])
        return child not in self._index

    def _closed(self, node: str) -> list[str]:
        group: list[str] = []
        while not group or group[-1] != node:
            group.append(self._open.popitem()[0])
        return group

"""What the engine is to reach, against what a contest found: one table, and the same as JSON. Pure.

What could not be measured here is left out by name; a target that is missed says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Figures = Mapping[str, float]
# By items, then by contestant.
Found = Mapping[int, Mapping[str, Figures]]
SMALL, MIDDLE, LARGE, HUGE = 50_000, 100_000, 200_000, 1_000_000
SCAN, EXPORT, FLOOR = "ours (scan)", "ours (export)", "floor"
RIVALS = (("awswrangler (default)", 14.0), ("boto3 resource", 10.0), ("AWS SDK for JavaScript v3", 2.5))


@dataclass(frozen=True)
class Target:
    """``found`` is None where it was not measured; ``least`` says on which side of ``bound`` it is to be."""

    name: str
    bound: float
    least: bool
    found: float | None

    @property
    def verdict(self) -> str:
        if self.found is None:
            return "left out"
        held = self.found >= self.bound if self.least else self.found <= self.bound
        return "held" if held else "missed"


def targets(found: Found) -> list[Target]:
    """Of medians: CPU seconds as ``scan_cpu`` and ``process_cpu``, ``peak_mb``, ``wall`` seconds."""
    return [*_ratios(found), *_of_size(found)]


def table(all_targets: list[Target]) -> str:
    """Markdown."""
    lines = ["| target | to reach | found | |", "|---|---|---|---|"]
    for one in all_targets:
        shown = "–" if one.found is None else f"{one.found:.2f}"
        lines.append(f"| {one.name} | {'≥' if one.least else '≤'} {one.bound:g} | {shown} | {one.verdict} |")
    return "\n".join(lines)


def _ratios(found: Found) -> Iterator[Target]:
    for rival, bound in RIVALS:
        ratio = _ratio(found, SMALL, rival, SCAN, "scan_cpu")
        yield Target(f"items per CPU-second of the scan, times {rival}'s", bound, True, ratio)
    yield Target("CPU of the scan, times the floor's", 10, False, _ratio(found, SMALL, SCAN, FLOOR, "scan_cpu"))
    yield Target("CPU of the process, times the floor's", 2, False, _ratio(found, SMALL, SCAN, FLOOR, "process_cpu"))
    share = _ratio(found, HUGE, SCAN, EXPORT, "scan_cpu")
    yield Target("rate of the whole export, in % of the scan's alone", 75, True, share and 100 * share)


def _of_size(found: Found) -> Iterator[Target]:
    memory = _figure(found, HUGE, EXPORT, "peak_mb")
    yield Target("MB at a million items", 112, False, memory)
    before = _figure(found, MIDDLE, EXPORT, "peak_mb")
    more = 100 * (memory / before - 1) if memory and before else None
    yield Target("MB at a million items, % above those at 100,000", 5, False, more)
    ratio = _ratio(found, HUGE, EXPORT, EXPORT, "scan_cpu", LARGE)
    slower = 100 * (ratio * LARGE / HUGE - 1) if ratio else None
    yield Target("CPU an item at a million, % above that at 200,000", 5, False, slower)


def _ratio(found: Found, items: int, over: str, under: str, field: str, under_items: int | None = None) -> float | None:
    one, other = _figure(found, items, over, field), _figure(found, under_items or items, under, field)
    return one / other if one and other else None


def _figure(found: Found, items: int, name: str, field: str) -> float | None:
    return found.get(items, {}).get(name, {}).get(field)

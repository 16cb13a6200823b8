"""pipeline.analysis.query.child: odd letters, other doors and bursting texts reach nothing, change nothing, and end.

As in ``tests.analysis.query.test_child``: without the gate, and with -m soak behind it, too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.analysis.query.process import PROGRAM
from tests.analysis.attacks.reaching import DEEP, DOORS, GREEDY, LETTERS
from tests.analysis.child import holds, next_answers

pytestmark = pytest.mark.usefixtures("planted")
QUICK = {**LETTERS, **DOORS}
ALL = {**QUICK, **DEEP, **GREEDY}
# Of the large ones those that go deepest; each of the others costs seconds.
EVERY_TIME = ("brackets that stay open", "brackets of a list", "comments in comments", "with in with", "a long name")


@pytest.mark.parametrize("name", [*QUICK, *EVERY_TIME])
def test_an_attack_reaches_and_changes_nothing(base: Path, without_gate: Path, name: str) -> None:
    holds(base, ALL[name], without_gate)


def test_the_next_query_answers(base: Path, without_gate: Path) -> None:
    for name in ("detach", "zero byte in the middle", "brackets that stay open"):
        holds(base, ALL[name], without_gate)
        next_answers(base)


@pytest.mark.soak
@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("name", ALL)
def test_every_attack_reaches_and_changes_nothing(base: Path, without_gate: Path, name: str, gated: bool) -> None:
    holds(base, ALL[name], PROGRAM if gated else without_gate)
    next_answers(base)

"""pipeline.analysis.reports.blocks.figures: signs, shares, and a p that is never rounded to what it is not."""

from __future__ import annotations

from math import inf, nan

import pytest

from pipeline.analysis.reports.blocks import figures
from pipeline.analysis.reports.shown import Shown
from tests.support.reports.documents import document

SHOWN = Shown(document())


@pytest.mark.parametrize(
    ("value", "plus", "wanted"),
    [
        (0.126, True, "+0.13"),
        (-0.126, False, "\u22120.13"),
        (-0.001, True, "0.00"),
        (1234.5, False, "1,234.50"),
        (None, False, "—"),
        (nan, True, "—"),
        (inf, True, "—"),
    ],
)
def test_a_figure_has_its_sign_and_nothing_a_dash(value: float | None, plus: bool, wanted: str) -> None:
    assert figures.signed(SHOWN, value, 2, plus) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(0.0499, "0.050"), (0.05, "0.050"), (0.05001, "> 0.05"), (0.051, "0.051"), (1e-9, "< 0.001"), (0.0, "< 0.001")],
)
def test_a_p_that_does_not_hold_is_not_rounded_to_one_that_does(value: float, wanted: str) -> None:
    assert figures.probability(SHOWN, value) == wanted


@pytest.mark.parametrize(("value", "wanted"), [(0.0, "1%"), (1.0, "99%"), (0.384, "38%")])
def test_no_chance_is_certain_and_none_impossible(value: float, wanted: str) -> None:
    assert figures.chance(SHOWN, value) == wanted


def test_an_interval_without_an_end_is_told_as_none() -> None:
    assert figures.interval(SHOWN, "—", "+7%") == "95%区間は出せません"
    assert figures.interval(SHOWN, "0%", "+7%") == "95%区間0%～+7%"


@pytest.mark.parametrize(("part", "plus", "wanted"), [(None, True, "—"), (0.034, True, "+3%"), (0.8, False, "80%")])
def test_a_share_is_told_in_per_cent(part: float | None, plus: bool, wanted: str) -> None:
    assert figures.share(SHOWN, part, plus) == wanted

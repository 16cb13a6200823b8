"""What a reader computes with scipy, from the shown SQL's rows and the README's recipe, is what the page says."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from pipeline.analysis.correlation.answer import of_person
from pipeline.analysis.correlation.frame import Frame
from pipeline.analysis.correlation.lags import lagged, prepared
from pipeline.analysis.correlation.pair import scatter
from pipeline.analysis.correlation.questions import Question
from pipeline.analysis.correlation.ranks import Floats, changes
from tests.analysis.correlation import worlds


def left_over(series: Floats, first: date) -> tuple[Floats, int, int, int]:
    """A series' ranks without weekday, trend and season; its controls, days, and days from first to last."""
    days = np.flatnonzero(~np.isnan(series))
    at = np.arange(days[0], days[-1] + 1) - days[0]
    begins = first + timedelta(days=int(days[0]))
    weekday = np.array([(begins + timedelta(days=int(day))).weekday() for day in at])
    slow = [np.cos(np.pi * turn * (at + 0.5) / len(at)) for turn in range(1, 2 * len(at) // 180 + 1)]
    controls = np.column_stack([np.ones(len(at)), at, *slow, *(weekday == day for day in range(1, 7))])
    left = np.full(len(series), np.nan)
    used = controls[days - days[0]]
    ranked = stats.rankdata(series[days])
    left[days] = ranked - used @ np.linalg.lstsq(used, ranked, rcond=None)[0]
    return left, controls.shape[1] - 1, len(days), len(at)


def alike(left: Floats, slow_share: float) -> list[float]:
    """Autocorrelations, with what level, trend and season took put back."""
    left = left - np.nanmean(left)
    spread = np.nanmean(left**2)
    seen = [np.nanmean(left[step:] * left[:-step]) / spread for step in range(1, min(30, len(left) // 3) + 1)]
    until = next((at for at, one in enumerate(seen) if one <= 0), len(seen))
    taken = min(slow_share * (1 + 2 * sum(seen[:until])), 0.5)
    return [one * (1 - taken) + taken for one in seen]


def recomputed(frame: Frame, one: Question) -> tuple[float, float, float]:
    """r, p and effective days of one question, with nothing of ours."""
    found = [left_over(frame.column(name), frame.first) for name in (one.driver, one.outcome)]
    own = [alike(left, (controls - 6 + 1) / span) for left, controls, _, span in found]
    end = len(frame.values) - one.lag
    x, y = found[0][0][:end], found[1][0][one.lag :]
    both = ~np.isnan(x) & ~np.isnan(y)
    r = stats.pearsonr(x[both], y[both]).statistic
    n, total = int(both.sum()), 0.0
    mine, theirs = (~np.isnan(x)).astype(int), (~np.isnan(y)).astype(int)
    for step, (here, there) in enumerate(zip(*own, strict=True), start=1):
        if here * there <= 0:
            break
        total += here * there * int((mine[step:] * mine[:-step] * theirs[step:] * theirs[:-step]).sum())
    worth = min(n / (1 + 2 * total / n), n)
    degrees = worth * (1 - max(controls / days for _, controls, days, _ in found)) - 2
    return r, 2 * stats.t.sf(abs(r) * np.sqrt(degrees / (1 - r * r)), degrees), worth


@pytest.mark.parametrize("days", [60, 200, 400])
def test_the_recipe_gives_the_page_s_r_p_and_effective_days(days: int) -> None:
    frame = worlds.page(np.random.default_rng(days), days, worlds.STRENGTHS)
    page = of_person(frame)
    compared = [one for one in (*page.named.answers, *page.explored.answers[::7]) if one.case.state == "ready"]
    assert len(compared) > 12
    for answer in compared:
        assert not answer.case.by_changes
        r, p, worth = recomputed(frame, answer.question)
        assert answer.case.r == pytest.approx(r, abs=1e-6)
        assert answer.case.p == pytest.approx(p, abs=1e-6)
        assert answer.case.worth == pytest.approx(worth, rel=1e-5)


def test_the_recipe_over_the_changes_gives_what_wandering_pairs_say() -> None:
    random = np.random.default_rng(2)
    walks = worlds.carried(random, 400, [1, 1])
    frame = worlds.two(walks[:, 0], walks[:, 1])
    case = of_person(frame).named.answers[0].case
    r, p, worth = recomputed(worlds.two(*changes(frame.values).T), Question("", "sleep_hours", "focus", 0))
    assert case.by_changes
    assert (case.r, case.p) == (pytest.approx(r, abs=1e-6), pytest.approx(p, abs=1e-6))
    assert case.worth == pytest.approx(worth, rel=1e-5)


def test_spearman_of_the_scatter_s_own_values_without_controls_is_ours_without_controls() -> None:
    """Where weekday, trend and season explain nothing, r is Spearman's but for the few days that controls cost."""
    random = np.random.default_rng(3)
    left = random.normal(size=1_000)
    values = np.column_stack([left, 0.5 * left + random.normal(size=1_000)])
    ours = lagged(prepared(values, 0), [0])[0].r[0, 1]
    assert ours == pytest.approx(stats.spearmanr(values).statistic, abs=0.01)


def test_the_scatter_holds_the_points_that_r_is_computed_from() -> None:
    frame = worlds.page(np.random.default_rng(5), 300, worlds.STRENGTHS)
    for answer in of_person(frame).explored.answers[::20]:
        points = scatter(frame, answer.question)
        r = stats.pearsonr([point.x for point in points], [point.y for point in points]).statistic
        assert (len(points), answer.case.r) == (answer.case.days, pytest.approx(r, abs=1e-6))


def test_the_corrected_p_is_scipy_s() -> None:
    family = of_person(worlds.page(np.random.default_rng(5), 300, worlds.STRENGTHS)).explored
    asked = [answer for answer in family.answers if answer.case.state == "ready"]
    wanted = stats.false_discovery_control([answer.case.p for answer in asked])
    np.testing.assert_allclose([answer.corrected for answer in asked], wanted, rtol=1e-4)

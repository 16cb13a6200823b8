"""pipeline.analysis.reports.charts: where values lie, and pictures of odd ones."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.reports.charts.drawing import HEIGHT, WIDTH, svg
from pipeline.analysis.reports.charts.scale import MOST_POINTS, axis, places, runs, spread, thinned
from pipeline.analysis.reports.document import Chart, Series, Shape, Value
from pipeline.analysis.reports.shown import Shown
from tests.support.reports.documents import document

FLOATS = st.one_of(st.none(), st.floats(), st.floats(-1e3, 1e3), st.sampled_from([0.0, 1e-300, 1e300, -1e300, 5e-324]))


def chart(*values: float | None, x: tuple[Value, ...] = (), shape: Shape = "line", **others: str) -> Chart:
    return Chart("t", "what it shows", "x", x or tuple(range(len(values))), (Series("s", values),), shape, **others)


def drawn(picture: Chart) -> Element:
    return svg(picture, Shown(document()))


def kinds(picture: Element) -> Counter[str]:
    return Counter(each.get("class", "") for each in picture.iter())


def test_one_point_is_a_dot_in_the_middle() -> None:
    (dot,) = drawn(chart(5.0)).iter("circle")
    assert 0.4 * WIDTH < float(dot.get("cx", 0)) < 0.6 * WIDTH
    assert 0.3 * HEIGHT < float(dot.get("cy", 0)) < 0.7 * HEIGHT


def test_a_gap_parts_a_line_and_what_stands_alone_is_a_dot() -> None:
    seen = kinds(drawn(chart(1.0, 2.0, None, 3.0, math.nan, 4.0, 5.0)))
    assert (seen["line"], seen["dot"]) == (2, 1)


@pytest.mark.parametrize("values", [(), (None, None), (math.nan, math.inf)])
def test_without_a_value_the_picture_says_so(values: tuple[float | None, ...]) -> None:
    texts = [each.text for each in drawn(chart(*values)).iter("text")]
    assert "表示できる値がありません" in texts


def test_bars_begin_at_zero_on_both_sides() -> None:
    below, above = drawn(chart(-1.0, 1.0, shape="bar")).iter("rect")
    foot = float(above.get("y", 0)) + float(above.get("height", 0))
    assert float(below.get("y", 0)) == pytest.approx(foot, abs=0.11)


def test_a_band_lies_around_its_line() -> None:
    banded = Chart("t", "", "x", (1, 2), (Series("s", (2.0, 2.0), (1.0, None), (3.0, 3.0)),))
    (band,) = [each for each in drawn(banded).iter("polygon")]
    assert len(band.get("points", "").split()) == 2


def test_each_of_six_series_has_a_colour_and_a_stroke_of_its_own() -> None:
    six = Chart("t", "", "x", (1, 2), tuple(Series(str(number), (1.0, 2.0)) for number in range(6)))
    looks = {(each.get("stroke"), each.get("stroke-dasharray")) for each in drawn(six).iter("polyline")}
    assert len({colour for colour, _ in looks}) == len({dashes for _, dashes in looks}) == 6


def test_days_that_are_missing_leave_room_and_names_stand_side_by_side() -> None:
    days = (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 5))
    assert [place - places(chart(1, 2, 3, x=days))[0] for place in places(chart(1, 2, 3, x=days))] == [0, 1, 4]
    assert places(chart(1, 2, x=("b", "a"))) == (0.0, 1.0)
    assert places(chart(1, 2, x=(5, None))) == (0.0, 1.0)


@given(st.lists(FLOATS, max_size=30), st.sampled_from(["line", "bar"]))
def test_any_values_lie_within_the_picture(values: list[float | None], shape: Shape) -> None:
    picture = drawn(chart(*values, shape=shape))
    pairs = [pair.split(",") for each in picture.iter("polyline") for pair in each.get("points", "").split()]
    pairs += [[each.get("cx", ""), each.get("cy", "")] for each in picture.iter("circle")]
    pairs += [[each.get("x", ""), each.get("y", "")] for each in picture.iter("rect")]
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in pairs)
    assert fromstring(tostring(picture, "unicode")).tag.endswith("svg")  # noqa: S314 - written by us


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=20))
def test_the_axis_has_few_round_steps_around_all_values(values: list[float]) -> None:
    ticks = axis(chart(*values)).ticks
    assert 2 <= len(ticks) <= 7
    assert ticks[0] <= min(values) + 1e-9 * abs(min(values)) and ticks[-1] >= max(values) - 1e-9 * abs(max(values))


@pytest.mark.parametrize(
    ("values", "decimals"), [((0, 100), 0), ((0, 1), 2), ((0.1, 0.12), 3), ((0, 0.5), 1), ((5, 5), 0)]
)
def test_steps_are_written_with_the_decimals_that_they_need(values: tuple[float, ...], decimals: int) -> None:
    steps = axis(chart(*values))
    assert all(round(tick, steps.decimals) == pytest.approx(tick, abs=1e-9) for tick in steps.ticks)
    assert steps.decimals <= decimals


def test_ten_thousand_points_are_thinned_without_losing_a_peak() -> None:
    values: list[float | None] = [math.sin(number / 50) for number in range(10_000)]
    values[4_321] = 9.0
    kept = thinned(next(runs(values)), values)
    assert len(kept) <= MOST_POINTS + 2
    assert {0, 4_321, 9_999} <= set(kept)
    assert len(tostring(drawn(chart(*values)))) < 30_000


def test_ten_thousand_bars_are_a_line() -> None:
    seen = kinds(drawn(chart(*map(float, range(10_000)), shape="bar")))
    assert (seen["bar"], seen["line"]) == (0, 1)


def test_labels_are_as_many_as_have_room() -> None:
    assert spread(10_000, 7)[:2] == [0, 1429] and len(spread(10_000, 7)) == 7
    assert spread(3, 7) == [0, 1, 2]


def test_long_names_are_cut_and_what_is_markup_is_text() -> None:
    picture = drawn(chart(1.0, 2.0, x=("</text><script>", "x" * 99), unit="<b>" * 50))
    assert "<script" not in tostring(picture, "unicode")
    assert max(len(each.text or "") for each in picture.iter("text")) <= 24


def test_whoever_cannot_see_it_hears_what_it_shows() -> None:
    picture = drawn(chart(1.0))
    assert (picture.get("role"), picture.get("aria-label")) == ("img", "what it shows")

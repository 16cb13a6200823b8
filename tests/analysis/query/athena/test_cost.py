"""pipeline.analysis.query.athena.cost: at most so much before a query, and what it was afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.analysis.query.athena.cost import LEAST_BYTES, Estimate, estimate, price
from pipeline.analysis.query.face import Query
from pipeline.errors import DataInvalid
from pipeline.tables.manifest import Manifest
from tests.analysis.query.athena.test_statement import manifest

TB = 10**12


def large(*sizes: int) -> Manifest:
    day = manifest("craft", "session", "user")
    return replace(day, files=tuple(replace(file, size=size) for file, size in zip(day.files, sizes, strict=True)))


@pytest.mark.parametrize(
    ("scanned", "usd"), [(0, 0.00005), (1, 0.00005), (LEAST_BYTES, 0.00005), (TB, 5.0), (2 * TB, 10)]
)
def test_the_price_is_by_the_terabyte_and_at_least_that_of_10_mb(scanned: int, usd: float) -> None:
    assert price(scanned) == pytest.approx(usd)


def test_the_price_of_a_region_is_a_setting() -> None:
    assert price(TB, 6.75) == 6.75


@pytest.mark.parametrize(
    ("sql", "scanned"),
    [
        ("select * from session", TB),
        ("select session.SK from session", TB),
        ("select 1 from session a join session b on true, user", 2 * TB + 5),
        ("select 1", 0),
    ],
)
def test_an_estimate_is_the_size_of_the_tables_each_time_that_they_are_named(sql: str, scanned: int) -> None:
    assert estimate(Query(sql, ("craft",)), [large(TB, 5)]) == Estimate(scanned, price(scanned))


def test_tables_that_are_named_in_full_come_on_top() -> None:
    found = estimate(Query("select 1 from craft__session, user", ("craft",)), [large(TB, 5)])
    assert (found.scanned, found.whole) == (5, ("craft__session",))


def test_what_is_no_query_has_no_estimate() -> None:
    with pytest.raises(DataInvalid):
        estimate(Query("drop table user", ("craft",)), [large(1, 1)])

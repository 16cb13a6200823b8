"""pipeline.analysis.reports.definitions.shipped: the three definitions that come with the product."""

from __future__ import annotations

import pytest

from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.query.parameters import names
from pipeline.analysis.reports.definitions.definition import ChartOfQuery, Forecast, TableOfQuery
from pipeline.analysis.reports.definitions.shipped import definitions
from pipeline.lake.report_keys import valid_report


def test_three_come_with_the_product_each_scheduled_for_nobody_yet() -> None:
    titles = {name: definition.title for name, definition in definitions().items()}
    assert titles == {
        "monthly-quality": "月次データ品質",
        "my-week": "わたしの一週間",
        "weekly-exports": "週次エクスポート報告",
    }
    assert all(each.schedule and not each.recipients for each in definitions().values())


@pytest.mark.parametrize("name", sorted(definitions()))
def test_their_names_queries_and_measures_are_known_elsewhere(name: str) -> None:
    blocks = definitions()[valid_report(name)].blocks
    asked = [names(block.sql) for block in blocks if isinstance(block, ChartOfQuery | TableOfQuery)]
    assert {each for one in asked for each in one} <= {"from", "to", "person"}
    wanted = {block.measure for block in blocks if isinstance(block, Forecast)}
    assert wanted <= measures().keys()

"""pipeline.analysis.reports.definitions.shipped and names: the three of the product, and what a report is called."""

from __future__ import annotations

import pytest

from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.query.parameters import names
from pipeline.analysis.reports.definitions.definition import ChartOfQuery, Forecast, TableOfQuery
from pipeline.analysis.reports.definitions.names import checked
from pipeline.analysis.reports.definitions.shipped import definitions
from pipeline.errors import DataInvalid


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
    blocks = definitions()[checked(name)].blocks
    asked = [names(block.sql) for block in blocks if isinstance(block, ChartOfQuery | TableOfQuery)]
    assert {each for one in asked for each in one} <= {"from", "to", "person"}
    wanted = {block.measure for block in blocks if isinstance(block, Forecast)}
    assert wanted <= measures().keys()


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "a.b", "A", "-a", "a b", "a" * 61, "日本", "a\n", "ａ"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(DataInvalid) as caught:
        checked(name)
    assert caught.value.state == "report_name"

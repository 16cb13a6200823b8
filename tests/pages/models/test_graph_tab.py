"""pages.models.graph_tab and dot under AppTest: the graph, the same as a table, a focus, and names that are markup."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.models import dot
from pipeline.console.analysis.graph import drawn
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import Words
from tests.analysis.models.shop import judged, manifest_of, results_of
from tests.pages.conftest import texts
from tests.pages.models.conftest import address, cards, opened, tables
from tests.support.lakes import models


def graph(page: AppTest) -> str:
    """What is drawn."""
    (chart,) = page.get("graphviz_chart")
    spec: str = chart.proto.spec
    return spec


def test_the_graph_tells_states_and_what_a_failure_reaches(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake)
    page = opened("en", "lineage")
    source = graph(page)
    assert not page.exception and cards(page) == []
    assert '"✗ stg_users"' in source and '"! stg_moods"' in source and '"– lake.mood"' in source
    assert '"✓ int_sessions\\naffected"' in source and source.count("dashed") == 3
    assert source.count(" -> ") == 9 and "rank=min" in source


def test_the_same_stands_in_a_table(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake)
    (table,) = tables(opened("en", "lineage"))
    assert len(table) == 10
    one = next(row for row in table if row["Model"] == "int_sessions")
    assert one["State"] == "✓ OK · affected" and one["Kind"] == "model"
    assert one["Upstream"] == "stg_sessions, stg_users"
    assert one["Downstream"] == "mart_daily_wellness, mart_focus_hours"


def test_a_focus_stands_in_the_address_and_leads_to_its_detail(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.fill(lake)
    page = opened(tab="lineage", graph_focus=models.USERS, graph_steps="1")
    (table,) = tables(page)
    assert [row["モデル"] for row in table] == ["lake.user", "stg_users", "int_sessions"]
    page.button(key="open-focus").click().run()
    assert not page.exception and address(page)["model"] == models.USERS
    assert "stg_usersの説明です。" in texts(page)


def test_of_a_large_project_only_a_focus_is_drawn(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    models.put_project(lake, "large", models.large(300))
    page = opened("en", "lineage", project="large")
    assert not page.exception and graph(page).count("[label=") == 3
    assert Words("en")("lineage.large", number="300", most=60) in texts(page)


def test_names_are_text_in_the_graph() -> None:
    project = judged(manifest_of({models.HOSTILE: []}), results_of({}))
    source = dot.source(Words("en"), drawn(project, None, 1))
    (node,) = [line for line in source.splitlines() if "[label=" in line]
    # One string from quote to quote, in which no quote and no backslash has a meaning.
    assert node.startswith('n0 [label="– <img src=x onerror=alert(1)> **b** [a]') and source.count("\n") == 4
    assert '\\\\N \\" } ;' in node


@pytest.mark.parametrize(
    ("name", "written"), [('a"b', '"a\\"b"'), ("a\\", '"a\\\\"'), ('\\"', '"\\\\\\""'), ("a\nb", '"a\\nb"'), ("", '""')]
)
def test_a_text_ends_where_it_ends(name: str, written: str) -> None:
    assert dot.text(name) == written

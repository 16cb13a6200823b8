"""A lake that has none of the entities: everything runs on empty tables, and nothing is red."""

from __future__ import annotations

from tests.analysis.dbt.world import Built


def test_every_model_is_an_empty_one(films: Built) -> None:
    assert films.codes == (0, 0, 0), films.told
    rows = {mart: films.rows(f"from mart_{mart}") for mart in ("daily_wellness", "task_progress", "focus_hours")}
    assert rows == {"daily_wellness": [], "task_progress": [], "focus_hours": []}


def test_only_the_kind_that_no_model_knows_is_told(films: Built) -> None:
    assert films.failed("fail", "error", "skipped") == set()
    assert films.failed("warn") == {"every_entity_is_known"}


def test_sources_that_are_not_used_are_not_late(films: Built) -> None:
    assert set(films.freshness.values()) == {"pass"}

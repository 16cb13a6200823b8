"""The seven planted faults: each is told by a test or by freshness, in one build that ends no model."""

from __future__ import annotations

import pytest

from tests.analysis.dbt.world import Built

# What makes numbers wrong fails, and nothing may be published; what may be news warns.
FAILS = {
    "a person who stands twice": "unique_stg_users_user_id",
    "a session of nobody": "relationships_stg_sessions_user_id__user_id__ref_stg_users_",
    "a head that claims more": "source_count_as_claimed_lake_documents_",
    "a value out of range": "within_stg_sessions_focus__1__10",
}
WARNS = {
    "a kind that no model knows": "every_entity_is_known",
    "a missing day": "no_gap_in_days_stg_conditions_user_id__day",
}


def test_the_sample_itself_fails_at_nothing(built: Built) -> None:
    assert built.codes == (0, 0, 0), built.told
    assert built.failed("fail", "error", "skipped") == set()
    assert built.failed("warn") == {"no_gap_in_days_stg_conditions_user_id__day"}
    assert set(built.freshness.values()) == {"pass"}


def test_no_fault_ends_a_model(faulty: Built) -> None:
    assert faulty.codes == (0, 1, 0), faulty.told
    assert faulty.failed("error", "skipped") == set()


@pytest.mark.parametrize("fault", FAILS)
def test_what_makes_numbers_wrong_fails(faulty: Built, built: Built, fault: str) -> None:
    assert faulty.results[FAILS[fault]]["failures"] > 0
    assert FAILS[fault] in faulty.failed("fail") - built.failed("fail", "warn")


@pytest.mark.parametrize("fault", WARNS)
def test_what_may_be_news_warns(faulty: Built, fault: str) -> None:
    assert WARNS[fault] in faulty.failed("warn")


def test_a_late_source_is_told_by_freshness(faulty: Built) -> None:
    assert faulty.freshness == {"all_records": "pass", "weather": "warn", "google_health": "pass"}


def test_a_time_zone_that_nobody_knows_is_told(faulty: Built) -> None:
    assert "every_time_zone_is_known" in faulty.failed("fail")


def test_failing_rows_are_kept(faulty: Built) -> None:
    relation = faulty.results[FAILS["a session of nobody"]]["relation_name"]
    assert faulty.rows(f"from {relation}") == [{"from_field": "ghost"}]

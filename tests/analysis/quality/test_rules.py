"""pipeline.analysis.quality.rules: each fault is told by its own check, and nothing is where nothing can be known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.analysis.quality.expectations import Expectations, Range, Reference
from pipeline.analysis.quality.facts import Facts, Past, SourceFacts
from pipeline.analysis.quality.findings import Finding
from pipeline.analysis.quality.profile import ColumnProfile, Profile
from pipeline.analysis.quality.rules import judged

DAY = date(2026, 11, 30)
EXPECTED = Expectations((Range("session", "focus", 1, 10),), (Reference("session", "task", "T#"),))
COLUMN = ColumnProfile(100, 0, 10, 1.0, 9.0, 0, ("integer",))


def profile(entities: dict[str, int] | None = None, **columns: Any) -> Profile:
    """Of sessions with a column ``focus``, unless others are given."""
    held = {"focus": COLUMN} | columns
    kinds = entities or {"session": 100}
    of_session = {("session", name): column for name, column in held.items() if column}
    return Profile(sum(kinds.values()), 0, kinds, of_session if "session" in kinds else {})


def past(back: int = 1, made: Profile | None = None) -> Past:
    made = made or profile()
    return Past(DAY - timedelta(days=back), made.records, made.entities, made)


def facts(now: Profile | None, *before: Past, **more: Any) -> Facts:
    claimed = now.records if now else None
    documents = frozenset(DAY - timedelta(days=back) for back in range(40))
    return replace(Facts("craft", DAY, DAY, claimed, claimed, now, before=before, documents=documents), **more)


def found(of: Facts) -> list[tuple[str, str, str, str]]:
    return [(one.check, one.subject, one.expected, one.found) for one in judged(of, EXPECTED).findings]


def test_a_day_like_the_day_before_has_no_finding() -> None:
    made = judged(facts(profile(), past()), EXPECTED)
    assert (made.findings, made.skipped, made.learned) == ((), frozenset(), 1)


def test_a_first_day_has_nothing_to_be_compared_with() -> None:
    assert found(facts(profile())) == []


def test_a_wrong_head_is_an_error() -> None:
    made = judged(facts(profile(), claimed=882), EXPECTED).findings
    assert [(one.check, one.grade, one.expected, one.found) for one in made] == [
        ("count_differs", "error", "882", "100")
    ]


def test_a_document_that_is_none_is_an_error_though_nobody_can_count_it() -> None:
    told = found(facts(None, damaged=True, claimed=None, counted=None))
    assert told == [("count_differs", "*", "?", "?"), ("no_tables", "*", "2026-11-30", "0")]


def test_keys_that_stand_twice_are_an_error() -> None:
    assert found(facts(replace(profile(), duplicates=3))) == [("duplicate_keys", "pk, sk", "0", "3")]


def test_a_kind_that_vanishes_is_told_until_it_is_forgotten() -> None:
    before = profile({"session": 100, "mood": 7})
    assert found(facts(profile(), past(1, before))) == [("entity_vanished", "mood", "7", "0")]
    assert found(facts(profile(), past(28, before), past(1))) == [("entity_vanished", "mood", "7", "0")]
    assert found(facts(profile(), past(29, before), past(1))) == []


def test_a_new_kind_is_told_by_itself_and_not_by_its_columns() -> None:
    before = past(1, profile({"mood": 7}))
    now = profile({"mood": 7, "session": 100})
    assert found(facts(now, before)) == [("entity_new", "session", "0", "100")]


def test_a_day_that_does_not_tell_all_of_its_kinds_makes_none_new() -> None:
    assert (
        found(facts(profile({"mood": 7, "session": 100}), replace(past(1, profile({"mood": 7})), is_whole=False))) == []
    )


def test_a_column_that_vanishes_or_appears_is_told() -> None:
    before = past(1, profile(notes=COLUMN))
    assert found(facts(profile(device=COLUMN), before)) == [
        ("column_vanished", "session.notes", "100", "0"),
        ("column_new", "session.device", "0", "100"),
    ]


def test_of_a_profile_that_was_cut_no_column_is_missed_and_nothing_is_healed() -> None:
    made = judged(facts(replace(profile(), cut=True), past(1, profile(notes=COLUMN))), EXPECTED)
    assert made.findings == () and {"column_vanished", "type_changed"} <= made.skipped


def typed(*types: str) -> Profile:
    return profile(focus=replace(COLUMN, types=types))


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (("integer",), ("text",), True),
        (("integer",), ("integer", "text"), True),
        (("integer", "text"), ("integer",), False),
        (("integer",), ("decimal", "integer"), False),
        (("decimal",), ("integer",), False),
        (("list",), ("integer",), True),
        (("integer",), (), False),
        ((), ("text",), False),
    ],
)
def test_a_type_that_was_not_there_is_an_error_but_for_numbers(
    before: tuple[str, ...], now: tuple[str, ...], told: bool
) -> None:
    checks = [one[0] for one in found(facts(typed(*now), past(1, typed(*before))))]
    assert checks == (["type_changed"] if told else [])


def test_a_type_that_changes_daily_is_told_daily() -> None:
    days = [past(back, typed("text" if back % 2 else "integer")) for back in range(6, 0, -1)]
    for at in range(1, 6):
        now = days[at].profile
        assert now and [one[0] for one in found(facts(now, *days[:at]))] == ["type_changed"]


def steady(days: int = 28) -> list[Past]:
    """So many days, on each of which ten sessions came."""
    return [past(back, profile({"session": 1000 - 10 * back})) for back in range(days, 0, -1)]


def test_an_import_that_doubles_the_table_is_a_warning() -> None:
    made = judged(facts(profile({"session": 2000}), *steady()), EXPECTED).findings
    assert [(one.check, one.subject, one.grade, one.found) for one in made] == [
        ("count_anomaly", "*", "warning", "+1,010"),
        ("count_anomaly", "session", "warning", "+1,010"),
    ]


def test_below_fourteen_days_nothing_is_said_of_counts_and_nulls() -> None:
    empty = profile({"session": 2000}, focus=replace(COLUMN, nulls=2000))
    made = judged(facts(empty, *steady(13)), EXPECTED)
    assert (made.findings, made.learned) == ((), 13)


def test_nulls_that_drift_are_told_in_per_cent() -> None:
    days = [past(back, profile({"session": 100})) for back in range(28, 0, -1)]
    now = profile({"session": 100}, focus=replace(COLUMN, present=90, nulls=20))
    assert found(facts(now, *days)) == [("null_rate_drift", "session.focus", "0.0% ± 5.0%", "30.0%")]


def test_days_without_data_are_told_for_a_week_and_not_before_the_first() -> None:
    missing = frozenset(DAY - timedelta(days=back) for back in (0, 1, 3, 4, 5, 6, 7, 8, 12))
    assert found(facts(profile(), documents=missing)) == [("missing_day", "2026-11-28", "2026-11-28", "–")]
    assert found(facts(profile(), documents=frozenset((DAY,)))) == []


def test_a_newest_day_that_is_old_is_late_and_an_old_one_that_is_asked_for_is_not() -> None:
    later = DAY + timedelta(days=3)
    assert found(facts(profile(), documents=frozenset((DAY,)), today=later)) == [
        ("late_table", "*", "2026-12-02", "2026-11-30")
    ]
    assert found(facts(profile(), documents=frozenset((DAY, DAY + timedelta(days=2))), today=later)) == []


def test_sources_that_are_late_or_refused_something_are_told() -> None:
    sources = (SourceFacts("weather", True, date(2026, 11, 20), 3), SourceFacts("health", False, DAY, 0))
    assert found(facts(profile(), sources=sources)) == [
        ("late_source", "weather", "2026-11-30", "2026-11-20"),
        ("refused_fields", "weather", "0", "3"),
    ]
    newer = frozenset((DAY, DAY + timedelta(days=1)))
    of_an_old_day = found(facts(profile(), sources=sources, documents=newer, today=DAY + timedelta(days=9)))
    assert [one[0] for one in of_an_old_day] == ["refused_fields"]


def test_sources_that_nobody_can_read_heal_nothing() -> None:
    made = judged(facts(profile(), sources=None, unread=(("metadata/sources.json", "x"),)), EXPECTED)
    assert [(one.check, one.subject) for one in made.findings] == [("unreadable", "metadata/sources.json")]
    assert {"late_source", "refused_fields"} <= made.skipped


def test_values_out_of_range_and_orphans_are_counted() -> None:
    now = replace(profile(focus=replace(COLUMN, outside=2)), orphans={("session", "task"): 4})
    assert found(facts(now)) == [("orphans", "session.task", "0", "4"), ("out_of_range", "session.focus", "1–10", "2")]


def test_a_name_that_somebody_has_given_is_in_no_command() -> None:
    hostile = 'x"; rm -rf ~ #'
    now = profile({"session": 100, hostile: 5})
    before = past(1, profile({"session": 100, "y'; drop": 2}))
    for one in judged(facts(now, before), EXPECTED).findings:
        assert isinstance(one, Finding) and hostile not in one.next_command and "drop" not in one.next_command


def test_errors_come_first() -> None:
    now = replace(profile(focus=replace(COLUMN, outside=2)), duplicates=1)
    assert [one.grade for one in judged(facts(now), EXPECTED).findings] == ["error", "warning"]

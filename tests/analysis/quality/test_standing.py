"""pipeline.analysis.quality.standing: 新規 → 継続 → 解消 over days, each change once, and what marks do to a grade."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.quality.findings import Check, Finding
from pipeline.analysis.quality.marks import Kind, Mark
from pipeline.analysis.quality.result import Result
from pipeline.analysis.quality.rules import Judged
from pipeline.analysis.quality.standing import course, standing, worst

DAY = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ERROR = Finding("duplicate_keys", "pk, sk", "0", "1", "x", 1)
WARNING = Finding("late_source", "weather", "a", "b", "x")


def days(
    *found: tuple[Finding, ...],
    skipped: dict[int, Check] | None = None,
    learned: int = 20,
    muted: dict[int, Finding] | None = None,
) -> list[Result]:
    """A look a day, each with these findings; ``muted`` is one of a day."""
    made: list[Result] = []
    for at, findings in enumerate(found):
        day, missing = DAY + timedelta(days=at), (skipped or {}).get(at)
        judged = Judged(findings, frozenset((missing,) if missing else ()), learned)
        quiet = frozenset(one.id for number, one in (muted or {}).items() if number == at)
        after = course(judged, made[-1] if made else None, day, quiet)
        told = after.findings, after.changes
        made.append(Result("craft", day, "q", NOW, "t", learned, *told, muted=after.muted))
    return made


def changes(result: Result) -> list[tuple[str, str]]:
    return [(one.kind, one.finding.check) for one in result.changes]


def test_a_finding_is_new_then_continues_by_days_then_is_healed_once() -> None:
    made = days((), (ERROR,), (ERROR,), (ERROR,), (), ())
    assert [[(one.state, one.days) for one in result.findings] for result in made] == [
        [],
        [("new", 1)],
        [("continuing", 2)],
        [("continuing", 3)],
        [],
        [],
    ]
    assert [changes(result) for result in made] == [
        [],
        [("new", "duplicate_keys")],
        [],
        [],
        [("healed", "duplicate_keys")],
        [],
    ]
    assert made[3].findings[0].first_seen == DAY + timedelta(days=1)


def test_what_comes_again_is_new_again() -> None:
    assert changes(days((ERROR,), (), (ERROR,))[2]) == [("new", "duplicate_keys")]


def test_a_second_look_at_a_day_tells_nothing_twice() -> None:
    (first,) = days((ERROR,))
    again = course(Judged((ERROR,), frozenset(), 20), first, DAY)
    assert again.changes == () and again.findings[0].state == "new"


def test_what_has_more_than_doubled_is_worse_once() -> None:
    sizes = [(replace(ERROR, size=size),) for size in (3.0, 5.0, 7.0, 8.0, 15.0, 2.0, 15.0)]
    kinds = [changes(result) for result in days(*sizes)]
    worse = [("worse", "duplicate_keys")]
    assert kinds == [[("new", "duplicate_keys")], [], worse, [], worse, [], []]


def test_what_was_muted_and_still_stands_is_told_once_when_the_mute_has_ended() -> None:
    made = days(*[(ERROR,)] * 5, muted={1: ERROR, 2: ERROR})
    told = [("unmuted", "duplicate_keys")]
    assert [changes(one) for one in made] == [[("new", "duplicate_keys")], [], [], told, []]


def test_what_was_muted_and_is_healed_or_worse_since_is_told_as_that() -> None:
    healed = days((ERROR,), (ERROR,), (), muted={1: ERROR})
    assert changes(healed[2]) == [("healed", "duplicate_keys")]
    worse = days((ERROR,), (ERROR,), (replace(ERROR, size=9),), muted={1: ERROR})
    assert changes(worse[2]) == [("worse", "duplicate_keys")]


def test_what_was_muted_and_cannot_be_looked_at_is_told_when_the_mute_has_ended() -> None:
    made = days((WARNING,), (WARNING,), (), skipped={2: "late_source"}, muted={1: WARNING})
    assert changes(made[2]) == [("unmuted", "late_source")]


def test_a_mute_of_what_does_not_stand_open_is_kept_in_no_result() -> None:
    assert days((WARNING,), muted={0: ERROR})[0].muted == frozenset()


def test_a_check_that_was_not_made_heals_nothing() -> None:
    made = days((WARNING,), (), (), skipped={1: "late_source"})
    assert [[(one.days, one.last_seen) for one in result.findings] for result in made] == [[(1, DAY)], [(2, DAY)], []]
    assert changes(made[1]) == [] and changes(made[2]) == [("healed", "late_source")]


def test_a_check_that_is_never_made_again_is_forgotten() -> None:
    looks = days((WARNING,), *[()] * 30, skipped=dict.fromkeys(range(1, 31), "late_source"))
    assert len(looks[28].findings) == 1 and looks[29].findings == ()


@given(st.lists(st.sets(st.sampled_from(["a", "b", "c"])), max_size=12))
def test_each_change_is_told_as_often_as_it_happens(course_of_days: list[set[str]]) -> None:
    made = days(*(tuple(replace(WARNING, subject=name) for name in sorted(names)) for names in course_of_days))
    before: set[str] = set()
    for names, result in zip(course_of_days, made, strict=True):
        told = {kind: {c.finding.subject for c in result.changes if c.kind == kind} for kind in ("new", "healed")}
        assert told == {"new": names - before, "healed": before - names}
        assert {one.finding.subject for one in result.findings} == names
        before = names


@pytest.mark.parametrize(
    ("findings", "learned", "grade"),
    [
        ((), 14, "good"),
        ((), 13, "learning"),
        ((WARNING,), 20, "warning"),
        ((WARNING,), 3, "warning"),
        ((WARNING, ERROR), 3, "error"),
    ],
)
def test_a_day_has_one_grade(findings: tuple[Finding, ...], learned: int, grade: str) -> None:
    assert standing("craft", days(findings, learned=learned)[0], {}, NOW).grade == grade


@pytest.mark.parametrize(
    ("findings", "grade"),
    [(((), ()), "good"), (((), (WARNING,)), "warning"), (((ERROR,), ()), "error"), (((WARNING,), (ERROR,)), "error")],
)
def test_the_grade_of_all_is_that_of_the_worst(findings: tuple[tuple[Finding, ...], ...], grade: str) -> None:
    assert worst(standing("craft", days(one)[0], {}, NOW) for one in findings) == grade


def test_a_part_at_which_nobody_has_looked_makes_none_of_all_good() -> None:
    good = standing("craft", days(())[0], {}, NOW)
    assert worst([good, standing("others", None, {}, NOW)]) == worst([]) == "not_run"


def test_a_day_that_nobody_has_looked_at_was_not_run() -> None:
    seen = standing("craft", None, {}, NOW)
    assert (seen.grade, seen.to_json()["grade"], seen.findings) == ("not_run", "not_run", ())


def mark(kind: Kind, until: timedelta = timedelta(days=5), first_seen: date = DAY) -> dict[str, Mark]:
    return {ERROR.id: Mark(kind, "known", "p", NOW, NOW + until, first_seen)}


def test_what_is_muted_counts_for_nothing_until_the_mute_ends() -> None:
    (result,) = days((ERROR, WARNING))
    seen = standing("craft", result, mark("muted"), NOW)
    assert seen.grade == "warning" and [one.finding.check for one in seen.changes] == ["late_source"]
    # The check itself still runs: the finding is there.
    assert [one.is_muted for one in seen.findings] == [True, False]
    assert standing("craft", result, mark("muted"), NOW + timedelta(days=5)).grade == "error"


def test_what_is_acknowledged_still_counts_and_a_later_occurrence_is_not_covered() -> None:
    first, _, again = days((ERROR,), (), (ERROR,))
    seen = standing("craft", first, mark("acknowledged"), NOW)
    assert seen.grade == "error" and seen.findings[0].mark
    assert standing("craft", again, mark("acknowledged"), NOW).findings[0].mark is None
    assert standing("craft", again, mark("muted"), NOW).findings[0].mark

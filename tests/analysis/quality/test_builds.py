"""pipeline.analysis.quality.builds: what a build's tests found lives on, and what a build skipped heals nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.analysis.models.builds import OUR_PROJECT
from pipeline.analysis.quality.builds import MODELS, newest_builds, of_project
from pipeline.analysis.quality.findings import OF_PROJECT, Finding, finding_of
from pipeline.analysis.quality.result import Result
from pipeline.errors import NotFound
from pipeline.lake import model_keys
from pipeline.lake.bucket import Lake
from pipeline.lake.dbt_keys import dbt_key
from pipeline.lake.keys import valid_table
from tests.analysis.models.shop import body, judged
from tests.analysis.quality.lakeside import SOURCE, Lakeside, Statuses, freshness, manifest, results
from tests.conftest import Clock


def found(statuses: Statuses, fresh: str = "pass") -> list[tuple[str, str, str, str, str]]:
    made = of_project(judged(manifest(), results(statuses), sources=freshness(fresh)))
    return [(one.check, one.subject, one.grade, one.expected, one.found) for one in made.findings]


def test_a_build_without_a_fault_has_no_finding() -> None:
    made = of_project(judged(manifest(), results({}), sources=freshness("pass")))
    assert (made.findings, made.skipped, made.unjudged) == ((), frozenset(), frozenset())


@pytest.mark.parametrize(
    ("statuses", "fresh", "wanted"),
    [
        ({"test.p.one_user": "fail"}, "pass", ("test_failed", "test.p.one_user", "error", "0", "3")),
        ({"test.p.seldom": "warn"}, "pass", ("test_failed", "test.p.seldom", "warning", "0", "3")),
        ({"test.p.one_user": "warn"}, "pass", ("test_failed", "test.p.one_user", "warning", "0", "3")),
        ({"test.p.one_user": "error"}, "pass", ("test_failed", "test.p.one_user", "error", "0", "error")),
        ({"test.p.seldom": "error"}, "pass", ("test_failed", "test.p.seldom", "warning", "0", "error")),
        ({"test.p.one_user": "strange"}, "pass", ("test_failed", "test.p.one_user", "error", "0", "strange")),
        ({"model.p.a": "error"}, "pass", ("model_failed", "model.p.a", "error", "success", "error")),
        ({}, "warn", ("late_input", SOURCE, "warning", "≤ 36 h", "2024-01-28 05:00Z")),
        ({}, "error", ("late_input", SOURCE, "error", "≤ 3 d", "2024-01-28 05:00Z")),
    ],
)
def test_what_went_wrong_is_told_by_its_own_severity(statuses: Statuses, fresh: str, wanted: tuple[str, ...]) -> None:
    assert found(statuses, fresh) == [wanted]


def test_errors_come_first_and_a_model_s_tests_that_were_skipped_are_no_findings() -> None:
    told = found({"model.p.a": "error", "test.p.one_user": "skipped", "test.p.seldom": "warn"}, "warn")
    assert [(one[0], one[2]) for one in told] == [
        ("model_failed", "error"),
        ("late_input", "warning"),
        ("test_failed", "warning"),
    ]


def test_a_finding_of_a_test_comes_back_with_its_grade_and_its_id() -> None:
    for one in of_project(judged(manifest(), results({"test.p.seldom": "warn"}), sources=freshness("error"))).findings:
        assert one.check in OF_PROJECT and finding_of(one.to_json()) == one


def test_a_test_keeps_its_id_whatever_it_finds() -> None:
    one, two = (
        Finding("test_failed", "test.p.x", "0", "1", "", 1, "error"),
        Finding("test_failed", "test.p.x", "0", "fail", ""),
    )
    assert one.id == two.id != Finding("test_failed", "test.p.y", "0", "1", "", 1, "error").id


@pytest.fixture
def here(lake: Lake, clock: Clock) -> Lakeside:
    return Lakeside(lake, clock)


def told(result: Result) -> list[tuple[str, str, int]]:
    return [(one.finding.subject, one.state, one.days) for one in result.findings]


def changed(result: Result) -> list[tuple[str, str]]:
    return [(one.kind, one.finding.subject) for one in result.changes]


def test_nothing_built_is_nothing_to_look_at(here: Lakeside) -> None:
    with pytest.raises(NotFound) as raised:
        here.look()
    assert raised.value.state == "quality_no_build"


def test_a_failed_test_is_new_then_continues_then_is_healed(here: Lakeside) -> None:
    test = "test.p.one_user"
    results = [here.build({test: status}) for status in ("pass", "fail", "fail", "pass")]
    assert [told(one) for one in results] == [[], [(test, "new", 1)], [(test, "continuing", 2)], []]
    assert [changed(one) for one in results] == [[], [("new", test)], [], [("healed", test)]]
    assert {one.table for one in results} == {MODELS} and valid_table(MODELS)
    assert results[3].tables_run == f"{here.clock() - timedelta(days=1):%Y%m%dT%H%M%SZ}-b"


def test_a_test_that_was_skipped_is_not_healed(here: Lakeside) -> None:
    test = "test.p.one_user"
    here.build({test: "fail"})
    skipped = here.build({"model.p.a": "error", test: "skipped", "test.p.seldom": "skipped"})
    assert told(skipped) == [("model.p.a", "new", 1), (test, "continuing", 2)]
    assert changed(skipped) == [("new", "model.p.a")]
    assert changed(here.build({})) == [("healed", "model.p.a"), ("healed", test)]


def test_a_warning_that_becomes_an_error_is_worse(here: Lakeside) -> None:
    here.build({}, "warn")
    assert changed(here.build({}, "error")) == [("worse", SOURCE)]
    assert changed(here.build({}, "error")) == []


def test_a_build_without_results_is_an_error_and_heals_nothing(here: Lakeside) -> None:
    test = "test.p.one_user"
    here.build({test: "fail"})
    here.saved("parse")
    failed = here.look()
    assert told(failed) == [(OUR_PROJECT, "new", 1), (test, "continuing", 2)]
    assert [one.finding.grade for one in failed.findings] == ["error", "error"]
    assert changed(here.build({})) == [("healed", OUR_PROJECT), ("healed", test)]


def test_a_first_build_without_results_is_told_too(here: Lakeside) -> None:
    here.saved("parse")
    assert told(here.look()) == [(OUR_PROJECT, "new", 1)]


def test_artifacts_that_nobody_can_read_are_named_and_heal_nothing(here: Lakeside) -> None:
    test = "test.p.one_user"
    here.build({test: "fail"})
    brief = here.saved()
    here.put("run_results", b"{", brief)
    here.put("manifest", b"{", brief)
    named, still = here.look().findings
    assert (named.finding.check, still.finding.subject) == ("unreadable", test)
    assert named.finding.subject.startswith(f"metadata/dbt/{OUR_PROJECT}/dt={brief.day}/{brief.run_id}/")


def test_artifacts_that_somebody_has_put_there_are_looked_at_without_a_build_of_ours(here: Lakeside) -> None:
    at = here.clock() + timedelta(seconds=5)
    result = here.build({"test.p.one_user": "fail"}, index=False)
    assert told(result) == [("test.p.one_user", "new", 1)]
    assert result.tables_run == f"{at:%Y%m%dT%H%M%SZ}-artifacts"


def test_an_index_of_builds_that_is_none_stops_nothing(here: Lakeside) -> None:
    here.lake.write_json(model_keys.builds_index_key(OUR_PROJECT), ["damaged"], None)
    assert told(here.build({"test.p.one_user": "fail"}, index=False)) == [("test.p.one_user", "new", 1)]
    assert newest_builds(here.lake) == ()


def test_artifacts_that_somebody_puts_beside_those_of_a_build_heal_nothing(lake: Lake, clock: Clock) -> None:
    made = Lakeside(lake, clock)
    made.build({"test.p.one_user": "fail"})
    foreign = results({})
    foreign["metadata"]["generated_at"] = clock().isoformat()
    lake.s3.put_object(Bucket=lake.bucket, Key=dbt_key(OUR_PROJECT, "run_results"), Body=body(foreign))
    seen = made.look()
    assert [(one.finding.check, one.finding.subject) for one in seen.findings] == [("test_failed", "test.p.one_user")]
    assert seen.changes == ()

"""pipeline.check on an old lake of 120 days: what is really broken is named, and no good document is called damaged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.aws import Cloud
from pipeline.check.findings import Report
from pipeline.check.progress import Looked
from pipeline.check.runs import Check
from pipeline.runs.ledger import Ledger
from tests.support.lakes.old_lake import DAYS, OldLake, build_old_lake

# No day of a clock that stands still: S3 dates the objects of this lake by the day on which the test runs.
LAST = date(2024, 2, 20)
NOW = datetime(2024, 2, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def old(cloud: Cloud) -> OldLake:
    return build_old_lake(cloud.s3, LAST)


def checked(old: OldLake, read_data: bool, names: Sequence[str] = ("PK", "SK"), days: int = 400) -> Report:
    return Check(old.lake, Ledger(old.lake), NOW, days).run(lambda table: names, read_data)


@pytest.mark.parametrize("names", [("PK", "SK"), ("id",)], ids=["other keys now", "the same keys"])
def test_what_is_broken_is_named_and_nothing_else(old: OldLake, names: Sequence[str]) -> None:
    report = checked(old, True, names)
    assert report.documents == len(old.good) + len(old.broken) and len(old.good) > DAYS - len(old.broken)
    assert {finding.key for finding in report.findings if finding.grade == "damage"} == set(old.broken)
    warned = {(finding.kind, finding.key) for finding in report.findings if finding.grade != "damage"}
    # What lies beside the days is not listed: a look begins at its first day.
    assert warned == {("foreign_object", key) for key in old.foreign if "/dt=" in key}


def test_why_each_is_broken_is_said(old: OldLake) -> None:
    kinds = {old.broken.get(finding.key): finding.kind for finding in checked(old, True).findings}
    assert kinds.pop("a false count") == "count_differs"
    assert {kinds[why] for why in old.broken.values() if why in kinds} == {"not_a_document"}


def test_without_reading_only_the_empty_one_is_known(old: OldLake) -> None:
    damaged = [finding.key for finding in checked(old, False).findings if finding.grade == "damage"]
    assert [old.broken[key] for key in damaged] == ["nothing"]


@pytest.mark.parametrize("days", [1, 30, 100])
def test_a_check_of_some_days_looks_at_these_days_only(old: OldLake, days: int) -> None:
    first = LAST - timedelta(days=days)
    wanted = [document for document in old.good if document.day >= first]
    wanted_broken = [key for key in old.broken if key.split("dt=")[1][:10] >= first.isoformat()]
    assert checked(old, False, days=days).documents == len(wanted) + len(wanted_broken)


def test_whoever_waits_is_told_how_far_it_is(old: OldLake) -> None:
    steps: list[Looked] = []
    report = Check(old.lake, Ledger(old.lake), NOW, 400).run(None, True, steps.append)
    assert (steps[0].documents, steps[-1].documents, steps[-1].of) == (0, report.documents, report.documents)
    assert 0 < steps[len(steps) // 2].documents < report.documents
    assert [step.bytes for step in steps] == sorted(step.bytes for step in steps)

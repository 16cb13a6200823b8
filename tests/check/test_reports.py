"""pipeline.check.reports: whatever reports and notices write is theirs, and everything else there is named."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipeline.check.findings import Finding
from pipeline.check.reports import MOST, ReportCheck
from pipeline.check.runs import Check
from pipeline.lake import report_keys
from pipeline.lake.bucket import Lake
from pipeline.notices import addresses
from pipeline.runs.ledger import Ledger

AT, DAY, RUN = datetime(2026, 11, 30, 9, tzinfo=UTC), date(2026, 11, 30), "20261130T090000Z-1"
FORMS = ("html", "pdf", "xlsx", "md")
OURS = [
    addresses.PREFERENCES,
    addresses.OUTBOX,
    addresses.told_key("run_failed:r1"),
    addresses.log_key(AT, "ff"),
    report_keys.TROUBLES,
    report_keys.SCHEDULES,
    report_keys.definition_key("weekly"),
    report_keys.past_key("weekly"),
    *(report_keys.report_key("weekly", DAY, RUN, form) for form in FORMS),
    report_keys.manifest_key("weekly", DAY, RUN),
    report_keys.due_key("weekly", AT),
    *(report_keys.settled_key("weekly", AT, state) for state in ("built", "failed", "missed")),
    report_keys.sent_key(DAY, RUN),
]
FOREIGN = [
    "config/reports/README.txt",
    "config/reports/Weekly.yaml",
    "config/reports-past/weekly.yaml",
    "config/other.json",
    "metadata/notices/told/x.json",
    "metadata/reports/due/weekly.json",
    "metadata/reports/notes.txt",
    "metadata/reports/sent/dt=2026-11-30/a.b.json",
    "reports/notes.txt",
    "reports/weekly/dt=2026-02-30/run-1/report.pdf",
    "reports/weekly/dt=2026-11-30/run-1/report.exe",
    "reports/weekly/dt=2026-11-30/run-1/x/report.pdf",
]


def put(lake: Lake, *keys: str) -> None:
    for key in keys:
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"x")


def found(lake: Lake) -> list[Finding]:
    return list(ReportCheck(lake).findings())


def test_what_reports_and_notices_write_is_no_finding(lake: Lake) -> None:
    put(lake, *OURS)
    assert found(lake) == []


def test_what_somebody_else_has_put_there_is_named(lake: Lake) -> None:
    put(lake, *OURS, *FOREIGN)
    assert sorted(one.key for one in found(lake)) == sorted(FOREIGN)
    assert {(one.kind, one.grade) for one in found(lake)} == {("foreign_object", "warning")}


def test_a_folder_s_mark_is_nobody_s(lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="reports/", Body=b"")
    assert found(lake) == []


def test_of_many_the_first_are_named(lake: Lake) -> None:
    put(lake, *(f"reports/{number:04}" for number in range(MOST + 1)), "config/other")
    assert [one.key for one in found(lake)] == ["config/other", *(f"reports/{number:04}" for number in range(MOST))]


@pytest.mark.parametrize("key", FOREIGN[:1])
def test_the_whole_check_tells_of_them(lake: Lake, ledger: Ledger, key: str) -> None:
    put(lake, key)
    report = Check(lake, ledger, AT, 7).run(None, False)
    assert [one.key for one in report.findings] == [key] and not report.damaged

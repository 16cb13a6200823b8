"""pipeline.check_sources: each kind of damage to a source's days is found and named, and none is invented."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline import layout
from pipeline.check import Check
from pipeline.findings import Finding
from tests.test_fetching import FIRST, Lab, lab  # noqa: F401 - the fixture

KEY = layout.daily_key("tides", FIRST)


def findings(lab: Lab, read_data: bool = True) -> list[Finding]:  # noqa: F811
    fetcher = lab.fetcher
    return list(Check(fetcher.lake, fetcher.ledger, fetcher.now(), 7).run(lambda name: ("date",), read_data).findings)


def kinds(lab: Lab, read_data: bool = True) -> list[tuple[str, str]]:  # noqa: F811
    return [(found.kind, found.key) for found in findings(lab, read_data)]


@pytest.fixture
def fetched(lab: Lab) -> Lab:  # noqa: F811
    lab.run()
    return lab


@pytest.mark.parametrize("read_data", [True, False])
def test_a_good_source_is_clean(fetched: Lab, read_data: bool) -> None:
    assert findings(fetched, read_data) == []


def test_a_daily_document_that_is_gone_is_found(fetched: Lab) -> None:
    lake, entry = fetched.fetcher.lake, fetched.calendar()[FIRST]
    lake.s3.delete_object(Bucket=lake.bucket, Key=KEY, VersionId=entry.version_id or "")
    assert kinds(fetched, read_data=False) == [("missing_object", KEY)]


def test_a_calendar_that_says_another_size_or_checksum_is_found(fetched: Lab) -> None:
    _tell(fetched, size=1, checksum="x")
    assert sorted(kind for kind, _ in kinds(fetched, read_data=False)) == ["checksum_differs", "size_differs"]


def test_a_false_count_is_found_by_reading(fetched: Lab) -> None:
    _tell(fetched, records=5)
    assert kinds(fetched, read_data=False) == []
    assert kinds(fetched) == [("count_differs", KEY)]


def test_a_broken_document_is_found_by_reading(fetched: Lab) -> None:
    lake = fetched.fetcher.lake
    answer = lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=b"<html>", ChecksumAlgorithm="SHA256")
    _tell(fetched, version_id=answer["VersionId"], size=6, checksum=answer["ChecksumSHA256"])
    assert kinds(fetched) == [("not_a_document", KEY)]


def test_a_broken_calendar_is_found(fetched: Lab) -> None:
    key, lake = layout.source_days_key("tides", 2024), fetched.fetcher.lake
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b'{"days": {"2024-01-01": {}}}')
    assert kinds(fetched) == [("unreadable_entry", key)]


@pytest.mark.parametrize(
    "key", [layout.daily_key("tides", date(2023, 1, 1)), layout.raw_key("tides", date(2023, 1, 1))]
)
def test_a_document_of_no_day_is_a_warning_with_the_command_that_fetches_it(fetched: Lab, key: str) -> None:
    lake = fetched.fetcher.lake
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"{}")
    (found,) = findings(fetched)
    assert (found.kind, found.grade, found.key) == ("orphaned_object", "warning", key)
    assert found.next_command == "python -m pipeline run tides --from 2023-01-01 --to 2023-01-01"


def test_a_foreign_object_and_a_runs_document_without_its_run_are_warnings(fetched: Lab) -> None:
    lake = fetched.fetcher.lake
    foreign, stray = "staging/daily/tides/readme.txt", layout.fetched_key("tides", date(2024, 2, 1), "nobody")
    for key in (foreign, stray):
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"{}")
    assert sorted(kinds(fetched)) == [("foreign_object", foreign), ("orphaned_object", stray)]


def _tell(lab: Lab, **facts: object) -> None:  # noqa: F811
    """Write other facts about the first day into the calendar."""
    key, lake = layout.source_days_key("tides", 2024), lab.fetcher.lake
    found = lake.read_json(key)
    assert found is not None
    found[0]["days"]["2024-01-01"] |= facts
    lake.write_json(key, found[0], found[1])

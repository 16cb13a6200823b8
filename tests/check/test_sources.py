"""pipeline.check.sources: each kind of damage to a source's days is found and named, and none is invented."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.check.findings import Finding
from pipeline.check.runs import Check
from pipeline.lake import keys
from tests.sources.test_fetch import FIRST, Lab, lab  # noqa: F401 - the fixture

KEY = keys.daily_key("tides", FIRST)


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
    key, lake = keys.source_days_key("tides", 2024), fetched.fetcher.lake
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b'{"days": {"2024-01-01": {}}}')
    assert kinds(fetched) == [("unreadable_entry", key)]


@pytest.mark.parametrize("key", [keys.daily_key("tides", date(2023, 1, 1)), keys.raw_key("tides", date(2023, 1, 1))])
def test_a_document_of_no_day_is_a_warning_with_the_command_that_fetches_it(fetched: Lab, key: str) -> None:
    lake = fetched.fetcher.lake
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"{}")
    (found,) = findings(fetched)
    assert (found.kind, found.grade, found.key) == ("orphaned_object", "warning", key)
    assert found.next_command == "python -m pipeline run tides --from 2023-01-01 --to 2023-01-01"


def test_a_foreign_object_and_a_runs_document_without_its_run_are_warnings(fetched: Lab) -> None:
    lake = fetched.fetcher.lake
    foreign, stray = "staging/daily/tides/readme.txt", keys.fetched_key("tides", date(2024, 2, 1), "nobody")
    for key in (foreign, stray):
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b"{}")
    assert sorted(kinds(fetched)) == [("foreign_object", foreign), ("orphaned_object", stray)]


def test_a_newest_version_that_no_run_wrote_is_damage_though_the_recorded_one_stands(fetched: Lab) -> None:
    lake = fetched.fetcher.lake
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=b'{"export_meta')
    (found,) = findings(fetched)
    assert (found.kind, found.grade, found.key) == ("replaced_object", "damage", KEY)
    assert found.next_command == "python -m pipeline run tides --from 2024-01-01 --to 2024-01-01"
    fetched.run("r2", last=FIRST)
    assert findings(fetched) == []


def test_a_newest_version_that_a_killed_run_left_is_a_warning(fetched: Lab) -> None:
    lake = fetched.fetcher.lake
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=b"{}", Metadata={"run-id": "r2", "fencing-token": "9"})
    (found,) = findings(fetched)
    assert (found.kind, found.grade, found.key) == ("orphaned_object", "warning", KEY)


def test_a_deletion_mark_over_a_daily_document_is_found(fetched: Lab) -> None:
    lake = fetched.fetcher.lake
    lake.s3.delete_object(Bucket=lake.bucket, Key=KEY)
    assert kinds(fetched, read_data=False) == [("missing_object", KEY)]


def test_a_recorded_version_that_is_gone_from_under_the_newest_is_found(fetched: Lab) -> None:
    lake, entry = fetched.fetcher.lake, fetched.calendar()[FIRST]
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=b"{}", Metadata={"run-id": "r2"})
    lake.s3.delete_object(Bucket=lake.bucket, Key=KEY, VersionId=entry.version_id or "")
    assert sorted(kinds(fetched)) == [("missing_object", KEY), ("orphaned_object", KEY)]


def test_a_raw_answer_that_is_gone_or_another_is_found_and_brought_back_by_the_command(fetched: Lab) -> None:
    lake, (gone, other) = fetched.fetcher.lake, (keys.raw_key("tides", FIRST.replace(day=day)) for day in (1, 2))
    lake.s3.delete_object(Bucket=lake.bucket, Key=gone)
    lake.s3.put_object(Bucket=lake.bucket, Key=other, Body=b"{}")
    assert sorted(kinds(fetched)) == [("missing_object", gone), ("size_differs", other)]
    fetched.run("r2")
    assert findings(fetched) == []


def test_calendars_of_years_that_cannot_be_are_foreign_and_no_year_between_is_asked_for(fetched: Lab) -> None:
    lake, asked = fetched.fetcher.lake, list[str]()
    odd = [f"metadata/source-days/tides/{name}.json" for name in ("0000", "0001", "9999", "readme")]
    for key in (*odd, keys.source_days_key("tides", 1950), keys.source_days_key("tides", 2100)):
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=b'{"source": "tides", "days": {}}')
    lake.s3.meta.events.register("provide-client-params.s3.GetObject", lambda params, **_: asked.append(params["Key"]))
    assert kinds(fetched, read_data=False) == [("foreign_object", key) for key in odd]
    calendars = [key for key in asked if key.startswith(keys.SOURCE_DAYS)]
    assert calendars == [keys.source_days_key("tides", year) for year in (1950, 2024, 2100)]


def _tell(lab: Lab, **facts: object) -> None:  # noqa: F811
    """Write other facts about the first day into the calendar."""
    key, lake = keys.source_days_key("tides", 2024), lab.fetcher.lake
    found = lake.read_json(key)
    assert found is not None
    found[0]["days"]["2024-01-01"] |= facts
    lake.write_json(key, found[0], found[1])

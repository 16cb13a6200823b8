"""pipeline.lake.storage: what a reader meets, by S3's own words, and never a promise that S3 did not make."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lake.storage import Storage, listed, told

ARCHIVES = ["GLACIER", "DEEP_ARCHIVE"]
ONLINE = [None, "STANDARD", "STANDARD_IA", "GLACIER_IR", "ONEZONE_IA", "INTELLIGENT_TIERING", "REDUCED_REDUNDANCY"]
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))


@pytest.mark.parametrize("name", ONLINE)
def test_what_is_in_no_archive_can_be_read(name: str | None) -> None:
    assert listed(name) == told(name, None, None) == Storage(name or "STANDARD")
    assert listed(name).readable


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archived_object_must_be_restored(name: str) -> None:
    assert listed(name) == told(name, None, None) == Storage(name, "archived")
    assert not listed(name).readable


@pytest.mark.parametrize("tier", ["ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"])
def test_an_archive_tier_is_an_archive_under_a_name_that_is_none(tier: str) -> None:
    assert told("INTELLIGENT_TIERING", tier, None).state == "archived"
    assert told("INTELLIGENT_TIERING", tier, 'ongoing-request="true"').state == "restoring"
    assert listed("INTELLIGENT_TIERING").may_be_archived


@given(st.sampled_from(ARCHIVES), MOMENTS)
def test_a_restored_object_says_until_when(name: str, until: datetime) -> None:
    header = f'ongoing-request="false", expiry-date="{format_datetime(until, usegmt=True)}"'
    assert told(name, None, header) == Storage(name, "restored", until)
    assert told(name, None, header).readable


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_restore_that_goes_on_cannot_be_read_yet(name: str) -> None:
    assert told(name, None, 'ongoing-request="true"') == Storage(name, "restoring")
    assert not told(name, None, 'ongoing-request="true"').readable


@given(st.sampled_from([*ARCHIVES, *ONLINE]), st.none() | st.just("ARCHIVE_ACCESS"), st.none() | st.text())
def test_any_header_is_read_and_none_but_S3s_own_opens_an_archive(
    name: str | None, tier: str | None, header: str | None
) -> None:
    found = told(name, tier, header)
    assert found.readable == (name not in ARCHIVES and not tier)


@pytest.mark.parametrize("date", ["", "soon", "Fri, 99 Dec 2012 00:00:00 GMT", "0"])
def test_a_date_that_is_none_leaves_the_rest_true(date: str) -> None:
    assert told("GLACIER", None, f'ongoing-request="false", expiry-date="{date}"') == Storage("GLACIER", "restored")

"""pipeline.export.changes: a time is a moment, whatever way it is written; what cannot be judged is never left out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import ChangedBy
from pipeline.export.changes import Changes, epoch_moment, iso_moment
from pipeline.export.dynamodb_json import item_of

SINCE = datetime(2026, 11, 24, 6, 33, 15, tzinfo=UTC)
BY: ChangedBy = (("updated_at", "iso"), ("created_at", "iso"))
OLD = {"S": "2026-10-18T18:33:15.000Z"}
moments = st.datetimes(datetime(1970, 1, 2), datetime(8999, 12, 30))
offsets = st.integers(-14 * 60, 14 * 60)


def judged(item: dict[str, Any], by: ChangedBy = BY, since: datetime | None = SINCE) -> str:
    return Changes(by, since).judge(item_of(item))


def offset_text(minutes: int, style: int) -> str:
    sign, (hours, rest) = "+" if minutes >= 0 else "-", divmod(abs(minutes), 60)
    return f"{sign}{hours:02}{':' if style else ''}{rest:02}"


@given(moments, offsets, st.sampled_from("Tt "), st.integers(0, 9), st.sampled_from(".,"), st.integers(0, 1))
def test_any_iso_text_is_the_moment_that_it_names(
    moment: datetime, minutes: int, between: str, digits: int, point: str, style: int
) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    fraction = f"{point}{moment.microsecond:06}000"[: digits + 1] if digits else ""
    text = f"{moment:%Y-%m-%d}{between}{moment:%H:%M:%S}{fraction}{offset_text(minutes, style)}"
    text = text.replace(f"{moment:%Y}", f"{moment.year:04}", 1)
    read = iso_moment(text)
    if aware.astimezone(UTC).year < 1970:
        assert read is None
        return
    assert read is not None
    assert aware <= read < aware + timedelta(seconds=1)
    assert digits or aware.replace(microsecond=999_999) == read


@given(moments, st.sampled_from(["Z", "z", "", "UTC", " UTC", "+00:00", "-00:00"]))
def test_without_an_offset_it_is_utc(moment: datetime, zone: str) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    assert iso_moment(f"{moment.year:04}{moment:-%m-%dT%H:%M:%S}{zone}") == whole.replace(microsecond=999_999)


@given(st.text("0123456789TZUC:+.,- é٣\n", max_size=30))
def test_any_text_is_a_time_of_our_years_or_none(text: str) -> None:
    for read in (iso_moment(text), epoch_moment(text, 1), epoch_moment(text, 1000)):
        assert read is None or 1970 <= read.year <= 9000


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "20261125T053315Z", "1795584795", "1971010112030", "2026/11/25", "25-11-2026", "2026-11-25T"]
    + ["2026-13-01T00:00:00Z", "2026-11-25T25:00:00Z", "2026-11-25T05:33:60Z", "0001-01-01T00:00:00Z"]
    + ["2026-11-25T05:33:15+25:00", "٢٠٢٦-11-25", "2026-11-25T05:33:15 Asia/Tokyo"],
)
def test_what_is_no_iso_time_is_none(text: str) -> None:
    assert iso_moment(text) is None


@given(st.dates(date(1970, 1, 2), date(8999, 12, 30)))
def test_a_bare_day_is_judged_by_its_end(day: date) -> None:
    assert iso_moment(day.isoformat()) == datetime.combine(day, time.max, UTC)


@given(st.integers(100_000_000, 221_000_000_000), st.integers(0, 999))
def test_seconds_and_milliseconds_are_told_apart_by_the_form_that_is_set(seconds: int, rest: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, milliseconds=rest)
    read = epoch_moment(str(seconds * 1000 + rest), 1000)
    assert read is not None
    assert moment <= read < moment + timedelta(milliseconds=2)
    whole = epoch_moment(str(seconds), 1)
    assert whole is not None
    assert whole.replace(microsecond=0) == moment.replace(microsecond=0)


@given(st.integers(1_000_000_000, 90_000_000_000))
def test_a_form_that_does_not_fit_reads_nothing(seconds: int) -> None:
    assert epoch_moment(str(seconds), 1000) is None
    assert epoch_moment(str(seconds * 1000 + 1), 1) is None


@pytest.mark.parametrize("text", ["0", "-1795584795", "1e9", "NaN", "", "1795584795 s", "9" * 400])
def test_what_is_no_count_of_our_years_is_none(text: str) -> None:
    assert epoch_moment(text, 1) is None


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"updated_at": {"S": "2026-11-25T05:33:15.000Z"}}, "written"),
        ({"updated_at": {"S": "2026-11-24T06:33:15Z"}}, "written"),
        ({"updated_at": {"S": "2026-11-24T06:33:14Z"}}, "older"),
        ({"updated_at": {"S": "2026-11-24 06:39:15"}}, "written"),
        ({"updated_at": {"S": "2026-11-24T02:33:15-08:00"}}, "written"),
        ({"updated_at": {"S": "2026-11-24T09:33:15+09:00"}}, "older"),
        ({"updated_at": OLD, "created_at": {"S": "2026-11-25"}}, "written"),
        ({"updated_at": OLD, "created_at": OLD}, "older"),
        ({"created_at": OLD}, "older"),
        ({"updated_at": {"NULL": True}, "created_at": OLD}, "older"),
        ({"updated_at": {"NULL": True}}, "unjudged"),
        ({"updated_at": {"N": "1795584795"}}, "unjudged"),
        ({"updated_at": {"N": "1795584795"}, "created_at": OLD}, "unjudged"),
        ({"updated_at": OLD, "created_at": {"S": "soon"}}, "unjudged"),
        ({"updatedAt": {"S": "2026-11-25T05:33:15Z"}, "createdAt": OLD}, "unjudged"),
        ({"updated_at": {"M": {"S": OLD}}}, "unjudged"),
        ({}, "unjudged"),
    ],
)
def test_an_item_is_judged_by_what_it_says(item: dict[str, Any], expected: str) -> None:
    assert judged(item) == expected


@pytest.mark.parametrize("form", ["epoch", "epoch_ms"])
def test_a_count_may_be_a_number_or_its_text(form: Any) -> None:
    factor = 1 if form == "epoch" else 1000
    by: ChangedBy = (("at", form),)
    for kind in "NS":
        assert judged({"at": {kind: str(int(SINCE.timestamp()) * factor)}}, by) == "written"
        assert judged({"at": {kind: str((int(SINCE.timestamp()) - 1) * factor)}}, by) == "older"
    assert judged({"at": {"BOOL": True}}, by) == "unjudged"


def test_from_the_beginning_everything_is_taken_and_counted_all_the_same() -> None:
    items = [item_of(item) for item in ({"updated_at": OLD}, {"updatedAt": OLD})]
    assert Changes(BY, None).among(items) == (items, 1)


def test_only_what_is_older_is_left_out() -> None:
    items = [item_of(item) for item in ({"created_at": OLD}, {"updated_at": {"S": "2026-11-25"}}, {"x": OLD})]
    assert Changes(BY, SINCE).among(items) == (items[1:], 1)

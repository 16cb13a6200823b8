"""pages.sources.calendar: each day in its cell, with a sign and in words, never by colour alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pages.sources import calendar
from pipeline.runs.run import RunError
from pipeline.sources.calendar import DayEntry
from pipeline.words.catalogue import LANGUAGES, Words

AT = datetime(2026, 11, 24, tzinfo=UTC)
GOT = DayEntry("got", "run-1", AT, 2, 9, "sum", rejected=(("pressure", "out of range"),))
DAYS = {
    date(2026, 11, 16): GOT,
    date(2026, 11, 17): DayEntry("partial", "run-1", AT, 1, 9, "sum"),
    date(2026, 11, 18): DayEntry("missing", "run-1", AT),
    date(2026, 11, 19): DayEntry("failed", "run-1", AT, error=RunError("E001", "x", "revoked")),
    date(2026, 11, 20): DayEntry("got", "run-1", AT, 2, 9, "sum", error=RunError("E006", "x")),
}
FIRST, LAST = date(2026, 11, 9), date(2026, 11, 24)


def test_the_last_weeks_begin_on_a_monday_and_end_today() -> None:
    assert calendar.weeks(date(2026, 11, 24), 26) == (date(2026, 6, 1), date(2026, 11, 24))
    assert calendar.weeks(date(2026, 11, 23), 1) == (date(2026, 11, 23), date(2026, 11, 23))


def test_days_are_counted_by_how_they_stand() -> None:
    assert calendar.counted(DAYS, FIRST, LAST) == {
        "got": 1,
        "partial": 1,
        "missing": 1,
        "failed": 2,
        "unknown": 11,
    }


def test_every_state_has_a_sign_and_a_colour_of_its_own() -> None:
    assert len(set(calendar.SIGNS.values())) == len(set(calendar.COLOURS.values())) == 5


def test_each_day_stands_in_the_row_of_its_weekday() -> None:
    heat = calendar.figure(Words("en"), DAYS, FIRST, LAST).data[0]
    assert [len(row) for row in heat.z] == [3] * 7
    assert [row[1] for row in heat.text] == ["✓", "◐", "–", "✕", "✕", "", ""]
    # Days outside the range are no cells: tomorrow is not "not fetched".
    assert [row[2] for row in heat.z] == [4, 4, None, None, None, None, None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_hovering_tells_a_day_in_words(language: str) -> None:
    words = Words(language)
    heat = calendar.figure(words, DAYS, FIRST, LAST).data[0]
    assert (
        words("source_day.got") in heat.hovertext[0][1]
        and words("source.day_rejected", count=1) in heat.hovertext[0][1]
    )
    assert f"E001 {words.error_of_code('E001', 'revoked')[0]}" in heat.hovertext[3][1]


def test_the_calendar_is_told_in_one_sentence() -> None:
    said = calendar.told(Words("en"), DAYS, FIRST, LAST)
    assert said == "Days from 2026/11/09 to 2026/11/24: Got 1, Partial 1, No data 1, Failed 2, Not fetched 11"


@pytest.mark.parametrize("year", [2023, 2024, 2026])
def test_a_whole_year_has_every_day_once_and_twelve_months(year: int) -> None:
    drawn = calendar.figure(Words("en"), {}, date(year, 1, 1), date(year, 12, 31))
    cells = [value for row in drawn.data[0].z for value in row if value is not None]
    assert len(cells) == (date(year + 1, 1, 1) - date(year, 1, 1)).days
    assert len(drawn.layout.xaxis.ticktext) == 12


def test_hovering_a_partial_day_tells_what_that_means() -> None:
    heat = calendar.figure(Words("en"), DAYS, FIRST, LAST, "A forecast.\nIt is replaced.").data[0]
    assert "A forecast.<br>It is replaced." in heat.hovertext[1][1]
    assert "A forecast." not in heat.hovertext[0][1]

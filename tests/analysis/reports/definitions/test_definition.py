"""pipeline.analysis.reports.definitions.definition: what is read, and how what is wrong is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.reports.definitions.definition import (
    ChartOfQuery,
    Definition,
    Forecast,
    FreeText,
    Period,
    Recipient,
    Schedule,
    Status,
    TableOfQuery,
    read,
    write,
)
from pipeline.errors import DataInvalid

LEAST = "title: x\nperiod: {kind: last_week}\nblocks: [{kind: status}]\n"
TEXTS = st.text(max_size=60)
TITLES = st.text(min_size=1, max_size=60)
BLOCKS = st.one_of(
    st.builds(Status, title=TEXTS),
    st.builds(FreeText, text=TEXTS),
    st.builds(TableOfQuery, sql=TITLES),
    st.builds(ChartOfQuery, sql=TITLES, x=TITLES, y=st.lists(TITLES, min_size=1, max_size=6).map(tuple)),
    st.builds(Forecast, measure=st.sampled_from(["focus_minutes", "mood"])),
)
DEFINITIONS = st.builds(
    Definition,
    title=TITLES,
    period=st.one_of(
        st.just(Period("last_month")),
        st.builds(Period, st.just("last_days"), days=st.integers(1, 366)),
        st.just(Period("fixed", first=date(2026, 2, 28), last=date(2026, 3, 1))),
    ),
    blocks=st.lists(BLOCKS, min_size=1, max_size=4).map(tuple),
    person=TEXTS,
    schedule=st.one_of(st.none(), st.just(Schedule(("02-29", 31, "last", "monday"), "14:30", "Europe/Berlin"))),
    recipients=st.lists(st.just(Recipient("slack", "team-1")), max_size=2).map(tuple),
)


def refused(text: str) -> dict[str, Any]:
    with pytest.raises(DataInvalid) as caught:
        read(text)
    assert caught.value.state in ("report_definition", "report_secret")
    return {"message": caught.value.message, **caught.value.facts}


def test_the_least_definition_is_japanese_in_all_formats_and_not_scheduled() -> None:
    least = read(LEAST)
    assert (least.language, least.zone, least.formats, least.schedule) == ("ja", "Asia/Tokyo", least.formats, None)
    assert set(least.formats) == {"html", "pdf", "xlsx", "md"}


def test_times_and_words_are_texts_without_quotes() -> None:
    read_back = read(f"{LEAST}schedule: {{days: [monday], at: 14:30}}\nperson: no\n")
    assert read_back.schedule and (read_back.schedule.at, read_back.person) == ("14:30", "no")


@given(DEFINITIONS)
def test_what_is_written_is_read_as_it_was(definition: Definition) -> None:
    assert read(write(definition)) == definition
    assert write(read(write(definition))) == write(definition)


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("period: {kind: last_week}\nblocks: [{kind: status}]", "$", "a value for `title`"),
        (f"{LEAST}colour: red", "$", "nothing called `colour`"),
        ("title: x\nperiod: {kind: last_week}\nblocks: []", "blocks", "`array` of length >= 1"),
        ("title: x\nperiod: {kind: last_week}\nblocks: [{kind: status}, {kind: map}]", "blocks[1].kind", "status"),
        (LEAST.replace("{kind: status}", "{kind: chart, sql: a, x: 1, y: [a]}"), "blocks[0].x", "`str`, got `int`"),
        (LEAST.replace("{kind: status}", "{kind: chart, sql: a, x: a, y: []}"), "blocks[0].y", "length >= 1"),
        (LEAST.replace("{kind: status}", "{kind: forecast, measure: a b}"), "blocks[0].measure", "focus_minutes"),
        (LEAST.replace("last_week", "last_days"), "period.days", "number of days"),
        (LEAST.replace("last_week", "last_days, days: 367"), "period.days", "<= 366"),
        (LEAST.replace("last_week", "fixed, first: 2026-02-02"), "period.first", "first and last"),
        (LEAST.replace("last_week", "fixed, first: 2026-02-02, last: 2026-02-01"), "period.last", "from first on"),
        (LEAST.replace("last_week", "fixed, first: 0001-01-01, last: 0001-01-02"), "period.first", "1970 to 2999"),
        (LEAST.replace("last_week", "fixed, first: 9999-12-30, last: 9999-12-31"), "period.first", "1970 to 2999"),
        (LEAST + 'schedule: {days: [every], at: "09:30\\n"}', "schedule.at", "a time such as"),
        (LEAST + "schedule: {days: [every], at: 0٣:3٠}", "schedule.at", "a time such as"),
        (LEAST.replace("last_week", "fixed, first: 2026-02-30, last: 2026-03-01"), "period.first", "date"),
        (f"{LEAST}zone: ../etc/passwd", "zone", "Asia/Tokyo"),
        (f"{LEAST}zone: Mars/Base", "zone", "Asia/Tokyo"),
        (f"{LEAST}zone: ''", "zone", "Asia/Tokyo"),
        (f"{LEAST}formats: [pdf, pdf]", "formats", "once"),
        (f"{LEAST}schedule: {{days: [1], at: 24:00}}", "schedule.at", "09:00"),
        (f"{LEAST}schedule: {{days: [02-30], at: 09:00}}", "schedule.days", "02-29"),
        (f"{LEAST}schedule: {{days: [0], at: 09:00}}", "schedule.days", "1 to 31"),
        (f"{LEAST}schedule: {{days: [1], at: 09:00, zone: X}}", "schedule.zone", "Asia/Tokyo"),
        ("- title: x", "$", "mapping"),
        ("", "$", "mapping"),
    ],
)
def test_what_is_wrong_is_told_by_its_field_and_what_was_expected(text: str, field: str, expected: str) -> None:
    told = refused(text)
    assert told["field"] == field
    assert expected in told["expected"]


@pytest.mark.parametrize(
    "recipients",
    [
        "[{kind: slack, name: 'https://hooks.example/T0/SECRET'}]",
        "[{kind: slack, url: 'https://hooks.example/T0/SECRET'}]",
        "['https://hooks.example/T0/SECRET']",
        "https://hooks.example/T0/SECRET",
        "[{kind: sns, name: SECRET@mail.example}]",
    ],
)
def test_a_recipient_s_address_is_refused_and_not_repeated(recipients: str) -> None:
    assert "SECRET" not in str(refused(f"{LEAST}recipients: {recipients}"))

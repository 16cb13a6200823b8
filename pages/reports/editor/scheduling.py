"""When a report is made by itself, and who is told: days, time and zone, and the moments that they mean."""

from __future__ import annotations

from datetime import datetime, time
from functools import partial
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

import streamlit as st

from pages.reports.editor import fields, places
from pages.reports.editor.drafts import Draft
from pages.ui import format as fmt
from pages.ui import guard, show
from pipeline.analysis.reports.definitions.definition import Schedule
from pipeline.console.app import App
from pipeline.console.insights.daily import ZONE
from pipeline.notices.moments import WEEKDAYS, next_due, wrong_day
from pipeline.words.catalogue import Words

MOMENTS: Final = 3
LAST_DAY: Final = 31
DAYS: Final[tuple[str | int, ...]] = ("every", *WEEKDAYS, *range(1, LAST_DAY + 1), "last")


def render(console: App, words: Words, draft: Draft) -> None:
    """Draw them."""
    plain = draft.plain.get("schedule")
    key = places.key(draft, "scheduled")
    st.checkbox(
        words("report_editor.scheduled"), plain is not None, key=key, on_change=_put_schedule, args=(draft, key)
    )
    if plain is not None:
        _schedule(console, words, draft, plain)
    with guard.apart(words, words("report_editor.recipients")):
        _recipients(console, words, draft)


def _put_schedule(draft: Draft, key: str) -> None:
    draft.schedule(places.typed(key), draft.plain.get("zone", fields.USUAL_ZONES[0]))


def _schedule(console: App, words: Words, draft: Draft, plain: dict[str, Any]) -> None:
    _days(words, draft, plain)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        at = places.key(draft, "at")
        st.time_input(
            words("report_editor.at"),
            time.fromisoformat(plain["at"]),
            key=at,
            step=300,
            on_change=_put_time,
            args=(draft, at),
            width=160,
        )
        put = partial(places.put_into, draft, "schedule", "zone")
        held = plain.get("zone", fields.USUAL_ZONES[0])
        fields.zone(draft, "schedule-zone", words("report_editor.schedule_zone"), held, put)
        paused = places.key(draft, "paused")
        into = (draft, "schedule", "paused", paused)
        st.checkbox(
            words("report_editor.paused"), plain.get("paused", False), key=paused, on_change=places.put_into, args=into
        )
    _moments(console, words, plain)


def _days(words: Words, draft: Draft, plain: dict[str, Any]) -> None:
    key = places.key(draft, "schedule-days")
    held = [day for day in plain["days"] if day not in DAYS]
    st.multiselect(
        words("report_editor.schedule_days"),
        [*DAYS, *held],
        plain["days"],
        key=key,
        format_func=partial(day_of, words),
        help=words("report_editor.schedule_days_help"),
        placeholder=words("report_editor.schedule_days_none"),
        accept_new_options=True,
        on_change=_put_days,
        args=(draft, key),
    )


def _put_days(draft: Draft, key: str) -> None:
    # A day of the month that is typed comes as a text.
    days = [int(day) if isinstance(day, str) and day.isdecimal() else day for day in places.typed(key)]
    draft.put_into("schedule", days=list(dict.fromkeys(days)))


def day_of(words: Words, day: str | int) -> str:
    """A day of a schedule as a person reads it; one that is typed (02-29) stays as it is: a browser sends it so."""
    if isinstance(day, int):
        return words("report_editor.day_of_month", day=day)
    return words(f"report_editor.day.{day}") if day in DAYS else day


def _put_time(draft: Draft, key: str) -> None:
    # Emptied, it stays what it was.
    chosen = places.typed(key)
    if chosen:
        draft.put_into("schedule", at=f"{chosen:%H:%M}")


def _moments(console: App, words: Words, plain: dict[str, Any]) -> None:
    if not plain["days"] or any(map(wrong_day, plain["days"])):
        return
    schedule = Schedule(tuple(plain["days"]), plain["at"], plain.get("zone", fields.USUAL_ZONES[0]))
    told = [_moment(words, moment, schedule.zone) for moment in islice(_following(schedule, console.now()), MOMENTS)]
    st.caption(words("report_editor.paused_now" if plain.get("paused") else "report_editor.next"))
    st.text("\n".join(told))


def _following(schedule: Schedule, after: datetime) -> Any:
    while True:
        after = next_due(schedule, after)
        yield after


def _moment(words: Words, moment: datetime, zone: str) -> str:
    """By the clock of its zone, and by ours where that is another."""
    there = moment.astimezone(ZoneInfo(zone))
    day = words(f"report_editor.day.{WEEKDAYS[there.weekday()]}")
    told = words("report_editor.moment", time=f"{there:%Y/%m/%d %H:%M}", day=day, zone=zone)
    ours = moment.astimezone(ZONE)
    return told if there.utcoffset() == ours.utcoffset() else f"{told} = {fmt.jst(moment)}"


def _recipients(console: App, words: Words, draft: Draft) -> None:
    held = [_named(one) for one in draft.plain.get("recipients", ())]
    known = [f"{channel.kind}:{channel.name}" for channel in console.reports.notices.channels()]
    if not (known or held):
        st.caption(words("report_editor.no_channels"))
        return
    key = places.key(draft, "recipients")
    st.multiselect(
        words("report_editor.recipients"),
        [*known, *(one for one in held if one not in known)],
        held,
        key=key,
        format_func=lambda one: one if one in known else words("report_editor.unknown_channel", name=one),
        placeholder=words("report_editor.recipients_none"),
        on_change=_put_recipients,
        args=(draft, key),
    )
    gone = [one for one in held if one not in known]
    if gone:
        st.warning(words("report_editor.channels_gone", names=show.plain(", ".join(gone))), icon=":material/warning:")


def _named(one: dict[str, Any]) -> str:
    return f"{one.get('kind')}:{one.get('name')}"


def _put_recipients(draft: Draft, key: str) -> None:
    chosen = [one.partition(":") for one in places.typed(key)]
    draft.put("recipients", [{"kind": kind, "name": name} for kind, _, name in chosen] or None)

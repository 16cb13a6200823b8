"""One build whole: its facts, what was published or why not, what went in, and every node."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from pages.models import charts, chosen, rows
from pages.ui import format as fmt
from pages.ui import links, reads, show, state
from pipeline.analysis.models.builds import Brief, Build, BuildIndex
from pipeline.analysis.models.standing import Level
from pipeline.clock import parse_day
from pipeline.console import models as telling
from pipeline.console.analysis import overview as overviews
from pipeline.console.app import App
from pipeline.lake.model_keys import builds_of
from pipeline.words.catalogue import Words

# As far back as the history of runs looks.
LOG_DAYS = "90"
LOOKS: dict[Level, tuple[show.Colour, str]] = {
    "good": ("green", "✓"),
    "part": ("gray", "–"),
    "warn": ("orange", "!"),
    "bad": ("red", "✗"),
    "none": ("gray", "–"),
}


def badge(words: Words, level: Level) -> str:
    """How a build stands, inside a text."""
    colour, mark = LOOKS[level]
    return f":{colour}-badge[{mark} {words(f'buildlog.level.{level}')}]"


def published(words: Words, one: Brief, current: Brief | None) -> str:
    """Whether it is, was, or was not published, inside a text; ``current`` is the build that is now."""
    if one.published and current and one.run_id == current.run_id:
        return f":green-badge[{words('models.published')}]"
    if one.published:
        return f":gray-badge[{words('buildlog.was_published')}]"
    return f":orange-badge[{words('models.withheld')}]"


def share(words: Words, one: Brief) -> str:
    """The share of its tests that passed; cut, not rounded."""
    told = fmt.NOTHING if one.share is None else f"{int(one.share * 1000) / 10:g}%"
    return words("buildlog.share", share=told)


def trigger(words: Words, one: Brief) -> str:
    """Who or what has started it."""
    return words(f"trigger.{one.trigger}") if one.trigger in {"schedule", "manual", "backfill"} else one.trigger


def render(console: App, words: Words, index: BuildIndex, run_id: str) -> None:
    """Draw the build of this id. Raise what reading it raises."""
    st.button(words("buildlog.back"), key="close-build", icon=":material/arrow_back:", on_click=chosen.close)
    brief = index.of(run_id)
    day = brief.day if brief else _day(run_id)
    one = reads.build(console, day, run_id) if day else None
    if one is None:
        st.warning(words("buildlog.no_such_build"), icon=":material/search_off:")
        st.code(run_id, language=None, wrap_lines=True)
        return
    _facts(words, one.brief, overviews.published(index))
    _published(words, one)
    _documents(words, one)
    _nodes(words, one)
    _log(words, one.brief)


def _day(run_id: str) -> date | None:
    """The UTC day that a run id begins with: a build may be older than the index knows."""
    try:
        return parse_day(f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}")
    except ValueError:
        return None


def _facts(words: Words, one: Brief, current: Brief | None) -> None:
    st.header(words("buildlog.title", time=fmt.jst(one.started_at)), anchor=False)
    st.markdown(f"{badge(words, one.level)} {published(words, one, current)}")
    facts = [
        ("models.seconds_label", fmt.duration(one.seconds, words.language)),
        ("models.models_label", telling.counts(words, one.models)),
        ("dbt.tests_label", telling.counts(words, one.tests)),
        ("models.tests_label", fmt.NOTHING if one.share is None else f"{int(one.share * 1000) / 10:g}%"),
        ("history.trigger", trigger(words, one)),
    ]
    with st.container(horizontal=True):
        for label, value in facts:
            show.fact(words(label), value)
    show.copyable(words("buildlog.run_id"), one.run_id)


def _published(words: Words, one: Build) -> None:
    st.subheader(words("models.published_label"), anchor=False)
    if not one.brief.published:
        st.warning(show.plain(overviews.withheld(words, one.brief)), icon=":material/public_off:")
    if not one.marts:
        st.caption(words("buildlog.no_marts"))
    for mart in one.marts:
        records, size = fmt.number(mart.records, words.language), fmt.size(mart.size, words.language)
        show.copyable(words("buildlog.mart", name=show.plain(mart.name), records=records, size=size), mart.key)


def _documents(words: Words, one: Build) -> None:
    if not one.documents:
        return
    st.subheader(words("buildlog.documents"), anchor=False)
    table = [
        {
            words("buildlog.table"): document.table,
            words("inspect.day"): f"{document.day:%Y/%m/%d}",
            words("inspect.records"): document.records,
            words("buildlog.key"): document.key,
        }
        for document in one.documents
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("buildlog.documents"))


def _nodes(words: Words, one: Build) -> None:
    if not one.nodes:
        return
    st.subheader(words("buildlog.nodes"), anchor=False)
    nodes = sorted(one.nodes, key=lambda unique_id: not unique_id.startswith("model."))
    told = charts.run_rows(words, [one.nodes[unique_id] for unique_id in nodes])
    model, run_id = rows.title(words, "models.column_model"), words("buildlog.run_id")
    table = [
        {model: unique_id.rpartition(".")[2], **{name: cell for name, cell in row.items() if name != run_id}}
        for unique_id, row in zip(nodes, told, strict=True)
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("buildlog.nodes"))


def _log(words: Words, one: Brief) -> None:
    language = {} if words.language == "ja" else {state.LANGUAGE: words.language}
    query = {"tab": "history", "table": builds_of(chosen.OURS), "days": LOG_DAYS, "run": one.run_id, **language}
    links.link("pipeline", words("buildlog.log"), ":material/receipt_long:", **query)

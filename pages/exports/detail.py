"""One run's details: its facts, other formats, columns, differences, and the log events of that very run.

Each part is asked for when its tab is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from pages.exports import archive, log_tail, rows
from pages.ui import address, download, records, show, state
from pages.ui import format as fmt
from pipeline.console.app import App
from pipeline.documents.columns import profile
from pipeline.documents.diff import Diff
from pipeline.documents.documents import PRESIGN_ABOVE
from pipeline.errors import PipelineError
from pipeline.lake.storage import Storage
from pipeline.runs.history import before, shared_days
from pipeline.runs.run import History, Run
from pipeline.words.catalogue import Words

PROFILED_ROWS = 500
PARTS = ("facts", "formats", "columns", "diff", "log")


def render(console: App, words: Words, history: History, run: Run, mark: str) -> None:
    """Draw the part that is chosen; a failing one is a card."""
    drawn: dict[str, Callable[[], None]] = {
        "facts": lambda: _facts(console, words, run),
        "formats": lambda: _formats(console, words, run, mark),
        "columns": lambda: _columns(console, words, run),
        "diff": lambda: _diff(console, words, history, run, mark),
        "log": lambda: log_tail.of_run(console, words, run),
    }
    parts = [part for part in PARTS if run.has_document or part in {"facts", "log"}]
    key, first = address.spoken(words, f"detail-{mark}"), "log" if run.error else "facts"
    address.chosen(key, address.PART, [first, *(part for part in parts if part != first)])
    chosen = st.radio(
        words("detail.part"),
        parts,
        format_func=lambda part: words(f"detail.{part}"),
        label_visibility="collapsed",
        horizontal=True,
        key=key,
        on_change=address.keep,
        args=(key, address.PART, first),
    )
    try:
        drawn[chosen]()
    except PipelineError as error:
        show.failure(words, error)


def _facts(console: App, words: Words, run: Run) -> None:
    if run.legacy:
        st.caption(words("detail.foreign_about" if run.foreign else "detail.legacy_about"))
    # Of the old function's exports only the object is known.
    figures = [] if run.legacy else _figures(words, run)
    named = [
        ("run_id", run.run_id),
        ("left" if run.error else "location", console.documents.location(run) if run.key else ""),
    ]
    if not run.legacy:
        checked = (("version_id", run.version_id), ("checksum", run.checksum), ("request_id", run.request_id))
        named += [(name, value or "") for name, value in checked]
    # Pairs that wrap: a table of two columns does not fit a phone.
    with st.container(horizontal=True):
        for name, value in [*figures, ("updated", "" if run.legacy else fmt.jst(run.updated_at))]:
            if value:
                show.fact(words(f"detail.{name}"), value)
    for name, value in named:
        if value:
            show.copyable(words(f"detail.{name}"), value)
    if run.until:
        st.caption(words("detail.window_about"))
    if run.has_document:
        storage = console.documents.stored(run).storage
        st.caption(words("detail.storage_class", name=storage.storage_class))
        archive.line(words, storage)


def _figures(words: Words, run: Run) -> list[tuple[str, str]]:
    language = words.language
    figures = [
        ("engine", words(f"engine.{run.consistency}", name=run.engine)),
        ("engine_reason", _why(words, run)),
        ("days", _range(run) if run.first_day else ""),
        ("window", _window(words, run)),
        ("changed_by", run.changed_by or ""),
        ("unjudged", fmt.number(run.unjudged, language) if run.unjudged else ""),
        ("renamed", fmt.number(run.renamed, language) if run.renamed else ""),
        ("updated_days", fmt.number(run.updated_days, language) if run.first_day else ""),
        ("hops", fmt.number(run.hops, language)),
    ]
    if not run.reads_table:
        return figures
    return [
        *figures,
        ("segments", fmt.number(run.segments, language)),
        ("units", "" if run.consumed_units is None else fmt.number(round(run.consumed_units), language)),
        ("throttles", fmt.number(run.throttles, language)),
        ("cost", fmt.dollars(run.estimated_cost_usd, language)),
    ]


def _why(words: Words, run: Run) -> str:
    why = run.engine_why
    if why is None:
        # An older entry, or a later version's: its sentence as it stands.
        return run.engine_reason or ""
    size, limit = fmt.size(why.size, words.language), fmt.size(why.limit, words.language)
    return words(f"engine_why.{why.code}", size=size, limit=limit, setting=why.setting)


def _window(words: Words, run: Run) -> str:
    if run.until is None:
        return ""
    return f"{fmt.jst(run.since) if run.since else words('detail.from_the_beginning')} – {fmt.jst(run.until)}"


def _formats(console: App, words: Words, run: Run, mark: str) -> None:
    if run.files or (run.bytes or 0) > PRESIGN_ABOVE:
        st.info(words("detail.formats_large"), icon=":material/info:")
        return
    st.caption(words("detail.formats_about"))
    allowed = console.may("download")
    documents = console.documents
    storage = documents.stored(run).storage if allowed else Storage()
    hindrance = archive.hindrance(words, storage, allowed)
    makers: dict[str, Callable[[Run], bytes]] = {
        "csv": documents.csv,
        "xlsx": partial(documents.xlsx, words=words),
        "parquet": documents.parquet,
    }
    # A workbook speaks the language that the person has now.
    fetches = {
        kind: download.fetch(run, f"{kind}-{words.language}", partial(make, run)) for kind, make in makers.items()
    }
    with st.container(horizontal=True):
        pressed = {kind: rows.converted(words, run, f"{kind}-{mark}", fetches[kind], hindrance) for kind in fetches}
    for kind, fetch in fetches.items():
        download.follow(words, fetch, pressed[kind])


def _columns(console: App, words: Words, run: Run) -> None:
    preview = console.documents.preview(run, PROFILED_ROWS)
    shown = words.count("runs.records", len(preview.rows), fmt.number(len(preview.rows), words.language))
    st.caption(words("columns.about" if preview.more else "columns.all", shown=shown))
    table = [
        {
            words("columns.name"): column.name,
            words("columns.types"): ", ".join(words(f"kind.{name}") for name in column.types) or fmt.NOTHING,
            words("columns.missing"): column.missing,
            words("columns.nulls"): column.nulls,
            words("columns.distinct"): column.distinct,
        }
        for column in profile(preview.rows)
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("detail.columns"))


def _diff(console: App, words: Words, history: History, run: Run, mark: str) -> None:
    others = before(history.runs, run)
    if not others:
        st.info(words("diff.none"), icon=":material/info:")
        return
    other = st.selectbox(
        words("diff.against"),
        others,
        format_func=lambda other: f"{fmt.jst(other.started_at)} · {other.run_id}",
        key=f"{state.COMPARED}-{mark}",
    )
    older, newer = sorted((other, run), key=lambda each: each.started_at)
    st.caption(words("diff.order", older=fmt.jst(older.started_at), newer=fmt.jst(newer.started_at)))
    days = shared_days(older, newer)
    if days and days.partly:
        ranges = {"older": _range(older), "newer": _range(newer), "both": f"{days.first} – {days.last}"}
        st.warning(words("diff.no_day" if days.none else "diff.some_days", **ranges), icon=":material/date_range:")
    if days and days.none:
        return
    with st.spinner(words("diff.comparing")):
        _differences(words, console.documents.diff(older, newer))


def _range(run: Run) -> str:
    return f"{run.first_day} – {run.last_day}"


def _differences(words: Words, diff: Diff) -> None:
    language = words.language
    with st.container(horizontal=True):
        for name, count in (
            ("added", diff.added_count),
            ("removed", diff.removed_count),
            ("changed", diff.changed_count),
            ("same", diff.same_count),
        ):
            st.metric(words(f"diff.{name}"), fmt.number(count, language), border=True, width=150)
    for name, columns in (("added_columns", diff.added_columns), ("removed_columns", diff.removed_columns)):
        if columns:
            st.text(f"{words(f'diff.{name}')}: {', '.join(columns)}")
    for column, old, new in diff.type_changes:
        st.text(words("diff.type_change", column=column, before=old, after=new))
    if diff.empty:
        st.success(words("diff.equal"), icon=":material/check_circle:")
    _changes(words, diff)


def _changes(words: Words, diff: Diff) -> None:
    changes = [
        {
            words("diff.key"): change.key,
            words("diff.field"): name,
            words("diff.before"): old,
            words("diff.after"): new,
        }
        for change in diff.changes
        for name, old, new in change.fields
    ]
    for title, table in (
        ("diff.changed_records", records.table(changes)),
        ("diff.added_records", records.table(diff.added)),
        ("diff.removed_records", records.table(diff.removed)),
    ):
        if len(table):
            st.caption(words(title))
            st.dataframe(table, hide_index=True, placeholder="", alt=words(title))

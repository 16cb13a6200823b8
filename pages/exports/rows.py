"""Draws the history: one self-labelled row a run with its buttons, and the preview of a document.

Rows wrap on a phone; nothing of a document is fetched before its button is pressed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import orjson
import streamlit as st

from pages.ui import format as fmt
from pages.ui import show, state
from pages.ui.download import Fetch
from pages.ui.records import table
from pipeline.documents.documents import Link, Preview
from pipeline.documents.forms import flat
from pipeline.lake.bucket import PRESIGN_SECONDS
from pipeline.runs.run import Run, Shown
from pipeline.words.catalogue import Words

ROWS_A_PAGE = 12
MIMES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def marks(runs: Sequence[Run]) -> list[str]:
    """One key a row: the run's id, numbered where a foreign ledger entry repeats it."""
    seen: Counter[str] = Counter()
    marked = []
    for run in runs:
        seen[run.run_id] += 1
        marked.append(run.run_id if seen[run.run_id] == 1 else f"{run.run_id}-{seen[run.run_id]}")
    return marked


def facts(words: Words, run: Run, shown: Shown) -> None:
    """The seven columns of a run, each with its label; the widths keep them on one line at 1280."""
    language = words.language
    with st.container(horizontal=True, gap="xsmall"):
        _cell(words("history.table"), run.table, 150)
        _cell(words("history.time"), _when(run), 118)
        _cell(words("history.size"), fmt.size(run.bytes if run.key else None, language), 98)
        with st.container(width=106, gap="xxsmall"):
            st.caption(words("history.status"))
            show.badge(words, shown)
        _cell(words("history.records"), fmt.number(run.records if run.has_document else None, language), 92)
        _cell(words("history.duration"), fmt.duration(run.duration_seconds, language), 64)
        _cell(words("history.trigger"), words(f"trigger.{'legacy' if run.legacy else run.trigger}"), 98)


def _when(run: Run) -> str:
    # Of a document that no run tells of only the day is known.
    return fmt.jst_date(run.started_at) if run.legacy else fmt.jst_minute(run.started_at)


def download(words: Words, run: Run, mark: str, fetch: Fetch, allowed: bool) -> bool:
    """A download button, and whether it was pressed; ``fetch`` is called then, not before."""
    mime = "application/gzip" if run.file_name.endswith(".gz") else "application/json"
    return st.download_button(
        words("history.download"),
        data=fetch.named(run.file_name, mime),
        file_name=fetch.name,
        mime=fetch.mime,
        key=f"download-{mark}",
        icon=":material/download:",
        disabled=not allowed,
        help=show.why_not(words, allowed),
    )


def converted(words: Words, run: Run, key: str, fetch: Fetch, allowed: bool) -> bool:
    """A download button for another form of the document, and whether it was pressed; the key begins with its kind,
    csv or parquet."""
    kind = key.partition("-")[0]
    return st.download_button(
        words(f"history.download_{kind}"),
        data=fetch.named(f"{run.table}-{run.day.isoformat()}.{kind}", MIMES[kind]),
        file_name=fetch.name,
        mime=fetch.mime,
        key=key,
        icon=":material/download:",
        disabled=not allowed,
        help=show.why_not(words, allowed),
    )


def link(words: Words, mark: str, make: Callable[[], Link], allowed: bool) -> None:
    """For documents too large to pass through the app: a presigned link, made when asked for."""
    if st.button(
        words("history.download_link"),
        key=f"link-{mark}",
        icon=":material/link:",
        disabled=not allowed,
        help=show.why_not(words, allowed),
    ):
        made = make()
        st.link_button(words("history.link_ready"), made.url, icon=":material/download:")
        lives = fmt.lifetime(PRESIGN_SECONDS if made.seconds is None else made.seconds, words.language)
        st.caption(words("history.link_may_end" if made.seconds is None else "history.link_lives", time=lives))


def parts(words: Words, run: Run, mark: str, make: Callable[[Run, str], Link], allowed: bool) -> None:
    """The files of a native export: one is chosen, its link is made when asked for."""
    chosen = st.selectbox(
        words("history.part"),
        run.files,
        format_func=lambda file: f"{file.key.rpartition('/')[2]} · {fmt.size(file.size, words.language)}",
        key=f"part-{mark}",
        width=360,
    )
    link(words, mark, lambda: make(run, chosen.key), allowed)


def preview(words: Words, run: Run, preview: Preview, mark: str) -> None:
    """First rows of a document as a table; nested values as columns of their own where that is wanted."""
    if not preview.rows:
        st.info(words("preview.empty"))
        return
    shown = words.count("runs.records", len(preview.rows), fmt.number(len(preview.rows), words.language))
    about = "preview.about" if preview.more else "preview.all"
    st.text(words(about, table=run.table, time=_when(run), shown=shown))
    nested = any(isinstance(value, dict) for row in preview.rows for value in row.values())
    expanded = nested and st.toggle(words("preview.expand"), key=f"{state.EXPANDED}-{mark}")
    records = [flat(row) for row in preview.rows] if expanded else preview.rows
    st.dataframe(table(records), hide_index=True, placeholder="", alt=words("preview.title"))
    with st.expander(words("preview.metadata")):
        st.code(orjson.dumps(preview.metadata, option=orjson.OPT_INDENT_2).decode(), language="json")


def pager(words: Words, total: int, key: str) -> slice:
    """Which rows of ``total`` to draw; a page number above them when there is more than one page."""
    pages = max(1, -(-total // ROWS_A_PAGE))
    page = min(int(st.session_state.get(key, 1)), pages)
    if pages > 1:
        # Put back, for the history may have shrunk below the page that was chosen.
        st.session_state[key] = page
        st.number_input(words("history.page", pages=pages), min_value=1, max_value=pages, key=key, width=160)
    return slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE)


def _cell(label: str, value: str, width: int) -> None:
    with st.container(width=width, gap="xxsmall"):
        st.caption(label)
        st.text(value)

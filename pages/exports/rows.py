"""Draws the history: one self-labelled row a run with its buttons, and the preview of a document.

Rows wrap on a phone; nothing of a document is fetched before its button is pressed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import streamlit as st

from pages.ui import address, paging, show, state
from pages.ui import format as fmt
from pages.ui.download import Fetch
from pages.ui.records import frame
from pipeline.documents import cells
from pipeline.documents.documents import Link, Preview
from pipeline.lake.bucket import PRESIGN_SECONDS
from pipeline.runs.run import Run, Shown
from pipeline.tables.names import flat
from pipeline.words.catalogue import Words

ROWS_A_PAGE = 12
# What is open, as the address tells it.
RUN, PREVIEW = "run", "preview"
WHOLE_HEIGHT = 360
MIMES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


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
        _labelled(words("history.status"), show.badge(words, shown), 106)
        _cell(words("history.records"), fmt.number(run.records if run.has_document else None, language), 92)
        _cell(words("history.duration"), fmt.duration(run.duration_seconds, language), 64)
        _cell(words("history.trigger"), words(f"trigger.{'legacy' if run.legacy else run.trigger}"), 98)


def _when(run: Run) -> str:
    # Of a document that no run tells of only the day is known.
    return fmt.jst_date(run.started_at) if run.legacy else fmt.jst_minute(run.started_at)


def download(words: Words, run: Run, mark: str, fetch: Fetch, hindrance: str | None) -> bool:
    """A download button, and whether it was pressed; ``fetch`` is called then, not before. ``hindrance``: why it cannot
    be pressed."""
    mime = "application/gzip" if run.file_name.endswith(".gz") else "application/json"
    return st.download_button(
        words("history.download"),
        data=fetch.named(run.file_name, mime),
        file_name=fetch.name,
        mime=fetch.mime,
        key=f"download-{mark}",
        icon=":material/download:",
        disabled=hindrance is not None,
        help=hindrance,
    )


def converted(words: Words, run: Run, key: str, fetch: Fetch, hindrance: str | None) -> bool:
    """A download button for another form of the document, and whether it was pressed; the key begins with its kind,
    csv, xlsx or parquet."""
    kind = key.partition("-")[0]
    return st.download_button(
        words(f"history.download_{kind}"),
        data=fetch.named(f"{run.table}-{run.day.isoformat()}.{kind}", MIMES[kind]),
        file_name=fetch.name,
        mime=fetch.mime,
        key=key,
        icon=":material/download:",
        disabled=hindrance is not None,
        help=hindrance,
    )


def link(words: Words, mark: str, make: Callable[[], Link], hindrance: str | None) -> None:
    """For documents too large to pass through the app: a presigned link, made when asked for."""
    if st.button(
        words("history.download_link"),
        key=f"link-{mark}",
        icon=":material/link:",
        disabled=hindrance is not None,
        help=hindrance,
    ):
        made = make()
        st.link_button(words("history.link_ready"), made.url, icon=":material/download:")
        lives = fmt.lifetime(PRESIGN_SECONDS if made.seconds is None else made.seconds, words.language)
        st.caption(words("history.link_may_end" if made.seconds is None else "history.link_lives", time=lives))


def parts(words: Words, run: Run, mark: str, make: Callable[[Run, str], Link], hindrance: str | None) -> None:
    """The files of a native export: one is chosen, its link is made when asked for."""
    chosen = st.selectbox(
        words("history.part"),
        run.files,
        format_func=lambda file: f"{file.key.rpartition('/')[2]} · {fmt.size(file.size, words.language)}",
        key=f"part-{mark}",
        width=360,
    )
    link(words, mark, lambda: make(run, chosen.key), hindrance)


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
    made = cells.shown(records)
    st.dataframe(frame(made), hide_index=True, placeholder="", alt=words("preview.title"))
    if made.cut:
        _whole(words, records, made, mark)
    with st.expander(words("preview.metadata")):
        st.code(orjson.dumps(preview.metadata, option=orjson.OPT_INDENT_2).decode(), language="json")


def _whole(words: Words, records: Sequence[dict[str, Any]], made: cells.Shown, mark: str) -> None:
    """How many cells were cut, and one of them whole when asked for: it is sent then, not before."""
    language = words.language
    st.caption(words("preview.cut", count=fmt.number(len(made.cut), language), most=fmt.number(made.cut_at, language)))
    if not st.toggle(words("preview.show_all"), key=f"{state.WHOLE}-{mark}"):
        return
    chosen = st.selectbox(
        words("preview.which"),
        made.cut[: cells.LISTED],
        format_func=lambda cell: words(
            "preview.cell", row=cell.row + 1, column=cell.column, length=fmt.number(cell.length, language)
        ),
        key=f"{state.WHOLE}-of-{mark}",
    )
    if chosen.length > cells.WHOLE_AT:
        st.caption(words("preview.whole_cut", most=fmt.number(cells.WHOLE_AT, language)))
    # A part that scrolls by itself must take the keyboard's focus; st.code's own height does not.
    with st.container(height=WHOLE_HEIGHT):
        st.code(cells.whole(records, chosen), language=None, wrap_lines=True)


def pager(words: Words, marks: Sequence[str]) -> slice:
    """Which rows to draw: where the address says nothing, those with the run that is open."""
    opened = address.opened(state.OPENED, RUN)
    untold = 1 + marks.index(opened) // ROWS_A_PAGE if opened in marks else None
    return paging.pager(words, state.HISTORY_PAGE, len(marks), ROWS_A_PAGE, untold)


def _cell(label: str, value: str, width: int) -> None:
    _labelled(label, show.plain(value), width)


def _labelled(label: str, drawn: str, width: int) -> None:
    # One element: with three each, the cells were a third of what drawing the tab took.
    st.markdown(f":small[:gray[{label}]]  \n{drawn}", width=width)

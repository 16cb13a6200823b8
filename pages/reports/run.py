"""One run of a report: how it stands, the report itself, its forms to take along, and what it was made of."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.reports import chosen, going, history, known, paper, told
from pages.ui import download, notice, press, show, state
from pages.ui import format as fmt
from pipeline.analysis.reports.document import FormatName
from pipeline.analysis.reports.forms.formats import FORMATS
from pipeline.console.app import App
from pipeline.console.reports.told import Made, ReportRun
from pipeline.errors import ExternalApiDown
from pipeline.words.catalogue import Words


def render(console: App, words: Words, name: str, run_id: str) -> None:
    """Draw it. Raise what reading it raises."""
    st.button(words("reports.back_to_report"), key="close-run", icon=":material/arrow_back:", on_click=chosen.close_run)
    run = known.run(console, name, run_id)
    if run is None:
        st.warning(words("reports.no_such_run"), icon=":material/search_off:")
        st.code(run_id, language=None, wrap_lines=True)
        return
    kept = known.report(console, name)
    title = run.made.title if run.made else told.title(kept) if kept else name
    st.header(words("reports.run_title", title=show.plain(title), time=fmt.jst_minute(run.started_at)), anchor=False)
    _facts(words, run, console.may("reports"))
    going.follow(console, words, name)
    if run.made is None:
        _nothing(words, run)
    elif console.may("reports"):
        _made(console, words, run, run.made)
    else:
        st.info(words("reports.not_for_viewers"), icon=":material/lock:")
    show.copyable(words("reports.run_id"), run.run_id)


def _facts(words: Words, run: ReportRun, whole: bool) -> None:
    st.markdown(told.badges(words, run))
    seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
    facts = [
        ("reports.due", fmt.jst_minute(run.due) if run.due else ""),
        ("reports.started", fmt.jst_minute(run.started_at)),
        ("reports.seconds", "" if seconds is None else fmt.duration(max(seconds, 0.0), words.language)),
        ("history.trigger", history.trigger(words, run)),
        ("reports.as_of", fmt.jst_minute(run.made.as_of) if run.made else ""),
        # Who is told is the definition's to say: an operator's.
        ("reports.told", " · ".join(run.sent) if whole else ""),
        ("reports.not_told", " · ".join(run.unsent) if whole else ""),
    ]
    with st.container(horizontal=True):
        for label, value in facts:
            if value:
                show.fact(words(label), value)


def _nothing(words: Words, run: ReportRun) -> None:
    """Why there is nothing to see."""
    if run.error:
        with st.container(border=True):
            show.run_failure(words, run.error)
    else:
        st.info(words(f"reports.nothing.{run.state}"), icon=":material/info:")


def _made(console: App, words: Words, run: ReportRun, made: Made) -> None:
    if made.failed:
        _failed(words, made)
    _forms(console, words, run, made)
    if any(form == "html" for form, *_ in made.files):
        paper.draw(words, shown(console, run), made.title, "report")
    else:
        st.info(words("reports.no_html"), icon=":material/info:")
    _recipe(words, made)


def _failed(words: Words, made: Made) -> None:
    st.warning(words("reports.blocks_failed"), icon=":material/warning:")
    lines = [
        words(
            "reports.block_failed", number=block + 1, kind=words(f"report_blocks.kind.{kind}"), why=_cause(words, code)
        )
        for block, kind, code in made.failed
    ]
    st.code("\n".join(lines), language=None, wrap_lines=True)


def _cause(words: Words, code: str) -> str:
    return f"{code} {words.error_of_code(code)[0]}"


def shown(console: App, run: ReportRun) -> bytes:
    """The report as HTML: read once (each reading is an audited download), and kept while the session looks at it."""
    held: tuple[str, bytes] | None = st.session_state.get(state.REPORT_SHOWN)
    if held is None or held[0] != run.run_id:
        console.actor.require("reports")
        held = run.run_id, console.reports.maker.file(run.name, run.run_id, run.day, "html")
        st.session_state[state.REPORT_SHOWN] = held
    return held[1]


def _forms(console: App, words: Words, run: ReportRun, made: Made) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        fetches = {form: _form(console, words, run, form, size) for form, _, _, size, _ in made.files}
        kept = known.report(console, run.name)
        if not made.failed and kept and kept.definition and kept.definition.recipients:
            _send(console, words, run)
        if "html" in fetches:
            st.button(words("reports.print"), key="print-view", icon=":material/print:", on_click=chosen.print_view)
    for fetch, pressed in fetches.values():
        download.follow(words, fetch, pressed)


def _form(console: App, words: Words, run: ReportRun, form: FormatName, size: int) -> tuple[download.Fetch, bool]:
    get = partial(console.reports.maker.file, run.name, run.run_id, run.day, form)
    fetch = download.fetch((run.name, run.run_id), form, get)
    allowed, name = console.may("download"), f"{run.name}-{run.day.isoformat()}.{form}"
    pressed = st.download_button(
        words("reports.download", form=form.upper(), size=fmt.size(size, words.language)),
        data=fetch.named(name, FORMATS[form].media_type),
        file_name=fetch.name,
        mime=fetch.mime,
        key=f"download-report-{form}",
        icon=":material/download:",
        disabled=not allowed,
        help=show.why_not(words, allowed),
    )
    return fetch, pressed


def _send(console: App, words: Words, run: ReportRun) -> None:
    hint = words("reports.send_about")
    pressed = press.button(words("reports.send"), "send-report", icon=":material/send:", help=hint)
    notice.act(words, pressed, going.PLACE, partial(_sent, console, run))


def _sent(console: App, run: ReportRun) -> str:
    after = console.reports.maker.send(run.name, run.run_id, run.day)
    if after.unsent:
        untold = ", ".join(after.unsent)
        raise ExternalApiDown(f"{untold} did not take the notice", provider=untold, situation="report_not_all_told")
    return "reports.sent"


def _recipe(words: Words, made: Made) -> None:
    """The SQL of each block, and the versions that it was asked of."""
    with st.expander(words("reports.recipe"), icon=":material/database:"):
        st.caption(words("reports.recipe_about"))
        for one in made.asked:
            st.caption(words("reports.sql_of", number=one.block + 1))
            st.code(one.sql, language=None, wrap_lines=True)
            for name, value in one.parameters:
                st.text(f"{name}: {value}")
        for pin in made.pins:
            label = words("reports.version_of", number=pin.block + 1, version=show.plain(pin.version_id or fmt.NOTHING))
            show.copyable(label, pin.key)
    with st.expander(words("reports.as_defined"), icon=":material/code:"):
        st.code(made.definition, language=None, wrap_lines=True)

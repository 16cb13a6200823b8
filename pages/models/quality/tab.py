"""The tab 品質: the day's grade, what was found, 30 days of it, and what the columns hold."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial

import pandas as pd
import streamlit as st

from pages.models import charts, choices
from pages.models.quality import findings, profile
from pages.ui import format as fmt
from pages.ui import guard, notice, press, reads, show, state
from pipeline.analysis.quality.anomaly import LEARNED_DAYS
from pipeline.analysis.quality.builds import MODELS
from pipeline.analysis.quality.result import Result
from pipeline.analysis.quality.standing import Grade, Standing
from pipeline.console.analysis.quality import TREND_DAYS
from pipeline.console.analysis.trend import trend
from pipeline.console.app import App
from pipeline.errors import Forbidden, PipelineError
from pipeline.words.catalogue import Words

GRADES: dict[Grade, tuple[show.Colour, str]] = {
    "good": ("green", ":material/check_circle:"),
    "warning": ("orange", ":material/warning:"),
    "error": ("red", ":material/error:"),
    "learning": ("blue", ":material/school:"),
    "not_run": ("gray", ":material/help:"),
}


def verdict(console: App, words: Words, at_most: float | None) -> tuple[str, Hashable]:
    """How the settings' table and our models stand, a sentence each, and what differs once that changes."""
    try:
        told = [reads.quality(console, table, at_most) for table in (console.settings.table, MODELS)]
    except Forbidden:
        raise
    except PipelineError as error:
        # The tab says what stands in the way.
        return "", error.code
    looked = [(seen, seen.result) for seen in told if seen.result]
    marks = tuple(one.mark and one.mark.at for seen in told for one in seen.findings)
    sentences = [_sentence(words, seen, result) for seen, result in looked]
    sentence = "  \n".join(sentences) if sentences else words("inspect.nobody")
    return sentence, (tuple((result.day, result.run_id) for _, result in looked), marks)


def render(console: App, words: Words, project: str) -> None:
    """Draw the tab. Raise what reading the results raises."""
    tables = reads.quality_tables(console)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        table = choices.Choice(state.QUALITY_TABLE, tables, "inspect.table", partial(_named, words), 320).draw(words)
        pressed = _look_button(console, words)
    notice.act(
        words,
        pressed,
        "inspect",
        notice.saying("inspect.looked", partial(console.quality.look, table)),
        _named(words, table),
    )
    notice.draw(words, "inspect")
    seen = reads.quality(console, table)
    _grade(words, seen)
    if seen.result is None:
        _nothing(console, words)
    else:
        findings.render(console, words, seen)
    with guard.apart(words, words("inspect.trend", days=TREND_DAYS)):
        _trend(console, words, table)
    if seen.result and seen.result.profile:
        profile.render(words, seen.result.profile)


def _named(words: Words, table: str) -> str:
    return words("inspect.models") if table == MODELS else table


def _look_button(console: App, words: Words) -> str:
    allowed = console.may("quality")
    return press.button(
        words("inspect.look"),
        "quality-look",
        icon=":material/troubleshoot:",
        disabled=not allowed,
        help=show.why_not(words, allowed),
    )


def _sentence(words: Words, seen: Standing, result: Result) -> str:
    learned = words("quality.learned", days=min(result.learned, LEARNED_DAYS), of=LEARNED_DAYS)
    grade = learned if seen.grade == "learning" else words(f"quality.grade.{seen.grade}")
    return words(
        "quality.verdict", table=_named(words, seen.table), day=result.day, grade=grade, findings=len(seen.findings)
    )


def _grade(words: Words, seen: Standing) -> None:
    colour, icon = GRADES[seen.grade]
    st.markdown(f":{colour}-badge[{icon} {words(f'quality.grade.{seen.grade}')}]")
    if seen.unread_marks:
        st.warning(words("inspect.unread_marks"), icon=":material/warning:")
        st.code(seen.unread_marks, language=None, wrap_lines=True)
    if seen.result:
        st.text(_sentence(words, seen, seen.result))
        st.caption(words("inspect.looked_at", time=fmt.jst(seen.result.made_at)))
        if seen.result.learned < LEARNED_DAYS:
            st.caption(words("inspect.learning", days=seen.result.learned, of=LEARNED_DAYS))


def _nothing(console: App, words: Words) -> None:
    step = "inspect.nobody_step" if console.may("quality") else "inspect.nobody_step_of_another"
    st.info(words(step), icon=":material/inbox:")


def _trend(console: App, words: Words, table: str) -> None:
    kept = reads.quality_trend(console, table)
    if not kept.results and not kept.unread:
        return
    days = trend(kept, console.now().date(), TREND_DAYS)
    title = words("inspect.trend", days=TREND_DAYS)
    st.header(title, anchor=False)
    if kept.unread:
        st.warning(words("inspect.unread"), icon=":material/warning:")
        st.code("\n".join(kept.unread), language=None, wrap_lines=True)
    looked = sum(day.grade != "not_run" for day in days)
    st.plotly_chart(
        charts.trend(words, days),
        key="quality-trend",
        config={"displayModeBar": False},
        alt=words("inspect.trend_alt", days=TREND_DAYS, looked=looked),
    )
    with st.expander(words("dbt.as_table"), icon=":material/table_rows:"):
        st.dataframe(pd.DataFrame(charts.trend_rows(words, days)), hide_index=True, alt=title)

"""The tab 相関: the named questions first, then 探索; or the one pair that is open."""

from __future__ import annotations

import streamlit as st

from pages.insights import questions
from pages.insights.correlation import asked, dots, matrix, named, pair, ranked
from pages.insights.known import Chosen
from pages.ui import format as fmt
from pages.ui import guard, script
from pipeline.analysis.correlation.answer import Family
from pipeline.analysis.correlation.people import FEWEST_PEOPLE
from pipeline.console.app import App
from pipeline.console.insights.correlations import Report
from pipeline.words.catalogue import Words


def render(console: App, words: Words, now: Chosen) -> None:
    """Draw the tab. Raise what reading the days raises."""
    report = console.insights.correlations.report(now.person, now.period)
    opened = asked.opened()
    if opened is not None:
        _pair(console, words, report, opened)
        return
    script.style("correlation")
    _summary(words, report)
    named.render(words, report)
    if report.person is None:
        with guard.apart(words, words("corr.dots")):
            dots.render(words, report)
    with guard.apart(words, words("corr.named")):
        questions.render(console, words)
    st.header(words("corr.explored"), anchor=False)
    st.caption(words("corr.explored_means"))
    with guard.apart(words, words("corr.matrix")):
        matrix.render(words, report)
    with guard.apart(words, words("corr.ranked")):
        ranked.render(console, words, report)


def _pair(console: App, words: Words, report: Report, opened: str) -> None:
    question = asked.question(report, opened)
    if question is not None:
        pair.render(console, words, report, question)
        return
    st.button(words("corr.back"), key="close-pair", icon=":material/arrow_back:", on_click=asked.close)
    st.warning(words("corr.no_such_pair"), icon=":material/search_off:")
    st.code(opened, language=None, wrap_lines=True)


def _summary(words: Words, report: Report) -> None:
    page = report.page
    for label, family in (("corr.named", page.named), ("corr.explored", page.explored)):
        st.markdown(f"**{words(label)}**: {_counted(words, report, family)}")
    st.caption(_over(words, report))
    means = [words(key) for key in ("corr.share", "corr.no_cause", "corr.worth_means", "corr.strength_means")]
    st.caption("  \n".join([*means, *_left_out(words, report)]))


def _counted(words: Words, report: Report, family: Family) -> str:
    if not family.tested:
        few = report.person is None and len(report.frames) < FEWEST_PEOPLE
        return words("corr.nothing_of_all", least=FEWEST_PEOPLE) if few else words("corr.nothing_asked")
    rest = len(family.answers) - family.tested
    numbers = {"tested": family.tested, "found": len(family.found), "rest": rest}
    shown = {name: fmt.number(number, words.language) for name, number in numbers.items()}
    return words("corr.counted_partly" if rest else "corr.counted", **shown)


def _over(words: Words, report: Report) -> str:
    page = report.page
    days = fmt.number((page.last - page.first).days + 1, words.language)
    return words(
        "corr.over", first=f"{page.first:%Y/%m/%d}", last=f"{page.last:%Y/%m/%d}", days=days, people=len(page.people)
    )


def _left_out(words: Words, report: Report) -> list[str]:
    out = report.left_out
    told = (
        ("corr.repeated", "rows", out.repeated),
        ("corr.older", "days", out.older),
        ("corr.unfinished", "days", out.unfinished),
        ("corr.measures_beyond", "count", len(out.measures)),
        ("corr.beyond", "people", report.beyond),
        ("corr.silent", "people", len(report.silent)),
    )
    return [words(key, **{name: fmt.number(many, words.language)}) for key, name, many in told if many > 0]

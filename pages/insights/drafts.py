"""The questions that somebody is editing, and which of them may be asked: kept in the session until they are saved.

Plain, and changed by callbacks: what the lake has is told to nobody as changed before it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from pages.ui import state
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.correlation.questions import MOST_LAG, MOST_QUESTIONS, Question
from pipeline.console.insights.questions import QuestionSet, question_of

LAGS = range(MOST_LAG + 1)


@dataclass
class Draft:
    """What shall be asked in the place of what was ``seen``; ``seen`` is None while nobody is editing."""

    seen: QuestionSet | None = None
    questions: tuple[Question, ...] = ()

    @property
    def wanted(self) -> QuestionSet:
        """As it would be saved."""
        return QuestionSet(self.questions)

    @property
    def changed(self) -> bool:
        """Whether there is anything to save."""
        return self.seen is not None and self.questions != self.seen.questions

    def begin(self, seen: QuestionSet, questions: Sequence[Question] | None = None) -> None:
        """Edit what is asked now; or these, which shall come in its place."""
        self.seen, self.questions = seen, tuple(seen.questions if questions is None else questions)

    def end(self) -> None:
        """Nobody is editing any more."""
        self.seen, self.questions = None, ()

    def take(self, questions: Sequence[Question]) -> None:
        """All of these, and no others."""
        self.questions = tuple(questions)

    def add(self, question: Question) -> None:
        """One more, unless something is against it."""
        if not self.against(question.driver, question.outcome, question.lag):
            self.questions = (*self.questions, question)

    def remove(self, question: Question) -> None:
        """One less."""
        self.questions = tuple(one for one in self.questions if one != question)

    def ask_later(self, question: Question, lag: int) -> None:
        """The same of ``lag`` days later, in its place."""
        if lag in self.lags(question):
            moved = question_of(question.driver, question.outcome, lag)
            self.questions = tuple(moved if one == question else one for one in self.questions)

    def lags(self, question: Question) -> tuple[int, ...]:
        """How many days later it may be asked: what is asked once is not asked twice."""
        others = {one.asked for one in self.questions if one != question}
        return tuple(lag for lag in LAGS if replace(question, lag=lag).asked not in others)

    def against(self, driver: str, outcome: str, lag: int) -> str:
        """What is against one more question, as the catalogue's key for it; empty where nothing is."""
        if driver == outcome:
            return "asked.itself"
        if (driver, outcome, lag) in {one.asked for one in self.questions}:
            return "asked.already"
        return "asked.full" if len(self.questions) >= MOST_QUESTIONS else ""


def draft() -> Draft:
    """This session's."""
    if state.INSIGHTS_DRAFT not in st.session_state:
        st.session_state[state.INSIGHTS_DRAFT] = Draft()
    held: Draft = st.session_state[state.INSIGHTS_DRAFT]
    return held


def outcomes() -> tuple[str, ...]:
    """What may be asked about, outcomes of 探索 first: nobody asks what the weather follows."""
    asked = [one for one in measures().values() if not one.weather]
    return tuple(one.name for one in sorted(asked, key=lambda one: one.role != "outcome"))

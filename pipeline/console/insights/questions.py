"""The named questions as operators have changed them: one small object in the lake, with who changed what before.

A question that comes with the console has a name of its own; every other one is named by its measures and its lag.
"""

from __future__ import annotations

from pipeline.analysis.correlation.questions import Question, questions
from pipeline.words.catalogue import Words


def title(words: Words, question: Question) -> str:
    """The question as a person reads it, whoever has named it."""
    if question in questions():
        return words(f"insights.question.{question.id}")
    measured = {"driver": question.driver, "outcome": question.outcome}
    spoken = {part: words(f"insights.measure.{name}") for part, name in measured.items()}
    form = ("same_day", "next_day")[question.lag] if question.lag < 2 else "later"
    return words(f"asked.title.{form}", lag=question.lag, **spoken)

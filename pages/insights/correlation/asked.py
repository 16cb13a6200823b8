"""Which pair is open, as the address has it: ``driver~outcome~lag``. Anybody may have typed it."""

from __future__ import annotations

from pages.ui import address, state
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.correlation.questions import MOST_LAG, Question
from pipeline.console.insights.correlations import Report
from pipeline.console.insights.questions import question_of

PAIR = "pair"


def text(question: Question) -> str:
    """The pair as the address has it."""
    return "~".join((question.driver, question.outcome, str(question.lag)))


def opened() -> str | None:
    """What the address says is open, whatever that is."""
    return address.opened(state.INSIGHTS_PAIR, PAIR)


def question(report: Report, told: str) -> Question | None:
    """The question that such a text asks, under the name that the report has for it; None for what cannot be asked."""
    driver, _, rest = told.partition("~")
    outcome, _, lag = rest.partition("~")
    if lag not in {str(days) for days in range(MOST_LAG + 1)} or not {driver, outcome} <= measures().keys():
        return None
    if driver == outcome or measures()[outcome].weather:
        return None
    answer = report.answers.get((driver, outcome, int(lag)))
    return answer.question if answer else question_of(driver, outcome, int(lag))


def open_pair(one: Question) -> None:
    """Open a pair, as a button's ``on_click``."""
    address.open_or_close(state.INSIGHTS_PAIR, PAIR, text(one))


def close() -> None:
    """Go back to the list, as a button's ``on_click``."""
    address.close(state.INSIGHTS_PAIR, PAIR)

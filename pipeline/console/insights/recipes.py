"""How a reader recomputes an answer: the SQL that gave the days, and Python that runs on its CSV with nothing of ours.

The Python is written by hand from the method, not cut from our code: that both agree is what a test holds. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.analysis.correlation.answer import Answer, Page
from pipeline.analysis.correlation.cases import State
from pipeline.analysis.correlation.measures import measures
from pipeline.analysis.correlation.questions import EXPLORED_LAGS, Question
from pipeline.analysis.query.parameters import MARK
from pipeline.console.insights.correlations import Report
from pipeline.console.insights.daily import Shown
from pipeline.console.insights.scripts import CORE, EVERYBODY, FAMILY, HEAD, OF_ONE, PRINTED

_WIDTH: Final = 100


@dataclass(frozen=True)
class Recipe:
    """``sql`` with its values in it, to be run as it stands; ``parameters``: which they are; ``python``: a script over
    its ``result.csv``, which needs numpy and scipy, empty where there is no r to recompute."""

    sql: str
    parameters: Mapping[str, str]
    python: str


def recipe(shown: Shown, report: Report, answer: Answer) -> Recipe:
    """How to recompute an ``answer`` about the days of ``report``, which ``shown`` has given."""
    everybody = report.person is None
    python = _script(report.page, answer.question, everybody) if answer.case.state == State.READY else ""
    return Recipe(pasted(shown), shown.parameters, python)


def pasted(shown: Shown) -> str:
    """The SQL with its values as literals."""
    return re.sub(MARK, lambda match: _literal(shown.parameters[match["name"]]), shown.sql)


def _literal(value: str) -> str:
    # Two braces would be a parameter for whoever reads the SQL next.
    return "'" + re.sub(r"\{(?=\{)", "{' || '", value.replace("'", "''")) + "'"


def _script(page: Page, one: Question, everybody: bool) -> str:
    family = _family(page, one)
    constants = _constants(page, one, family, everybody)
    parts = [HEAD, constants, CORE, EVERYBODY if everybody else OF_ONE, PRINTED, FAMILY if family else ""]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _constants(page: Page, one: Question, family: str, everybody: bool) -> str:
    known = [
        ("QUESTION", repr(one.asked)),
        ("FROM, TO", f"{_date(page.first)}, {_date(page.last)}"),
        ("WEATHER", _several(name for name, measure in measures().items() if measure.weather) if everybody else ""),
        ("FAMILY", family),
    ]
    return "\n".join(f"{name} = {value}" for name, value in known if value)


def _family(page: Page, one: Question) -> str:
    """What the question was asked together with, as Python; empty where the page does not ask it."""
    named = [answer.question.asked for answer in page.named.answers]
    if one.asked in named:
        return _several(named)
    if one.asked not in {answer.question.asked for answer in page.explored.answers}:
        return ""
    roles = {role: [name for name, known in measures().items() if known.role == role] for role in ("driver", "outcome")}
    every = f"for d in {_several(roles['driver'])}\n    for o in {_several(roles['outcome'])}"
    asked = f"for lag in range({EXPLORED_LAGS.stop})\n    if (d, o, lag) not in {_several(named)}"
    return f"[\n    (d, o, lag)\n    {every}\n    {asked}\n]"


def _several(values: Iterable[object]) -> str:
    """A list as Python, broken into lines where it is long."""
    lines, line = [], ""
    for value in values:
        if line and len(line) + len(repr(value)) > _WIDTH:
            lines.append(line.rstrip())
            line = ""
        line += f"{value!r}, "
    lines.append(line.rstrip(", "))
    return f"[{lines[0]}]" if len(lines) == 1 else "[\n        " + "\n        ".join(lines) + "\n    ]"


def _date(day: date) -> str:
    return f"date({day.year}, {day.month}, {day.day})"

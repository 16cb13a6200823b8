"""What is asked: the questions that were named before looking, and the matrix of 探索. Pure.

The questions that come with the console are written in ``questions.toml`` beside this module.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.analysis.correlation.measures import Measure, measures
from pipeline.errors import DataInvalid
from pipeline.untrusted import quoted

MOST_QUESTIONS = 30
MOST_LAG = 7
EXPLORED_LAGS = range(4)
_FILE = Path(__file__).with_name("questions.toml")
_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
_FIELDS = {"id", "driver", "outcome", "lag"}


@dataclass(frozen=True)
class Question:
    """Whether ``driver`` on a day and ``outcome`` ``lag`` days later moved together; ``id`` is empty in 探索."""

    id: str
    driver: str
    outcome: str
    lag: int

    @property
    def asked(self) -> tuple[str, str, int]:
        """What two questions have in common that ask the same."""
        return self.driver, self.outcome, self.lag


@cache
def questions() -> tuple[Question, ...]:
    """Those of the file beside this module. Raise DataInvalid where it is wrong."""
    return parsed(tomllib.loads(_FILE.read_text("utf-8")))


def parsed(raw: dict[str, Any]) -> tuple[Question, ...]:
    """Read named questions. Raise DataInvalid (``insights_questions``; fact ``insights_reason``) for what is no
    question, for an id or a question that stands twice, for none, and for more than MOST_QUESTIONS."""
    listed = raw.get("questions")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_QUESTIONS:
        raise _wrong(f"from 1 to {MOST_QUESTIONS} questions are needed")
    found = tuple(_question(one) for one in listed)
    if len({one.id for one in found}) < len(found) or len({one.asked for one in found}) < len(found):
        raise _wrong("an id or a question stands twice")
    return found


def exploration(named: Iterable[Question]) -> tuple[Question, ...]:
    """Every driver with every outcome at every one of EXPLORED_LAGS, without what a named question asks."""
    known = measures().values()
    drivers = [measure.name for measure in known if measure.role == "driver"]
    outcomes = [measure.name for measure in known if measure.role == "outcome"]
    already = {one.asked for one in named}
    every = (Question("", driver, outcome, lag) for driver in drivers for outcome in outcomes for lag in EXPLORED_LAGS)
    return tuple(one for one in every if one.asked not in already)


def _question(raw: Any) -> Question:
    if not isinstance(raw, dict) or raw.keys() != _FIELDS:
        raise _wrong(f"{quoted(raw)} has not just id, driver, outcome and lag")
    name, lag = raw["id"], raw["lag"]
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise _wrong(f"{quoted(name)} is no id: small letters, digits and _")
    if not isinstance(lag, int) or isinstance(lag, bool) or not 0 <= lag <= MOST_LAG:
        raise _wrong(f"{quoted(lag)} is no lag from 0 to {MOST_LAG} days")
    driver, outcome = _measure(raw["driver"]), _measure(raw["outcome"])
    if driver == outcome or outcome.weather:
        raise _wrong(f"{outcome.name} cannot be what {driver.name} is asked about")
    return Question(name, driver.name, outcome.name, lag)


def _measure(name: Any) -> Measure:
    if not isinstance(name, str) or name not in measures():
        raise _wrong(f"{quoted(name)} is no measure")
    return measures()[name]


def _wrong(reason: str) -> DataInvalid:
    return DataInvalid(
        f"the named questions are wrong: {reason}", situation="insights_questions", insights_reason=reason
    )

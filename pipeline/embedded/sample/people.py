"""Who is in the sample, and how its people differ; whoever else is asked for gets a life by their name. Pure.

The table goes back by whole weeks, a person's own number of them: no task loses the sessions of its first days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.embedded.sample.draws import SEED, rng

WEEK = 7
# A Monday before all that is asked for: weeks and projects are counted from it.
EPOCH = date(2020, 1, 6)
PROJECT_WEEKS = 4


@dataclass(frozen=True)
class Person:
    """``weeks`` of records before the running week; weight in kg; ``turns``: whether long sleep goes with a worse
    evening, as in nobody else; ``shift``: weeks by which their projects begin earlier than others'."""

    user: str
    weeks: int
    weight: float
    turns: bool = False
    shift: int = 0

    @property
    def minutes(self) -> float:
        """How long a session usually is. Who weighs more works longer: a difference between people, and nothing that
        moves within one of them."""
        return self.weight - 9

    def first_day(self, today: date) -> date:
        """The Monday on which their records begin."""
        return monday(today) - timedelta(days=WEEK * self.weeks)


# The first has as many days as her watch: half a year, and of each of the others enough for a correlation.
PEOPLE = (
    Person("akari", 26, 55),
    Person("kenji", 6, 67, turns=True, shift=1),
    Person("mio", 6, 50, shift=2),
    Person("ren", 6, 72, shift=3),
    Person("sora", 6, 61, shift=1),
)
USERS = tuple(person.user for person in PEOPLE)
_KNOWN = {person.user: person for person in PEOPLE}


def person(user: str, seed: int = SEED) -> Person:
    """One of the sample's people, or another by whatever name, with as many weeks as the longest."""
    draw = rng(seed, "person", user)
    return _KNOWN.get(user) or Person(user, PEOPLE[0].weeks, round(draw.uniform(48, 76), 1), False, draw.randrange(4))


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def week_of(day: date) -> int:
    """Whole weeks since the epoch."""
    return (day - EPOCH).days // WEEK

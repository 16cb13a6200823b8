"""What moved together in one person's days, or everybody's: asked by the questions of now, kept by version.

A report says itself which version of the days it is of, and whose days, and which of them, are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from pipeline.analysis.correlation.answer import Answer, Page, of_people, of_person
from pipeline.analysis.correlation.frame import Frame, LeftOut
from pipeline.analysis.models.kept import Kept
from pipeline.console.insights.daily import Daily, Version
from pipeline.console.insights.questions import NamedQuestions, QuestionSet
from pipeline.console.insights.sheet import sheet
from pipeline.errors import NotFound
from pipeline.words.catalogue import Words

# What a report of many people takes in memory; those of one take a tenth.
_SIZE: Final = 4 * 2**20


@dataclass(frozen=True, eq=False)
class Report:
    """``page``: the answers to ``questions`` and of 探索, of ``frames`` of ``version``. Asked were ``person`` (None:
    全員) and the last ``days`` days up to yesterday (None: all). Left out are people ``beyond`` MOST_PEOPLE, and those
    in ``silent``, who have no finished day in these days."""

    version: Version
    questions: QuestionSet
    page: Page
    frames: Mapping[str, Frame]
    person: str | None
    days: int | None
    beyond: int = 0
    silent: tuple[str, ...] = ()

    @cached_property
    def answers(self) -> dict[tuple[str, str, int], Answer]:
        """Every answer by what it asks (driver, outcome, lag); a named one in the place of one of 探索."""
        both = (*self.page.explored.answers, *self.page.named.answers)
        return {answer.question.asked: answer for answer in both}

    @cached_property
    def left_out(self) -> LeftOut:
        """What of the rows is in no frame, summed over people."""
        each = [frame.left_out for frame in self.frames.values()]
        names = tuple(dict.fromkeys(name for one in each for name in one.measures))
        return LeftOut(
            sum(one.unfinished for one in each),
            sum(one.older for one in each),
            sum(one.repeated for one in each),
            names,
        )


@dataclass(frozen=True)
class Correlations:
    """An operator's: these are people's days. ``kept`` is the process's own."""

    daily: Daily
    questions: NamedQuestions
    kept: Kept

    def report(self, person: str | None = None, days: int | None = None) -> Report:
        """One person's answers, or (None) 全員's, over the last ``days`` days up to yesterday (None: all). Raise
        Forbidden, NotFound (``insights_no_mart``; ``insights_no_days``), and what reading the days raises."""
        version, asked = self.daily.version(), self.questions.current()
        question = ("correlations", version.key, version.version_id, self.daily.today, person, days, asked)
        return self.kept.of(question, _SIZE, lambda: self._report(version, asked, person, days))

    def csv(self, words: Words, person: str | None, days: int | None) -> bytes:
        """A report's answers as a file for spreadsheets, a row a pair; one line of the audit log, which names the
        build and nobody."""
        with self.daily.queries.actor.doing("download", f"correlations {self.daily.version().run_id}"):
            report = self.report(person, days)
            return sheet(words, report.page, report.version.run_id)

    def _report(self, version: Version, asked: QuestionSet, person: str | None, days: int | None) -> Report:
        whole = self.daily.everybody() if person is None else {person: self.daily.frame(person)}
        after = self.daily.version()
        if after.key != version.key:
            # A build was published meanwhile: figures of one version only, and under its name.
            return self._report(after, asked, person, days)
        frames = self._within(whole, days)
        if not frames:
            raise NotFound(f"no finished day in the last {days}", situation="insights_no_days")
        named = asked.questions
        page = of_people(frames, named) if person is None else of_person(frames[person], named)
        silent = tuple(one for one in whole if one not in frames)
        beyond = self.daily.number() - len(whole) if person is None else 0
        return Report(version, asked, page, frames, person, days, beyond, silent)

    def _within(self, whole: Mapping[str, Frame], days: int | None) -> dict[str, Frame]:
        """The frames' part within the days asked for; nothing of who has none."""
        if days is None:
            return dict(whole)
        last = self.daily.today - timedelta(days=1)
        first = last - timedelta(days=days - 1)
        return {
            one: frame.between(first, last)
            for one, frame in whole.items()
            if frame.first <= last and frame.days[-1] >= first
        }

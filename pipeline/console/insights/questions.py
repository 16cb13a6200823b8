"""The named questions as operators have changed them: one small object in the lake, with who changed what before.

A question that comes with the console has a name of its own; every other one is named by its measures and its lag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from pipeline.analysis.correlation.questions import Question, parsed, questions
from pipeline.clock import parse_utc, utc_text
from pipeline.console.audit import Actor
from pipeline.errors import DataInvalid, SchemaMismatch
from pipeline.lake.analysis_keys import QUESTIONS
from pipeline.lake.bucket import Conflict, Lake
from pipeline.untrusted import count, quoted
from pipeline.words.catalogue import Words

FORMAT: Final = 1
# Earlier sets that are kept; older ones have only the bucket's own versions.
MOST_EARLIER: Final = 50
_LONGEST_NAME: Final = 320


@dataclass(frozen=True)
class QuestionSet:
    """What is asked; ``version`` counts the changes from 1, and 0 are the questions that come with the console.
    ``unread`` is the key of an object that holds no questions, in whose place those stand."""

    questions: tuple[Question, ...]
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""
    unread: str = field(default="", compare=False)


@dataclass(frozen=True)
class NamedQuestions:
    """The named questions of one lake, an operator's. Raises Forbidden for another person and what Lake raises."""

    lake: Lake
    now: Callable[[], datetime]
    actor: Actor

    def current(self) -> QuestionSet:
        """What is asked now. An object that holds no questions does not stop the asking: its key is told."""
        try:
            return self.history()[0]
        except SchemaMismatch:
            return QuestionSet(questions(), unread=QUESTIONS)

    def history(self) -> tuple[QuestionSet, ...]:
        """What is asked now and, newest first, what was before. Raise SchemaMismatch, which names its key."""
        self.actor.require("query")
        return self._load()[0]

    def save(self, wanted: Sequence[Question], seen: QuestionSet) -> QuestionSet:
        """Ask these from now on, in the place of what was ``seen``; what is asked already is no change. Raise
        DataInvalid: ``insights_questions``, ``insights_changed`` where somebody was faster; SchemaMismatch."""
        with self.actor.doing("insights", "questions") as tell:
            checked = parsed({"questions": [asdict(one) for one in wanted]})
            known, etag = self._load()
            if known[0] != seen:
                raise _changed()
            if checked == seen.questions:
                tell(f"version {seen.version}, nothing changed")
                return seen
            made = QuestionSet(checked, seen.version + 1, self._moment(), self.actor.who().name[:_LONGEST_NAME])
            self._write([made, *known[:MOST_EARLIER]], etag)
            tell(f"version {made.version}, {_told(seen, made)}")
            return made

    def _moment(self) -> datetime:
        # As it will be read again.
        return parse_utc(utc_text(self.now()))

    def _write(self, sets: Sequence[QuestionSet], etag: str | None) -> None:
        raw = {"format": FORMAT, **_raw(sets[0]), "earlier": [_raw(one) for one in sets[1:]]}
        try:
            self.lake.write_json(QUESTIONS, raw, etag)
        except Conflict as conflict:
            raise _changed() from conflict

    def _load(self) -> tuple[tuple[QuestionSet, ...], str | None]:
        try:
            stored = self.lake.read_json(QUESTIONS)
        except SchemaMismatch as error:
            raise _unread(error.message, error.facts["found"]) from error
        return (_sets(stored[0]), stored[1]) if stored else ((QuestionSet(questions()),), None)


def question_of(driver: str, outcome: str, lag: int) -> Question:
    """A question under the id that everybody gives it: its own where it comes with the console, else made of what it
    asks. ``lag`` in days."""
    wanted = Question(f"{driver}_{outcome}_{lag}", driver, outcome, lag)
    return next((one for one in questions() if one.asked == wanted.asked), wanted)


def title(words: Words, question: Question) -> str:
    """The question as a person reads it, whoever has named it."""
    if question in questions():
        return words(f"insights.question.{question.id}")
    measured = {"driver": question.driver, "outcome": question.outcome}
    spoken = {part: words(f"insights.measure.{name}") for part, name in measured.items()}
    form = "later" if question.lag > 1 else ("same_day", "next_day")[question.lag]
    return words(f"asked.title.{form}", lag=question.lag, **spoken)


def added(before: QuestionSet, after: QuestionSet) -> tuple[Question, ...]:
    """What ``after`` asks and ``before`` did not."""
    known = {one.asked for one in before.questions}
    return tuple(one for one in after.questions if one.asked not in known)


def _told(before: QuestionSet, after: QuestionSet) -> str:
    """For the audit log: how many there are, and the ids of what is new and what is gone."""
    changes = [f"+{one.id}" for one in added(before, after)] + [f"-{one.id}" for one in added(after, before)]
    return f"{len(after.questions)} questions {' '.join(changes)}".strip()


def _raw(one: QuestionSet) -> dict[str, Any]:
    at = utc_text(one.changed_at) if one.changed_at else None
    facts = {"version": one.version, "changed_at": at, "changed_by": one.changed_by}
    return {**facts, "questions": [asdict(question) for question in one.questions]}


def _sets(raw: Any) -> tuple[QuestionSet, ...]:
    try:
        return tuple(_ordered(raw))
    except (KeyError, TypeError, ValueError, AttributeError, DataInvalid) as error:
        raise _unread(str(error), quoted(raw)) from error


def _ordered(raw: dict[str, Any]) -> Iterator[QuestionSet]:
    if raw["format"] != FORMAT:
        raise ValueError(f"format {quoted(raw['format'])}")
    sets = [raw, *raw["earlier"]]
    if len(sets) > MOST_EARLIER + 1:
        raise ValueError(f"{len(sets)} sets")
    newer: int | None = None
    for one in map(_set, sets):
        if newer is not None and one.version != newer - 1:
            raise ValueError(f"version {one.version} before version {newer}")
        newer = one.version
        yield one


def _set(raw: dict[str, Any]) -> QuestionSet:
    version, at, by = count(raw["version"]), raw["changed_at"], raw["changed_by"]
    if not isinstance(by, str) or len(by) > _LONGEST_NAME or (at is None) != (version == 0):
        raise ValueError(f"version {version} has no person or no time")
    return QuestionSet(parsed(raw), version, parse_utc(at) if at else None, by)


def _changed() -> DataInvalid:
    text = f"{QUESTIONS} is no longer what was seen: somebody else has changed it"
    return DataInvalid(text, record=QUESTIONS, field="version", situation="insights_changed")


def _unread(why: str, found: str) -> SchemaMismatch:
    text, expected = f"{QUESTIONS} holds no named questions: {quoted(why, 200)}", f"named questions, format {FORMAT}"
    return SchemaMismatch(text, situation="insights_questions_unread", key=QUESTIONS, expected=expected, found=found)

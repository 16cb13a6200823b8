"""How findings live on from day to day, and the one grade of a day. Pure.

新規 → 継続（n日）→ 解消. What changed is one list: new, worse, unmuted, healed, each of them once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pipeline.analysis.quality.anomaly import LEARNED_DAYS, WINDOW_DAYS
from pipeline.analysis.quality.findings import Finding
from pipeline.analysis.quality.marks import Mark, Marks
from pipeline.analysis.quality.result import Change, Open, Result
from pipeline.analysis.quality.rules import Judged

# 正常, 注意, 異常, 学習中, 未実行.
Grade = Literal["good", "warning", "error", "learning", "not_run"]
_WORST_FIRST: tuple[Grade, ...] = ("error", "warning", "not_run", "learning", "good")
# Told again as worse once it has grown by this much since it was told last.
WORSE = 2.0


@dataclass(frozen=True)
class Course:
    """What stands open after a look, and what changed since the look before."""

    findings: tuple[Open, ...]
    changes: tuple[Change, ...]
    muted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Seen:
    """An open finding, and what somebody has said of it (None: nothing that holds now)."""

    open: Open
    mark: Mark | None

    @property
    def is_muted(self) -> bool:
        """Whether it counts for nothing now."""
        return self.mark is not None and self.mark.kind == "muted"

    def to_json(self) -> dict[str, Any]:
        """As a terminal has it."""
        return {**self.open.to_json(), "mark": self.mark.to_json() if self.mark else None}


@dataclass(frozen=True)
class Standing:
    """A table's quality as somebody sees it now; ``result`` None: nobody has looked at the day; ``unread_marks``: the
    key of what should be the marks and is none, so that all is shown as if nobody had said anything."""

    table: str
    result: Result | None
    grade: Grade
    findings: tuple[Seen, ...] = ()
    changes: tuple[Change, ...] = ()
    unread_marks: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a terminal has it: the result, its grade, and the marks beside the findings. Muted ones are no change."""
        plain = self.result.to_json() if self.result else {"table": self.table}
        findings = [one.to_json() for one in self.findings]
        changes = [one.to_json() for one in self.changes]
        told = {"grade": self.grade, "learn": LEARNED_DAYS, "findings": findings, "changes": changes}
        return {**plain, **told, "unread_marks": self.unread_marks or None}


def course(judged: Judged, before: Result | None, day: date, muted: frozenset[str] = frozenset()) -> Course:
    """What a day's findings come to after the look ``before`` it, of the same day or an earlier one; ``muted`` are the
    ids of which nobody is told now."""
    known = {one.finding.id: one for one in before.findings} if before else {}
    now: dict[str, Open] = {}
    changes: list[Change] = []
    for finding in judged.findings:
        now[finding.id] = one = _opened(finding, known.get(finding.id), day)
        changes += _changes(one, known.get(finding.id))
    gone = [one for name, one in known.items() if name not in now]
    kept = [one for one in gone if _stays(one, judged, day)]
    changes += [Change("healed", one.finding) for one in gone if one not in kept]
    findings = (*now.values(), *(_aged(one, day) for one in kept))
    changes += _unmuted(findings, before, muted, {one.finding.id for one in changes})
    return Course(findings, tuple(changes), muted & {one.finding.id for one in findings})


def worst(standings: Iterable[Standing]) -> Grade:
    """The one grade of all of them: a part at which nobody has looked is no good one."""
    return min((one.grade for one in standings), key=_WORST_FIRST.index, default="not_run")


def standing(table: str, result: Result | None, marks: Marks, now: datetime, unread_marks: str = "") -> Standing:
    """How it stands, with the marks that hold now. 確認済み still counts: the data are no better for being known."""
    if result is None:
        return Standing(table, None, "not_run", unread_marks=unread_marks)
    seen = tuple(_seen(one, marks, now) for one in result.findings)
    muted = {one.open.finding.id for one in seen if one.is_muted}
    changes = tuple(one for one in result.changes if one.finding.id not in muted)
    return Standing(table, result, _grade(seen, result.learned), seen, changes, unread_marks)


def _grade(seen: tuple[Seen, ...], learned: int) -> Grade:
    grades = {one.open.finding.grade for one in seen if not one.is_muted}
    if grades:
        return "error" if "error" in grades else "warning"
    return "good" if learned >= LEARNED_DAYS else "learning"


def _seen(one: Open, marks: Marks, now: datetime) -> Seen:
    mark = marks.get(one.finding.id)
    return Seen(one, mark if mark and mark.covers(one, now) else None)


def _opened(finding: Finding, before: Open | None, day: date) -> Open:
    if before is None:
        return Open(finding, day, day, 1, finding.size)
    told = finding.size if _is_worse(finding, before) else before.told
    return Open(finding, before.first_seen, day, _days(before, day), told)


def _changes(one: Open, before: Open | None) -> Iterator[Change]:
    if before is None:
        yield Change("new", one.finding)
    elif _is_worse(one.finding, before):
        yield Change("worse", one.finding)


def _is_worse(finding: Finding, before: Open) -> bool:
    return (finding.grade, before.finding.grade) == ("error", "warning") or finding.size > WORSE * before.told > 0


def _unmuted(
    findings: Iterable[Open], before: Result | None, muted: frozenset[str], told: Collection[str]
) -> Iterator[Change]:
    """What still stands and was muted at the look before, by the end of the mute or by a person."""
    ended = (before.muted if before else frozenset()) - muted
    for one in findings:
        if one.finding.id in ended and one.finding.id not in told:
            yield Change("unmuted", one.finding)


def _stays(one: Open, judged: Judged, day: date) -> bool:
    """A check that was not made has healed nothing, for as long as anybody would remember."""
    made = one.finding.check not in judged.skipped and one.finding.id not in judged.unjudged
    return not made and day - one.last_seen <= timedelta(days=WINDOW_DAYS)


def _aged(one: Open, day: date) -> Open:
    return Open(one.finding, one.first_seen, one.last_seen, _days(one, day), one.told)


def _days(before: Open, day: date) -> int:
    return (day - before.first_seen).days + 1

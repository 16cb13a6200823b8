"""What people say of findings: 確認済み and ミュート, each with a reason and an end. Pure.

A muted check still runs: only how its findings count and who is told changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

from pipeline.analysis.quality.result import Open
from pipeline.clock import parse_day, parse_utc, utc_text
from pipeline.errors import DataInvalid, NotFound, SchemaMismatch
from pipeline.untrusted import quoted

VERSION = 1
MOST_DAYS = 90
MOST_MARKS = 500
LONGEST_REASON = 300
Kind = Literal["acknowledged", "muted"]
Marks = Mapping[str, "Mark"]


@dataclass(frozen=True)
class Mark:
    """One person's word on a finding, good ``until`` then. Acknowledged is what stands open since ``first_seen``, and
    no later occurrence; muted is the finding whenever it comes."""

    kind: Kind
    reason: str
    by: str
    at: datetime
    until: datetime
    first_seen: date

    def covers(self, one: Open, now: datetime) -> bool:
        """Whether it is about this occurrence, now."""
        return now < self.until and (self.kind == "muted" or self.first_seen == one.first_seen)

    def to_json(self) -> dict[str, Any]:
        """Its form in the lake and on a terminal."""
        times = {"at": utc_text(self.at), "until": utc_text(self.until), "first_seen": self.first_seen.isoformat()}
        return {"kind": self.kind, "reason": self.reason, "by": self.by, **times}


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to say of a finding, for so many ``days``."""

    kind: Kind
    reason: str
    days: int = MOST_DAYS


def mark_of(wanted: Wanted, one: Open, by: str, now: datetime) -> Mark:
    """A new mark. Raise DataInvalid for one without a reason, or of less than a day or more than MOST_DAYS."""
    reason, days = wanted.reason.strip(), wanted.days
    if not 0 < len(reason) <= LONGEST_REASON:
        text = f"a reason has 1 to {LONGEST_REASON} letters"
        raise DataInvalid(text, record="mark", field="reason", situation="quality_reason")
    if not 1 <= days <= MOST_DAYS:
        text = f"{quoted(days)} days: a mark holds for 1 to {MOST_DAYS}"
        raise DataInvalid(text, record="mark", field="days", situation="quality_days")
    return Mark(wanted.kind, reason, by[:LONGEST_REASON], now, now + timedelta(days=days), one.first_seen)


def with_mark(marks: Marks, finding_id: str, mark: Mark) -> dict[str, Mark]:
    """The same with one more, in place of an older one of that finding; what has ended is left out. Raise DataInvalid
    for more than MOST_MARKS."""
    kept = {name: one for name, one in marks.items() if mark.at < one.until} | {finding_id: mark}
    if len(kept) > MOST_MARKS:
        raise DataInvalid(f"more than {MOST_MARKS} marks", record="marks", field="marks", situation="quality_marks")
    return kept


def without_mark(marks: Marks, finding_id: str, now: datetime) -> dict[str, Mark]:
    """The same without that finding's mark, nor what has ended. Raise NotFound (``quality_mark``) where it has none."""
    if finding_id not in marks:
        text = f"nothing is said of the finding {quoted(finding_id, 40)}"
        raise NotFound(text, resource="marks", situation="quality_mark")
    return {name: one for name, one in marks.items() if now < one.until and name != finding_id}


def muted_ids(marks: Marks, now: datetime) -> frozenset[str]:
    """The findings of which nobody is told now."""
    return frozenset(name for name, one in marks.items() if one.kind == "muted" and now < one.until)


def to_json(marks: Marks) -> dict[str, Any]:
    """Their form in the lake."""
    return {"version": VERSION, "marks": {name: one.to_json() for name, one in sorted(marks.items())}}


def parsed(raw: Any, key: str) -> dict[str, Mark]:
    """Read what ``to_json`` wrote. Raise SchemaMismatch naming ``key``."""
    try:
        if raw["version"] != VERSION:
            raise ValueError(f"version {quoted(raw['version'])}, expected {VERSION}")
        return {str(name): _mark(one) for name, one in raw["marks"].items()}
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        text = f"{key} holds no marks of quality: {quoted(str(error), 200)}"
        raise SchemaMismatch(text, key=key, expected="marks of quality", found=quoted(raw)) from error


def _mark(raw: Mapping[str, Any]) -> Mark:
    if raw["kind"] not in get_args(Kind):
        raise ValueError(f"kind {quoted(raw['kind'])}")
    times = parse_utc(raw["at"]), parse_utc(raw["until"])
    return Mark(raw["kind"], str(raw["reason"]), str(raw["by"]), *times, parse_day(raw["first_seen"]))

"""What quality finds: typed facts, graded, each with the next command to run. Pure.

Expected and found are figures, names of types and dates, which need no language; never a value of a record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pipeline.untrusted import quoted

Grade = Literal["error", "warning"]
Check = Literal[
    "count_differs",
    "duplicate_keys",
    "entity_vanished",
    "column_vanished",
    "type_changed",
    "entity_new",
    "column_new",
    "count_anomaly",
    "null_rate_drift",
    "missing_day",
    "late_table",
    "late_source",
    "refused_fields",
    "out_of_range",
    "orphans",
    "no_tables",
    "unreadable",
    "test_failed",
    "model_failed",
    "build_failed",
    "late_input",
]
CHECKS: tuple[Check, ...] = get_args(Check)
ERRORS: frozenset[Check] = frozenset(
    "count_differs duplicate_keys entity_vanished column_vanished type_changed model_failed build_failed".split()  # type: ignore[arg-type]
)
# dbt's: the project itself says of each how bad it is.
OF_PROJECT: frozenset[Check] = frozenset(("test_failed", "late_input"))
# The subject of what is about the table as a whole.
WHOLE = "*"
_LONGEST = 300


@dataclass(frozen=True)
class Finding:
    """One fact: which check, about what, as expected and as found, and what to run next. ``size`` grows with the
    trouble (records that are concerned; 0: there is no more or less of it); ``told_grade`` where the check alone does
    not say it."""

    check: Check
    subject: str
    expected: str
    found: str
    next_command: str
    size: float = 0.0
    told_grade: Grade | None = None

    @property
    def grade(self) -> Grade:
        """Error: the data are not what they were or said to be. Warning: a person should look."""
        return self.told_grade or ("error" if self.check in ERRORS else "warning")

    @property
    def id(self) -> str:
        """The same from day to day, so that people can speak of it: 12 hexadecimal digits."""
        named = f"{self.check}\n{self.subject}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(named, digest_size=6).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Its form in the lake and on a terminal."""
        plain = {"id": self.id, "grade": self.grade, "check": self.check, "subject": self.subject}
        return {
            **plain,
            "expected": self.expected,
            "found": self.found,
            "next_command": self.next_command,
            "size": self.size,
        }


def subject_of(*names: str) -> str:
    """A subject of names that others have given: bounded, and always encodable."""
    return quoted(".".join(names), _LONGEST)


def finding_of(raw: Mapping[str, Any]) -> Finding:
    """Read what ``to_json`` wrote. Raise KeyError, TypeError, ValueError."""
    texts = [raw[name] for name in ("check", "subject", "expected", "found", "next_command")]
    if not all(isinstance(text, str) for text in texts) or texts[0] not in CHECKS:
        raise ValueError(f"finding {quoted(texts)}")
    check, subject, expected, found, command = texts
    return Finding(check, subject, expected, found, command, float(raw["size"]), _grade(check, raw))


def _grade(check: Check, raw: Mapping[str, Any]) -> Grade | None:
    if check not in OF_PROJECT:
        return None
    if raw["grade"] not in get_args(Grade):
        raise ValueError(f"grade {quoted(raw['grade'])}")
    grade: Grade = raw["grade"]
    return grade

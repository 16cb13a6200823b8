"""What check finds: typed facts, graded, each with the next command to run. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

# In the order in which they are told.
Grade = Literal["damage", "unchecked", "warning"]
Kind = Literal[
    "missing_object",
    "replaced_object",
    "size_differs",
    "checksum_differs",
    "orphaned_object",
    "foreign_object",
    "unreadable_entry",
    "lost_run",
    "open_upload",
    "archived_object",
    "not_a_document",
    "count_differs",
    "missing_export_time",
    "duplicate_keys",
    "index_differs",
    "refused_object",
]
READERS = 8
DAMAGE: frozenset[Kind] = frozenset(
    (
        "missing_object",
        "replaced_object",
        "size_differs",
        "checksum_differs",
        "unreadable_entry",
        "not_a_document",
        "count_differs",
        "missing_export_time",
        "duplicate_keys",
    )
)


@dataclass(frozen=True)
class Finding:
    """One fact: what is wrong with which key, as expected and as found, and what to run next."""

    kind: Kind
    key: str
    expected: str
    found: str
    next_command: str
    run_id: str | None = None

    @property
    def grade(self) -> Grade:
        """Damage: data is not what was recorded. Unchecked: nobody knows, for S3 refused the look. Warning: something
        is left over or unusual."""
        if self.kind in DAMAGE:
            return "damage"
        return "unchecked" if self.kind == "refused_object" else "warning"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "grade": self.grade}


@dataclass(frozen=True)
class Report:
    """What was looked at, and what was found."""

    runs: int
    documents: int
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """Whether everything was looked at and no damage was found; warnings do not count."""
        return all(finding.grade == "warning" for finding in self.findings)

    @property
    def damaged(self) -> bool:
        """Whether damage was found."""
        return any(finding.grade == "damage" for finding in self.findings)

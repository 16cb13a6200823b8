"""What can be said of a setting: facts, each judged, each with the IAM action that asked for it. Pure.

Whoever asks makes them; whoever draws or prints them reads their state from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from pipeline.clock import utc_text
from pipeline.errors import PipelineError

State = Literal["ok", "warn", "bad", "unknown"]
Subject = Literal["export", "bucket", "function", "tables", "schedule", "table", "log", "permission"]
SUBJECTS: tuple[Subject, ...] = ("export", "bucket", "function", "tables", "schedule", "table", "log", "permission")
# How S3 and DynamoDB call one and the same state; the catalogue has a word for each (``said``).
SAID = {"Enabled": "on", "ENABLED": "on", "Disabled": "off", "DISABLED": "off", "Suspended": "off", "ACTIVE": "active"}


@dataclass(frozen=True)
class Move:
    """A step of a lifecycle: after ``days`` (None: at a date) objects go to another storage class."""

    days: int | None
    storage_class: str

    def __str__(self) -> str:
        return self.storage_class if self.days is None else f"{self.days} → {self.storage_class}"


class Told(Protocol):
    """A value that is more than a word, and how programs are told it; what draws it knows what it is."""

    def __str__(self) -> str: ...


Value = str | int | datetime | Move | Told | None


@dataclass(frozen=True)
class Fact:
    """One thing that AWS says: ``name`` of ``subject`` is ``value``, asked by ``action``; an error when it failed."""

    subject: Subject
    name: str
    state: State
    value: Value
    action: str
    error: PipelineError | None = None

    def to_json(self) -> dict[str, Any]:
        value = utc_text(self.value) if isinstance(self.value, datetime) else self.value
        plain = value is None or isinstance(value, str | int)
        error = {"code": self.error.code, "message": self.error.message} if self.error else None
        return {
            "subject": self.subject,
            "name": self.name,
            "state": self.state,
            "value": value if plain else str(value),
            "action": self.action,
            "error": error,
        }


def worst(facts: Sequence[Fact]) -> State:
    """The state of a group: the worst of its facts."""
    order: tuple[State, ...] = ("bad", "unknown", "warn", "ok")
    return min((fact.state for fact in facts), key=order.index, default="unknown")

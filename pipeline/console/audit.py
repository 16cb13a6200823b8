"""The audit log: one JSON line for every export, download, change, sign-in and refusal; who, what, when, how it ended.

Lines go to standard output and, at choice, to the lake. They hold names and ids, never a token, a link or a value.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson

from pipeline.access import Action, Person, Tell, refusal
from pipeline.clock import utc_text
from pipeline.errors import Forbidden, PipelineError
from pipeline.jsonlog import SERVICE, Emit
from pipeline.lake import keys
from pipeline.lake.bucket import Conflict, Lake
from pipeline.redaction import blank_all

Event = Action | Literal["sign-in", "sign-out"]
Outcome = Literal["done", "refused", "failed"]
_LONGEST = 300


@dataclass(frozen=True)
class Audit:
    """Writes the lines; ``lake`` None keeps them on ``emit`` alone."""

    emit: Emit
    now: Callable[[], datetime]
    lake: Lake | None = None
    mark: Callable[[], str] = field(default=lambda: secrets.token_hex(8))

    def record(self, person: Person, event: Event, target: str, outcome: Outcome, **more: str) -> None:
        """Write one line. Never raises: a line that could not be stored is reported, and the action's result stays."""
        at = self.now()
        line = _head(at, "WARNING" if outcome == "refused" else "INFO") | _about(person)
        line |= {"action": event, "target": target[:_LONGEST], "outcome": outcome}
        line |= {name: value[:_LONGEST] for name, value in more.items()}
        line = blank_all(line)
        self.emit(orjson.dumps(line).decode())
        if self.lake is None:
            return
        key = keys.audit_key(at, self.mark())
        try:
            self.lake.write_json(key, line, None)
        except (PipelineError, Conflict) as error:
            lost = {"message": "the audit line was not stored", "key": key, "cause": str(error)}
            self.emit(orjson.dumps(_head(at, "ERROR") | lost).decode())


@dataclass(frozen=True)
class Actor:
    """Whoever uses the App: asked anew for each action, so that a role which was taken away is gone at once."""

    who: Callable[[], Person]
    audit: Audit

    def may(self, action: Action) -> bool:
        """Whether the person may do this now."""
        return self.who().may(action)

    def require(self, action: Action) -> None:
        """Raise Forbidden when the person may not do this now."""
        refused = refusal(self.who(), action)
        if refused:
            raise refused

    @contextmanager
    def doing(self, action: Action, target: str) -> Iterator[Tell]:
        """One audited action: refused with Forbidden, or done inside; its line says how it ended."""
        person = self.who()
        refused = refusal(person, action)
        if refused:
            self.audit.record(person, action, target, "refused", code=Forbidden.code)
            raise refused
        outcome: Outcome = "failed"
        more: dict[str, str] = {}
        try:
            yield lambda detail: more.update(detail=detail)
            outcome = "done"
        except PipelineError as error:
            more["code"] = error.code
            raise
        finally:
            self.audit.record(person, action, target, outcome, **more)


def to_stdout(line: str) -> None:
    """Where a service's log is collected from."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _head(at: datetime, level: str) -> dict[str, Any]:
    return {"timestamp": utc_text(at), "level": level, "service": SERVICE, "kind": "audit"}


def _about(person: Person) -> dict[str, Any]:
    return {"who": person.name, "subject": person.subject, "via": person.via, "role": person.role}

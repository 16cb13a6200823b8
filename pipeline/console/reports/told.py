"""What the rooms of reports tell: definitions as they are kept, runs and what they left. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.analysis.reports.document import Document, FormatName
from pipeline.errors import PipelineError
from pipeline.runs.error import RunError

# Of a run: waiting was marked as due and nobody has begun; late waits for longer than it should; missed was given up.
State = Literal["waiting", "late", "missed", "running", "built", "sent", "failed"]


@dataclass(frozen=True)
class KeptReport:
    """A definition as it is kept. ``seen`` is what a change must find (empty: not kept yet, the product's own);
    ``problem`` says why there is no definition in ``text``."""

    name: str
    text: str
    definition: Definition | None
    seen: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""
    shipped: bool = False
    problem: PipelineError | None = None


@dataclass(frozen=True)
class Earlier:
    """What a definition was before: its YAML, and who had made it so, when."""

    text: str
    changed_at: datetime | None
    changed_by: str


@dataclass(frozen=True)
class Pin:
    """What a block was made of: one version of one object of the lake. ``block`` counts from 0."""

    block: int
    key: str
    version_id: str | None
    checksum: str | None = None


@dataclass(frozen=True)
class Asked:
    """The SQL that a block was made by, and its parameters; one block may ask several times."""

    block: int
    sql: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class BlockFailed:
    """A block that came to nothing, and why."""

    block: int
    kind: str
    error: PipelineError


@dataclass(frozen=True)
class Gathered:
    """A report as a document, and what it was made of. ``failed`` blocks stand in it as warnings: it is not sent."""

    document: Document
    pins: tuple[Pin, ...] = ()
    asked: tuple[Asked, ...] = ()
    failed: tuple[BlockFailed, ...] = ()


@dataclass(frozen=True)
class Made:
    """A whole report, as its manifest tells of it: ``files`` are (form, key, VersionId, size, SHA-256 in base64);
    ``failed`` are (number, kind, code) of blocks that stand in it as warnings: then it is not sent."""

    name: str
    run_id: str
    day: date
    as_of: datetime
    made_at: datetime
    due: datetime | None
    title: str
    files: tuple[tuple[FormatName, str, str | None, int, str], ...]
    pins: tuple[Pin, ...]
    asked: tuple[Asked, ...]
    definition: str
    failed: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True)
class ReportRun:
    """A run of a report, newest first in lists: how it stands, what it left, or why there is nothing; ``sent`` are the
    channels that were told, ``unsent`` those that could not be."""

    name: str
    run_id: str
    day: date
    started_at: datetime
    state: State
    trigger: str
    due: datetime | None = None
    finished_at: datetime | None = None
    code: str | None = None
    made: Made | None = None
    sent: tuple[str, ...] = ()
    unsent: tuple[str, ...] = ()
    error: RunError | None = None

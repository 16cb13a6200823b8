"""A whole report as a document: every block by itself, so that one that fails is told and keeps nobody from the others.

Same definition, same pins, same moment: same document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.analysis.reports.definitions.definition import Definition
from pipeline.console.reports.gathering.reading import never
from pipeline.console.reports.told import Gathered, Pin

if TYPE_CHECKING:
    from pipeline.console.app import App


@dataclass(frozen=True)
class Step:
    """How far it is: block number ``block`` (from 0) of ``of`` is begun."""

    block: int
    of: int
    kind: str


def _unheard(step: Step) -> None:
    """Nobody wants to know."""


def gather(
    app: App,
    name: str,
    definition: Definition,
    as_of: datetime,
    tell: Callable[[Step], None] = _unheard,
    *,
    over: Callable[[], bool] = never,
    pins: Sequence[Pin] | None = None,
) -> Gathered:
    """The report ``name`` as of a moment (aware), from the newest there is, or (``pins``, of its manifest) from exactly
    what it was made of. A block that fails, or takes too long, is one of ``failed`` and a warning in its place. Raise
    Forbidden for who may not make reports; FunctionFailed (``report_cancelled``) once ``over`` says so."""
    raise NotImplementedError

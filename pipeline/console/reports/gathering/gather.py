"""A whole report as a document: every block by itself, so that one that fails is told and keeps nobody from the others.

Same definition, same pins, same moment: same document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.analysis.reports.definitions.definition import AnyBlock, Definition, FreeText
from pipeline.analysis.reports.document import Document, Heading, Paragraph, Part
from pipeline.console.reports.gathering.limits import Limits, never
from pipeline.console.reports.gathering.pinned import Objects
from pipeline.console.reports.gathering.readers import READERS
from pipeline.console.reports.gathering.reading import Reading
from pipeline.console.reports.gathering.scope import Scope, scope_of
from pipeline.console.reports.told import Asked, BlockFailed, Gathered, Pin
from pipeline.errors import PipelineError

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


@dataclass(frozen=True)
class How:
    """Beside what is made: ``tell`` is told how far it is, ``over`` says that nobody wants it any more; ``pins`` are
    those of the manifest where a report is made again, None where it is made of the newest there is."""

    tell: Callable[[Step], None] = _unheard
    over: Callable[[], bool] = never
    pins: Sequence[Pin] | None = None


@dataclass(frozen=True)
class _Made:
    """What became of one block."""

    parts: tuple[Part, ...]
    pins: tuple[Pin, ...]
    asked: tuple[Asked, ...]
    failed: tuple[BlockFailed, ...] = ()


_PLAIN = How()


def gather(app: App, name: str, definition: Definition, as_of: datetime, how: How = _PLAIN) -> Gathered:
    """The report ``name`` as of a moment (aware), from the newest there is, or from exactly what ``how.pins`` name. A
    block that fails, or takes too long, is one of ``failed`` and a warning in its place. Raise Forbidden for who may
    not make reports; FunctionFailed (``report_cancelled``) once ``how.over`` says so."""
    app.actor.require("reports")
    scope = scope_of(definition, as_of)
    made = tuple(_Gatherer(app, name, scope, how).blocks(definition.blocks))
    return Gathered(
        _document(definition, scope, made),
        tuple(pin for one in made for pin in one.pins),
        tuple(asked for one in made for asked in one.asked),
        tuple(failed for one in made for failed in one.failed),
    )


class _Gatherer:
    """Makes the blocks of one report, one after the other."""

    def __init__(self, app: App, name: str, scope: Scope, how: How) -> None:
        self._app, self._scope, self._how = app, scope, how
        self._limits, self._objects = Limits(name, how.over), Objects()

    def blocks(self, blocks: Sequence[AnyBlock]) -> Iterator[_Made]:
        for number, block in enumerate(blocks):
            self._limits.ended()
            self._how.tell(Step(number, len(blocks), kind_of(block)))
            yield self._made(number, block)
        self._limits.ended()

    def _made(self, number: int, block: AnyBlock) -> _Made:
        limit = self._limits.begin()
        reading = Reading(self._app.lake, number, self._how.pins, limit, self._objects)
        head = _heading(block, self._scope)
        try:
            parts = READERS[type(block)](self._app, block, self._scope, reading)
        except PipelineError as error:
            # Not this block's failure: nobody wants the report any more.
            self._limits.ended()
            failed = BlockFailed(number, kind_of(block), limit.why(error))
            return _Made((*head, _warning(failed.error, self._scope)), reading.pins, reading.asked, (failed,))
        return _Made((*head, *parts), reading.pins, reading.asked)


def kind_of(block: AnyBlock) -> str:
    """What a definition calls this kind of block."""
    return str(block.__struct_config__.tag)


def _heading(block: AnyBlock, scope: Scope) -> tuple[Part, ...]:
    # A text stands for itself where nobody has given it a title.
    if isinstance(block, FreeText) and not block.title:
        return ()
    return (Heading(block.title or scope.shown.words(f"report_blocks.kind.{kind_of(block)}")),)


def _warning(error: PipelineError, scope: Scope) -> Paragraph:
    title, cause, remedy = scope.shown.words.error(error)
    told = {"title": title, "code": error.code, "cause": cause, "remedy": remedy}
    return Paragraph(scope.shown.words("report_blocks.failed", **told), "warning")


def _document(definition: Definition, scope: Scope, made: Sequence[_Made]) -> Document:
    days = {"first": scope.first.isoformat(), "last": scope.last.isoformat()}
    words, one_day = scope.shown.words, scope.first == scope.last
    subtitle = words("report_blocks.day", **days) if one_day else words("report_blocks.days", **days)
    if scope.person:
        subtitle = words("report_blocks.of_person", days=subtitle, person=scope.person)
    parts = tuple(part for one in made for part in one.parts)
    return Document(definition.title, subtitle, definition.language, definition.zone, scope.as_of, parts)

"""Facts that fail for one cause, put together: one thing to mend, told once, with all that waits for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.errors import PipelineError
from pipeline.monitor.health import Fact, Subject


@dataclass(frozen=True)
class Cause:
    """One error, told in place of all that mean the same; ``facts`` are those that fail for it, each action once."""

    error: PipelineError
    facts: tuple[Fact, ...]

    @property
    def subject(self) -> Subject | None:
        """Whose alone they are; None where several subjects fail alike."""
        subjects = {fact.subject for fact in self.facts}
        own = subjects - {"permission"} or subjects
        return next(iter(own)) if len(own) == 1 else None


def causes(facts: Iterable[Fact]) -> tuple[Cause, ...]:
    """What stands in the way, in the order of the facts."""
    failed: dict[tuple[str, ...], list[tuple[PipelineError, Fact]]] = {}
    for fact in facts:
        if fact.error:
            failed.setdefault(fact.error.cause, []).append((fact.error, fact))
    return tuple(Cause(alike[0][0], _once([fact for _, fact in alike])) for alike in failed.values())


def _once(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    # A refusal is a fact of its subject, and the same again of the right that is lacking.
    seen: dict[str, Fact] = {}
    for fact in facts:
        seen.setdefault(fact.action, fact)
    return tuple(seen.values())

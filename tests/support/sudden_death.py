"""A run that dies without a word, as by SIGKILL: from one moment on nothing that it tries to say reaches the lake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Killed(BaseException):
    """Stands for SIGKILL."""


class Runner(Protocol):
    """What runs a job: all that it says goes through these."""

    @property
    def lake(self) -> Any: ...
    @property
    def ledger(self) -> Any: ...
    @property
    def leases(self) -> Any: ...


class _Mute:
    def __getattr__(self, name: str) -> Any:
        raise Killed


def killed_after(runner: Runner, moments: int, run: Callable[[Callable[[], float]], object]) -> None:
    """Hand ``run`` a deadline far away and let it die when it asks for it once more than so many times: no failure is
    recorded, no lease released, no upload aborted."""
    alive: list[tuple[Any, dict[str, Any]]] = []
    left = [900.0] * moments

    def remaining() -> float:
        if left:
            return left.pop()
        for part in (runner.lake, runner.ledger, runner.leases):
            alive.append((part, dict(part.__dict__)))
            part.__dict__.update(dict.fromkeys(part.__dict__, _Mute()))
        raise Killed

    try:
        run(remaining)
    except Killed:
        pass
    finally:
        for part, attributes in alive:
            part.__dict__.update(attributes)

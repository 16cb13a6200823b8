"""What a child says while it works: its lines, one by one as they come, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

_LONGEST_LINE = 4 * 2**20


@dataclass(frozen=True)
class Fault:
    """What a child came to nothing of: at which stage, the name of the error's class, and what it said."""

    stage: str
    kind: str
    message: str


@dataclass
class Heard:
    """The lines of one child. ``planned`` steps, of which ``ended`` have; the rest as the two programs say it."""

    planned: int = 0
    ended: int = 0
    done: bool = False
    fault: Fault | None = None
    variables: Any = None
    landed: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    failing: dict[str, dict[str, Any]] = field(default_factory=dict)
    marts: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[list[str]]] = field(default_factory=dict)
    _rest: bytes = b""

    def hear(self, piece: bytes) -> None:
        """Take a piece of its output."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            self._rest = b""
        for line in _decoded(lines):
            self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        if "node" in line:
            self.ended += 1
        elif "fault" in line:
            self.fault = Fault(str(line["fault"]), str(line.get("kind", "")), str(line.get("message", "")))
        elif "model" in line:
            self.rows[line["model"]] = line["rows"]
        elif "test" in line:
            self.failing[line["test"]] = {"columns": line["columns"], "rows": line["rows"]}
        elif "mart" in line:
            self.marts[line["mart"]], self.columns[line["mart"]] = line["records"], line["columns"]
        else:
            for name in {"planned", "variables", "landed", "done"} & line.keys():
                setattr(self, name, line[name])


def _decoded(lines: list[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            # The line that its death went through.
            continue
        if isinstance(value, dict):
            yield value

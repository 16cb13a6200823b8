"""YAML in fewer lines: what hangs below a key and fits on its line is written behind it, in brackets. Pure.

Only what surely reads the same: names, numbers, texts in double quotes, tags before them, and what is in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLAIN = r"[A-Za-z0-9][A-Za-z0-9*._/-]*(?:[: ][A-Za-z0-9][A-Za-z0-9*._/-]*)*"
_VALUE = rf'(?:![A-Za-z0-9]+ )?(?:"(?:[^"\\]|\\.)*"|{_PLAIN}|\[.*\]|\{{.*\}})'
_KEY = r'(?:"[^"\\]*"|[A-Za-z0-9]+)'
_PAIR = re.compile(rf"\s*({_KEY}: {_VALUE})")
_ITEM = re.compile(rf"\s*- ({_VALUE})")
_HEAD = re.compile(rf"( *(?:- )*){_KEY}:")
_BRACKETS = {"[": "]", "{": "}"}
Line = tuple[str, bool]


def folded(lines: Sequence[Line]) -> list[str]:
    """The lines, each with whether it is text inside a block, with what fits behind its key; texts stay as they are."""
    found, before = list(lines), 0
    while len(found) != before:
        before, found = len(found), _once(found)
    return [line for line, _ in found]


def _once(lines: Sequence[Line]) -> list[Line]:
    kept: list[Line] = []
    at = 0
    while at < len(lines):
        line, inside = lines[at]
        below = [] if inside else _below(lines, at)
        value = _in_brackets(below)
        kept.append((f"{line} {value}" if value else line, inside))
        at += 1 + (len(below) if value else 0)
    return kept


def _below(lines: Sequence[Line], at: int) -> Sequence[Line]:
    """What hangs below a key; nothing where the line is none, or has a value of its own."""
    head = _HEAD.fullmatch(lines[at][0])
    if head is None:
        return []
    column, end = len(head[1]), at + 1
    while end < len(lines) and _hangs(lines[end][0], column):
        end += 1
    return lines[at + 1 : end]


def _hangs(line: str, column: int) -> bool:
    depth = len(line) - len(line.lstrip(" "))
    return depth > column or (depth == column and line.startswith("- ", depth))


def _in_brackets(below: Sequence[Line]) -> str | None:
    """A list or a mapping on one line; None of what is neither, or has more below it."""
    depths = {len(line) - len(line.lstrip(" ")) for line, _ in below}
    if len(depths) != 1 or any(inside or " #" in line for line, inside in below):
        return None
    for opened, form in (("[", _ITEM), ("{", _PAIR)):
        parts = [form.fullmatch(line) for line, _ in below]
        if all(parts):
            return f"{opened}{', '.join(part[1] for part in parts if part)}{_BRACKETS[opened]}"
    return None

"""Where one JSON value ends in bytes that arrive piece by piece. Pure.

Each piece is looked at once: what is remembered between pieces are three numbers and no byte, so a value of any length
costs as much as it is long.
"""

from __future__ import annotations

import re

# A whole string, a bracket, or the quote of a string whose end is in a later piece. Strings are swallowed so that
# brackets inside them do not count. Possessive (Python 3.11): a string without end is not tried again from its end.
TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}]', re.DOTALL)
_INSIDE = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
STEP = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}


class Value:
    """One object or list, fed from its first byte on; ``depth`` is how many brackets are open."""

    __slots__ = ("_escaped", "_in_string", "depth")

    def __init__(self) -> None:
        self.depth = 0
        self._in_string = self._escaped = False

    def feed(self, piece: bytes, start: int = 0) -> int | None:
        """Where in ``piece`` the value ends (behind its last bracket); None when it goes on in the next one."""
        at: int | None = self._string(piece, start) if self._in_string else start
        while at is not None:
            for token in TOKEN.finditer(piece, at):
                if token[0] == b'"':
                    at = self._string(piece, token.end())
                    break
                self.depth += STEP.get(token[0], 0)
                if self.depth == 0:
                    return token.end()
            else:
                return None
        return None

    def _string(self, piece: bytes, start: int) -> int | None:
        """Where the string ends that is open at ``start``; None when it does not in this piece."""
        inside = _INSIDE.match(piece, start + self._escaped)
        end = inside.end() if inside else len(piece)
        self._in_string = not piece.startswith(b'"', end)
        # A piece may end between a backslash and what it escapes.
        self._escaped = self._in_string and piece.startswith(b"\\", end)
        return None if self._in_string else end + 1

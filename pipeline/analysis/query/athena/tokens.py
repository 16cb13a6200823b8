"""SQL as Athena's lexer cuts it, as far as names, quotes, comments and ``{{name}}`` are concerned. Pure.

Nothing is understood here: whoever reads tokens knows where a name is one, and where it is part of a text.
Source: Trino's documentation, "SQL language" (Athena's engine 3 is made of Trino).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from pipeline.analysis.query.parameters import MARK

Kind = Literal["space", "text", "quoted", "mark", "number", "word", "sign"]
# What does not end goes to the end of the text. No dollar quotes, no backslashes in texts: those are DuckDB's.
_TOKEN = re.compile(
    r"(?P<space>\s+|--[^\r\n]*+|/\*(?:.*?\*/|.*))"
    r"|(?P<text>'(?:[^']|'')*+'?)"
    r"|(?P<quoted>\"(?:[^\"]|\"\")*+\"?|`(?:[^`]|``)*+`?)"
    rf"|(?P<mark>{MARK})"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<sign>.)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of SQL as it stands there; ``name`` is what an identifier means where case does not count, or what
    ``{{name}}`` asks for."""

    kind: Kind
    text: str
    name: str = ""

    @property
    def matters(self) -> bool:
        """Whether it is neither blank nor comment."""
        return self.kind != "space"

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these words of SQL."""
        return self.kind == "word" and self.name in words


def cut(sql: str) -> list[Token]:
    """All of a text, in its order: joined, the tokens give it back."""
    return list(_tokens(sql))


def meaning(tokens: Sequence[Token]) -> list[int]:
    """Where tokens stand that are neither blank nor comment."""
    return [place for place, token in enumerate(tokens) if token.matters]


def identifier(name: str) -> str:
    """A name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def _tokens(sql: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(sql):
        kind = cast(Kind, match.lastgroup)
        yield Token(kind, match[0], _name(kind, match))


def _name(kind: Kind, match: re.Match[str]) -> str:
    if kind == "mark":
        return match["name"]
    if kind == "word":
        return match[0].lower()
    if kind == "quoted":
        quote = match[0][0]
        return match[0][1:].removesuffix(quote).replace(quote * 2, quote).lower()
    return ""

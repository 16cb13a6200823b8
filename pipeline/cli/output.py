"""How the command line writes: data to stdout, everything else to stderr, in the reader's language.

Whatever the streams' encodings cannot hold is escaped. Nothing else in this wing prints text.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from pipeline.errors import ConfigInvalid, PipelineError

if TYPE_CHECKING:
    from pipeline.words.catalogue import Words

_ESCAPED = "pipeline.escaped"
_STANDARD_STREAMS = 3
# What would move a terminal's cursor, or change its title: C0 and C1, tab and new line apart.
_CONTROL = {code: f"\\u{code:04x}" for code in (*range(9), *range(11, 32), *range(127, 160))}
_IN_CELLS = _CONTROL | {9: "\\u0009", 10: "\\u000a"}


def prepare_streams() -> None:
    """Make standard streams of any encoding write any text. One that was closed by whoever started this program stays
    so, and no file or socket of ours takes its number."""
    while os.open(os.devnull, os.O_RDWR) < _STANDARD_STREAMS:
        pass
    codecs.register_error(_ESCAPED, escaped)
    sys.stderr = sys.stderr or Path(os.devnull).open("w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPED)


def escaped(error: UnicodeError) -> tuple[str, int]:
    """What an encoding cannot hold, as JSON writes it: \\uXXXX by UTF-16, so that JSON stays JSON. An error handler of
    ``codecs``."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)), error.end


def show(text: str = "") -> None:
    """Lines of data, sent at once: a reader who has gone is noticed here and not when the process ends. Raise OSError
    where they cannot be written."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    sys.stdout.write(text.translate(_CONTROL) + "\n")
    sys.stdout.flush()


def tell(text: str, end: str = "\n") -> None:
    """Lines about the work. Never raises: what cannot be told stops no work."""
    with suppress(OSError):
        sys.stderr.write(text.translate(_CONTROL) + end)
        sys.stderr.flush()


def show_json(value: Any) -> None:
    """One JSON document."""
    show(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def show_facts(facts: Mapping[str, Any], as_json: bool) -> None:
    """Names and values: a line each, or as JSON."""
    if as_json:
        show_json(facts)
        return
    for name, value in facts.items():
        show(f"{name}: {value}".translate(_IN_CELLS))


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> None:
    """Columns as wide as their widest cell; those whose places are among ``numbers`` end at the right."""
    show_rows([head, *rows], numbers)


def show_rows(rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> None:
    """The same without a head."""
    lines = [[cell.translate(_IN_CELLS) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (_padded(cell, widths[at], at in numbers) for at, cell in enumerate(line))
        show("  ".join(padded).rstrip())


def explain(error: PipelineError) -> None:
    """Code, title, cause, remedy and the message itself, in the language of the locale."""
    title, cause, remedy = words().error(error)
    tell(f"{error.code} {error.slug}: {title}\n  {cause}\n  {remedy}\n  {error.message}")


def words() -> Words:
    """The words of the language that the locale asks for."""
    # Imported here: the catalogue brings Babel, which help and completion do without.
    from pipeline.words.catalogue import Words  # noqa: PLC0415

    return Words(language(os.environ))


def label(key: str, otherwise: str) -> str:
    """The word of a name that comes from elsewhere; the name itself where there is none."""
    try:
        return words()(key)
    except KeyError:
        return otherwise


def language(environ: Mapping[str, str]) -> str:
    """What the locale asks for: LC_ALL before LC_MESSAGES before LANG (POSIX, "Environment Variables", 8.2)."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "ja" if locale.startswith("ja") else "en"


def _width(text: str) -> int:
    """Columns of a terminal: East Asian wide characters take two. Source: Unicode Standard Annex #11."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(cell: str, width: int, right: bool) -> str:
    blanks = " " * (width - _width(cell))
    return blanks + cell if right else cell + blanks


def check_asking(needless: bool) -> None:
    """Raise ConfigInvalid where a question would come and nobody is there to answer it."""
    if not (needless or (sys.stdin and sys.stdin.isatty())):
        message = "there is no terminal to ask at; agree beforehand with --yes"
        raise ConfigInvalid(message, situation="parameter", variable="--yes")


def agreed(beforehand: bool, question: str) -> bool:
    """Whether a person agrees."""
    if beforehand:
        return True
    tell(f"{question} [y/N] ", end="")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}

"""How the command line writes: data to stdout, progress, questions and errors to stderr.

Nothing else in this wing prints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
import orjson

from pipeline.errors import PipelineError


def show(line: str = "") -> None:
    """One line of data, sent at once: a reader who has gone is noticed here and not when the process ends."""
    click.echo(line)


def tell(line: str) -> None:
    """One line about the work."""
    click.echo(line, err=True)


def show_json(value: Any) -> None:
    """One JSON document."""
    show(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def show_facts(facts: Mapping[str, Any], as_json: bool) -> None:
    """Names and values: a line each, or as JSON."""
    if as_json:
        show_json(facts)
        return
    for name, value in facts.items():
        show(f"{name}: {value}")


def show_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Columns as wide as their widest cell, and an empty line after them."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        show("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    show()


def explain(error: PipelineError, environ: Mapping[str, str]) -> None:
    """Code, title, cause, remedy and the message itself, in the language of the locale."""
    # Imported here: the catalogue brings Babel, which help and completion do without.
    from pipeline.words.catalogue import Words  # noqa: PLC0415

    title, cause, remedy = Words(language(environ)).error(error)
    tell(f"{error.code} {error.slug}: {title}\n  {cause}\n  {remedy}\n  {error.message}")


def language(environ: Mapping[str, str]) -> str:
    """What the locale asks for: LC_ALL before LC_MESSAGES before LANG (POSIX, "Environment Variables", 8.2)."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "ja" if locale.startswith("ja") else "en"

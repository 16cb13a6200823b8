"""Questions at a terminal: on stderr, so that stdout stays data; whoever is not there must have agreed beforehand.

Only y and yes are a yes.
"""

from __future__ import annotations

import sys

from pipeline.cli.output import tell
from pipeline.errors import ConfigInvalid


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

"""The build of our models: its button, how far it is, and that it has ended. Its source is the ledger."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.console.app import App
from pipeline.words.catalogue import Words


def primary(console: App, words: Words) -> Callable[[], None] | None:
    return None


def going(console: App, project: str) -> bool:
    return False


def follow(console: App, words: Words) -> None:
    return None

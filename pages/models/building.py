"""The build of our models: its button, how far it is, and what stood in its way. Its source is the ledger."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.console.app import App
from pipeline.runs.run import Run
from pipeline.words.catalogue import Words


def primary(console: App, words: Words) -> Callable[[], None] | None:
    return None


def going(console: App) -> Run | None:
    return None


def follow(console: App, words: Words) -> None:
    return None


def failed(console: App, words: Words) -> None:
    return None

"""Placeholder of C1's clone: Q's file stands here."""

from __future__ import annotations

from pipeline.console.app import App
from pipeline.words.catalogue import Words


def render(console: App, words: Words) -> None:
    """Draw nothing."""

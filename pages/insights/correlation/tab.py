"""The tab 相関: the named questions first, then 探索; or the one pair that is open."""

from __future__ import annotations

from pages.insights.known import Chosen
from pipeline.console.app import App
from pipeline.words.catalogue import Words


def render(console: App, words: Words, now: Chosen) -> None:
    """Draw the tab. Raise what reading the days raises."""

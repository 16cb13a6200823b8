"""The tab 予測: a person's verdicts first, what they rest on below."""

from __future__ import annotations

from collections.abc import Callable

from pages.insights.known import Chosen
from pipeline.console.app import App
from pipeline.words.catalogue import Words


def primary(console: App, words: Words) -> Callable[[], None] | None:
    """The page's button."""
    return None


def render(console: App, words: Words, now: Chosen) -> None:
    """Draw the tab. Raise what reading forecasts raises."""

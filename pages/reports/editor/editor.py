"""The editor of one report's definition: as fields or as YAML, with a preview that follows what is typed.

What is typed is a draft of the session (``drafts.py``) until it is saved in the place of what was seen.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.console.app import App
from pipeline.words.catalogue import Words


def _nowhere(name: str) -> None:
    """Whoever calls stays where it is."""


def render(
    console: App,
    words: Words,
    name: str | None,
    saved: Callable[[str], None] = _nowhere,
) -> None:
    """Draw the editor of the report ``name`` (None: of a new one), which an operator may use; others are told so.
    ``saved`` is handed the name once the draft has been kept, in the run that acts on the press (before the page is
    drawn anew). Raise what reading the definition raises (NotFound ``report_unknown``)."""
    raise NotImplementedError

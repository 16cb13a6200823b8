"""A source's setup, by what its kind needs: places, people's accounts, fields; and the way to take it out."""

from __future__ import annotations

from functools import partial

from pages.sources import fields, look_back, people, places
from pages.sources.setting import Setup
from pages.ui import guard, notice
from pipeline.console.app import App
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.words.catalogue import Words


def render(console: App, words: Words, config: SourceConfig, entry: SourceEntry) -> None:
    """Draw the setup of a source by its kind."""
    here = Setup(console, words, config, entry)
    # Options that cannot be read do not keep anybody from taking the source out.
    with guard.apart(words, entry.name):
        if here.kind.needs == "places":
            places.render(here)
        elif here.kind.needs == "people":
            people.render(here)
        if here.kind.fields:
            fields.render(here)
        if here.kind.has_days:
            look_back.render(here)
    _remove(here)


def _remove(here: Setup) -> None:
    entry, words, kind = here.entry, here.words, here.kind
    # Whose consent is given back by it has to be known before.
    about = "source.remove_people_about" if kind.needs == "people" else ""
    pressed = here.sure("source.remove", f"remove-{entry.name}", ":material/delete:", about)
    name = kind.title.of(words.language) if kind.has_days else entry.name
    remove = notice.saying("sources.removed", partial(here.console.board.remove, here.config, entry))
    at = here.config.sources.index(entry) if entry in here.config.sources else 0
    notice.act(words, pressed, notice.gap(at), remove, name)

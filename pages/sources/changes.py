"""The history of the sources' configuration in the reader's language: who changed what when, newest first.

The lake keeps one English line a change, as the audit log does; a line of no known form is shown as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pages.ui import format as fmt
from pipeline.sources.config import SourceConfig
from pipeline.sources.kinds import Kind
from pipeline.words.catalogue import Words

# The lines that the board writes; a place may have its name after its id.
_FORMS = {
    form: re.compile(pattern)
    for form, pattern in {
        "on": r"switch (?P<source>\S+) on",
        "off": r"switch (?P<source>\S+) off",
        "table": r"add table (?P<source>\S+)",
        "place": r"add place (?P<place>\S+)(?: \((?P<label>.+)\))? to (?P<source>\S+)",
        "no_place": r"remove place (?P<place>\S+)(?: \((?P<label>.+)\))? from (?P<source>\S+)",
        "person": r"add (?P<person>\S+) to (?P<source>\S+)",
        "no_person": r"remove (?P<person>\S+) from (?P<source>\S+)",
        "set_up": r"set up (?P<source>\S+)",
        "source": r"add (?P<source>\S+)",
        "no_source": r"remove (?P<source>\S+)",
        "demo": r"sources of the demo",
    }.items()
}


@dataclass(frozen=True)
class Names:
    """What sources and places are called in the reader's language, by the names that the lines have for them."""

    sources: Mapping[str, str]
    places: Mapping[str, str]


def render(words: Words, config: SourceConfig, kinds: Iterable[Kind]) -> None:
    """The changes, folded away."""
    with st.expander(words("changes.title", count=len(config.changes)), icon=":material/manage_history:"):
        if not config.changes:
            st.caption(words("changes.none"))
            return
        names = names_of(words, config, kinds)
        table = [
            {
                words("changes.at"): fmt.jst_minute(change.at),
                words("changes.what"): told(words, change.what, names),
                words("changes.by"): change.by,
            }
            for change in config.changes
        ]
        st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("changes.title", count=len(table)))


def names_of(words: Words, config: SourceConfig, kinds: Iterable[Kind]) -> Names:
    """A table is called by its name, any other source by its kind; a place by the name that it has now."""
    tables = {entry.name for entry in config.sources if entry.name != entry.kind}
    titles = {kind.name: kind.title.of(words.language) for kind in kinds if kind.has_days}
    return Names({name: title for name, title in titles.items() if name not in tables}, _places(config))


def told(words: Words, what: str, names: Names) -> str:
    """One change in words."""
    for form, pattern in _FORMS.items():
        match = pattern.fullmatch(what)
        if match:
            parts = match.groupdict("")
            source, place = parts.get("source", ""), parts.get("place", "")
            place = parts.get("label") or names.places.get(place, place)
            person = parts.get("person", "")
            return words(f"change.{form}", source=names.sources.get(source, source), place=place, person=person)
    return what


def _places(config: SourceConfig) -> dict[str, str]:
    # Read as they come: a place that is none has no name here, and the source's own card says so.
    listed = [entry.options.get("places") for entry in config.sources]
    raw = [place for places in listed if isinstance(places, list) for place in places if isinstance(place, dict)]
    return {str(place.get("place_id")): str(place["name"]) for place in raw if place.get("name")}

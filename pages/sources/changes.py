"""The history of the sources' configuration in the reader's language: who changed what when, newest first.

The lake keeps one English line a change, as the audit log does; a line of no known form is shown as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from pages.ui import format as fmt
from pipeline.sources.config import SourceConfig
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
        "source": r"add (?P<source>\S+)",
        "no_source": r"remove (?P<source>\S+)",
        "demo": r"sources of the demo",
    }.items()
}


def render(words: Words, config: SourceConfig) -> None:
    """The changes, folded away."""
    with st.expander(words("changes.title", count=len(config.changes)), icon=":material/manage_history:"):
        if not config.changes:
            st.caption(words("changes.none"))
            return
        places = _places(config)
        table = [
            {
                words("changes.at"): fmt.jst_minute(change.at),
                words("changes.what"): told(words, change.what, config, places),
                words("changes.by"): change.by,
            }
            for change in config.changes
        ]
        st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("changes.title", count=len(table)))


def told(words: Words, what: str, config: SourceConfig, places: Mapping[str, str]) -> str:
    """One change in words; ``places`` are the names of those that are known, by their ids."""
    for form, pattern in _FORMS.items():
        match = pattern.fullmatch(what)
        if match:
            said = match.groupdict("")
            place = said.get("label") or places.get(said.get("place", ""), said.get("place", ""))
            source = _source(words, said.get("source", ""), config)
            return words(f"change.{form}", source=source, place=place, person=said.get("person", ""))
    return what


def _source(words: Words, name: str, config: SourceConfig) -> str:
    """A table is called by its name, any other source by its kind, which is its name."""
    entry = config.entry(name)
    kind = entry.kind if entry else name
    return words(f"source_kind.{kind}") if kind in {"weather", "air-quality", "google-health"} else name


def _places(config: SourceConfig) -> dict[str, str]:
    # Read as they come: a place that is none has no name here, and the source's own card says so.
    listed = [entry.options.get("places") for entry in config.sources]
    raw = [place for places in listed if isinstance(places, list) for place in places if isinstance(place, dict)]
    return {str(place.get("place_id")): str(place["name"]) for place in raw if place.get("name")}

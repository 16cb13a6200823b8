"""The history of the sources' configuration in the reader's language: who changed what when, newest first.

A change of a kind that is not known (an older line, a later version's) is shown by its English line as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pages.ui import format as fmt
from pipeline.sources.config import Change, SourceConfig
from pipeline.sources.kinds import Kind
from pipeline.words.catalogue import Words


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
                words("changes.what"): told(words, change, names),
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


def told(words: Words, change: Change, names: Names) -> str:
    """One change in words; a line without an edit (an older version's, or a hand's) is shown as it stands."""
    edit = change.edit
    if edit is None:
        return change.what
    place = edit.place_name or names.places.get(edit.place, edit.place)
    source = names.sources.get(edit.source, edit.source)
    return words(f"change.{edit.kind}", source=source, place=place, person=edit.person, days=edit.days)


def _places(config: SourceConfig) -> dict[str, str]:
    # Read as they come: a place that is none has no name here, and the source's own card says so.
    listed = [entry.options.get("places") for entry in config.sources]
    raw = [place for places in listed if isinstance(places, list) for place in places if isinstance(place, dict)]
    return {str(place.get("place_id")): str(place["name"]) for place in raw if place.get("name")}

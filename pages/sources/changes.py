"""The history of the sources' configuration in the reader's language: who changed what when, newest first.

A change of a kind that is not known (an older line, a later version's) is shown by its English line as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from pages.ui import format as fmt
from pipeline.sources.config import Change, SourceConfig
from pipeline.words.catalogue import Words


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
                words("changes.what"): told(words, change, config, places),
                words("changes.by"): change.by,
            }
            for change in config.changes
        ]
        st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("changes.title", count=len(table)))


def told(words: Words, change: Change, config: SourceConfig, places: Mapping[str, str]) -> str:
    """One change in words; ``places`` are the names of those that are known, by their ids."""
    edit = change.edit
    if edit is None:
        return change.what
    place = edit.place_name or places.get(edit.place, edit.place)
    source = _source(words, edit.source, config)
    return words(f"change.{edit.kind}", source=source, place=place, person=edit.person)


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

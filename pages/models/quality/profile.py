"""What the columns of a day's records hold: counts, rates, bounds; no value of any record."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from pages.models import choices
from pages.ui import format as fmt
from pages.ui import state
from pipeline.analysis.quality.profile import Profile
from pipeline.console.analysis.trend import ColumnRow, columns
from pipeline.words.catalogue import Words


def render(words: Words, profile: Profile) -> None:
    """A kind of records is chosen, its columns are shown."""
    st.header(words("inspect.profile"), anchor=False)
    if not profile.entities:
        st.caption(words("inspect.no_records"))
        return
    told = partial(_entity, words, profile.entities)
    entity = choices.Choice(state.QUALITY_ENTITY, tuple(profile.entities), "inspect.entity", told, width=320).draw(
        words
    )
    table = [_column(words, one) for one in columns(profile, entity)]
    if table:
        st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("inspect.profile"))
    else:
        st.caption(words("dbt.no_columns"))
    if profile.cut:
        st.caption(words("inspect.cut"))


def _entity(words: Words, entities: Mapping[str, int], name: str) -> str:
    count = words.count("runs.records", entities[name], fmt.number(entities[name], words.language))
    return f"{name or fmt.NOTHING} · {count}"


def _column(words: Words, one: ColumnRow) -> dict[str, object]:
    column = one.column
    return {
        words("columns.name"): one.name,
        words("columns.types"): ", ".join(words(f"inspect.type.{kind}") for kind in column.types) or fmt.NOTHING,
        words("inspect.null_rate"): f"{one.null_rate:.1%}",
        words("columns.distinct"): column.distinct,
        words("inspect.low"): _exact(column.low),
        words("inspect.high"): _exact(column.high),
        words("inspect.outside"): column.outside,
    }


def _exact(value: float | None) -> str:
    """As it was counted with: texts, for a missing one among numbers would be written as None."""
    return fmt.NOTHING if value is None else f"{value:,.15g}"

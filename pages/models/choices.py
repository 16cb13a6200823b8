"""Filters of this page: what is chosen stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

from pages.models.rows import title
from pages.ui import address
from pipeline.words.catalogue import Words

T = TypeVar("T")


@dataclass(frozen=True)
class Choice(Generic[T]):
    """One of ``choices`` by a select box; ``name`` in the address, ``told`` as a person reads a choice; ``untold``
    where the address says nothing."""

    name: str
    choices: Sequence[T]
    label: str
    told: Callable[[T], str] = str
    width: int = 180
    untold: T | None = None

    def draw(self, words: Words) -> T:
        """Draw it, and give what is chosen."""
        key = address.spoken(words, f"model-{self.name}")
        address.chosen(key, self.name, self.choices, untold=self.untold)
        return st.selectbox(
            title(words, self.label),
            self.choices,
            key=key,
            format_func=self.told,
            on_change=address.keep,
            args=(key, self.name, self.choices[0]),
            width=self.width,
        )

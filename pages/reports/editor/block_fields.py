"""The fields of one block, by its kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, Literal, get_args

import streamlit as st

from pages.reports.editor import places
from pages.reports.editor.drafts import Draft
from pages.reports.editor.parts import Part
from pipeline.analysis.forecast.series import TARGETS
from pipeline.analysis.reports.document import MOST_SERIES, Shape
from pipeline.words.catalogue import Words

MEASURES: Final = (*TARGETS, "good_focus")
SHAPES: Final[tuple[str, ...]] = get_args(Shape)


def render(words: Words, draft: Draft, part: Part, at: int) -> None:
    """Draw them."""
    one = _One(words, draft, part, at)
    one.line("title", most=200, placeholder=words(f"report_editor.kind.{part.kind}"))
    _OF_KIND.get(part.kind, _nothing)(one)


class _One:
    """The fields of one block: each named with the block's place, each writing into the draft."""

    def __init__(self, words: Words, draft: Draft, part: Part, at: int) -> None:
        self.words, self.part = words, part
        self._draft, self._number = draft, at + 1

    def label(self, name: str) -> str:
        return self.words(f"report_editor.of_block.{name}", number=self._number)

    def bound(self, name: str) -> dict[str, Any]:
        """Key and callback of a field."""
        key = places.key(self._draft, f"block-{self.part.number}-{name}")
        return {"key": key, "on_change": places.put_in_block, "args": (self._draft, self.part.number, name, key)}

    def line(self, name: str, most: int, placeholder: str = "", width: int | Literal["stretch"] = "stretch") -> None:
        st.text_input(
            self.label(name),
            self.part.plain.get(name, ""),
            max_chars=most,
            placeholder=placeholder,
            live=True,
            width=width,
            **self.bound(name),
        )

    def area(self, name: str, most: int, is_code: bool) -> None:
        with st.container(key=f"report-{'code' if is_code else 'text'}-{self.part.number}"):
            st.text_area(
                self.label(name),
                self.part.plain.get(name, ""),
                max_chars=most,
                height=180,
                **self.bound(name),
            )

    def choice(self, name: str, choices: tuple[str, ...], told: Callable[[str], str]) -> None:
        held = str(self.part.plain.get(name, choices[0]))
        choices = choices if held in choices else (*choices, held)
        st.selectbox(
            self.label(name),
            choices,
            choices.index(held),
            format_func=told,
            width=200,
            **self.bound(name),
        )

    def columns(self, name: str, most: int) -> None:
        held = [*self.part.plain.get(name, ())]
        st.multiselect(
            self.label(name),
            held,
            held,
            accept_new_options=True,
            max_selections=most,
            placeholder=self.words("report_editor.columns_none"),
            **self.bound(name),
        )


def _nothing(one: _One) -> None:
    """A kind that has no more than a title."""


def _sql(one: _One) -> None:
    one.area("sql", most=20_000, is_code=True)
    st.caption(one.words("report_editor.parameters"))


def _chart(one: _One) -> None:
    _sql(one)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        one.line("x", most=200, width=200)
        one.choice("shape", SHAPES, lambda shape: one.words(f"report_editor.shape.{shape}"))
        one.line("unit", most=20, width=120)
    one.columns("y", MOST_SERIES)


def _forecast(one: _One) -> None:
    def told(measure: str) -> str:
        return one.words(f"foreseen.target.{measure}") if measure in MEASURES else measure

    one.choice("measure", MEASURES, told)


_OF_KIND: Final[dict[str, Callable[[_One], None]]] = {
    "chart": _chart,
    "table": _sql,
    "forecast": _forecast,
    "text": partial(_One.area, name="text", most=400_000, is_code=False),
}

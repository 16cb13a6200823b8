"""What every part of a source's setup has: its source, who may change it, its buttons, and where it tells what came.

Every change is written against the configuration that was seen; whoever was slower is told so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.ui import notice, press, show
from pipeline.console.app import App
from pipeline.errors import PipelineError
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.sources.kinds import Kind
from pipeline.words.catalogue import Words


@dataclass(frozen=True)
class Setup:
    """A source's setup on the screen: the configuration that was seen, and whether this person may change it."""

    console: App
    words: Words
    config: SourceConfig
    entry: SourceEntry

    @property
    def kind(self) -> Kind:
        return self.console.board.kind(self.entry)

    @property
    def refused(self) -> bool:
        return not self.console.may("sources")

    @property
    def hint(self) -> str | None:
        return show.why_not(self.words, not self.refused)

    def press(self, label: str, key: str, icon: str, primary: bool = False) -> str:
        """A button that only those who may change sources can press; gives its key."""
        weight = "primary" if primary else "secondary"
        return press.button(self.words(label), key, icon=icon, type=weight, disabled=self.refused, help=self.hint)

    def submit(self, label: str, key: str, icon: str) -> str:
        """The same at the end of a form."""
        return press.submit(self.words(label), key, icon=icon, disabled=self.refused, help=self.hint)

    def sure(self, label: str, key: str, icon: str, about: str = "") -> str:
        """A button that asks once more before it does what cannot be undone by pressing it again."""
        with st.popover(self.words(label), icon=icon, disabled=self.refused, help=self.hint, key=f"ask-{key}"):
            st.text(self.words(about or f"{label}_about"))
            return press.button(self.words(f"{label}_sure"), key, type="primary", disabled=self.refused)

    def place(self, part: str) -> str:
        """Where what came of a press in this part of the setup is told."""
        return f"{self.entry.name}/{part}"

    def act(self, pressed: str, part: str, text: str, do: Callable[[], object], name: str) -> None:
        """What the press asks for, and the text that tells of it in this part."""
        notice.act(self.words, pressed, self.place(part), notice.saying(text, do), name)

    def notice(self, part: str) -> None:
        """What came of the last press there."""
        notice.draw(self.words, self.place(part))


def failed(words: Words, error: PipelineError) -> None:
    """What stood in the way of a question that changes nothing, brought into sight."""
    notice.reveal("just-failed")
    with st.container(key="just-failed"):
        notice.failed(words, error)

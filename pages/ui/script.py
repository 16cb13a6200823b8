"""The small scripts that pages run in the browser: files of ``pages/static``, since the door lets no other code run.

What one needs to know stands beside it as data, which is text whatever it holds.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Literal

import streamlit as st

STATIC = Path(__file__).parents[1] / "static"
Name = Literal["come_back", "keep", "language", "leave", "paper", "print", "return", "reveal", "typing"]


def run(name: Name, **data: str) -> None:
    """Run a script once for these data (in it ``document.currentScript.dataset``); other data run it again."""
    beside = "".join(f' data-{key}="{escape(value)}"' for key, value in data.items())
    st.html(f'<script src="app/static/{name}.js"{beside}></script>', unsafe_allow_javascript=True)


def style(name: Literal["foot", "models", "correlation", "editor", "paper", "printed"]) -> None:
    """Put a style sheet of ours into the page."""
    st.html(STATIC / f"{name}.css")

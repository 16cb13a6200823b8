"""The small scripts that pages run in the browser: files of ``pages/static``, since the door lets no other code run.

What one needs to know stands beside it as data, which is text whatever it holds.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Literal

import streamlit as st

STATIC = Path(__file__).parents[1] / "static"
<<<<<<< HEAD
Name = Literal["come_back", "keep", "language", "leave", "return", "reveal", "typing"]
=======
Name = Literal["come_back", "keep", "language", "leave", "paper", "print", "return", "reveal"]
>>>>>>> e28bddb92516c37907bcecf1fcd6288b5a3401fd


def run(name: Name, **data: str) -> None:
    """Run a script once for these data (in it ``document.currentScript.dataset``); other data run it again."""
    beside = "".join(f' data-{key}="{escape(value)}"' for key, value in data.items())
    st.html(f'<script src="app/static/{name}.js"{beside}></script>', unsafe_allow_javascript=True)


<<<<<<< HEAD
def style(name: Literal["foot", "models", "correlation", "editor"]) -> None:
=======
def style(name: Literal["foot", "models", "correlation", "paper", "printed"]) -> None:
>>>>>>> e28bddb92516c37907bcecf1fcd6288b5a3401fd
    """Put a style sheet of ours into the page."""
    st.html(STATIC / f"{name}.css")

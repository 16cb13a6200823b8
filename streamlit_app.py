"""The door: what serves the console. ``streamlit run streamlit_app.py`` finds ``app`` by its name."""

from __future__ import annotations

import streamlit as st

app = st.App("pages/frame.py")

"""The door: what serves the console. ``streamlit run streamlit_app.py`` finds ``app`` by its name."""

from __future__ import annotations

import streamlit as st

from pages import routes
from pages.door.lifespan import lifespan
from pages.door.shell import base_path
from pages.door.stack import middleware

BASE = base_path()
app = st.App("pages/frame.py", routes=routes.routes(BASE), middleware=middleware(BASE), lifespan=lifespan)

"""The workbench: a component that runs in the browser, what it is told, and what it asks for.

Three elements: one draws and asks, the others take tables and answers; all load the one module of the engine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.explore import assets, served
from pages.ui import format as fmt
from pages.ui import state
from pipeline.console.app import App
from pipeline.console.examples import examples
from pipeline.console.explore import MOST_BYTES, Offer, Table, framed
from pipeline.errors import PipelineError
from pipeline.words.catalogue import Words, catalogue

WORDS = "bench."
# Streamlit merges them into one page; none leaves the session.
_HERE = Path(__file__).parent


def _base() -> str:
    name = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{name}" if name else ""


def _stub(name: str) -> str:
    return (_HERE / f"{name}.js").read_text("utf-8").replace("MODULE", assets.addresses(_base())["module"])


_MOUNT = st.components.v2.component("explore_workbench", js=_stub("mount"))
_RECEIVE = st.components.v2.component("explore_tables", js=_stub("receive"))
_ANSWER = st.components.v2.component("explore_answers", js=_stub("answer"))


def render(console: App, words: Words, offer: Offer) -> None:
    """Draw it, and hand over what it asks for."""
    came = _MOUNT(
        key="workbench", data=told(console, words, offer), on_want_change=lambda: None, on_ask_change=lambda: None
    )
    # Of nothing there is no data; the element stays, so that the browser keeps what it has.
    _RECEIVE(key="tables", data=handed(console, words, offer, came.get("want")))
    _ANSWER(key="answers", data=served.answered(console, words, offer, came.get("ask")))


def told(console: App, words: Words, offer: Offer) -> dict[str, Any]:
    """What the component is told: addresses, words, and each table's columns and examples. Never less than what
    Streamlit has browsers keep: each drawing sends a reference to it then, in place of the whole."""
    said = {key.removeprefix(WORDS): text for key, text in catalogue(words.language).items() if key.startswith(WORDS)}
    tables = [_table(words, table) for table in offer.tables]
    data = {"files": assets.addresses(_base()), "words": said, "most": MOST_BYTES, "usd": console.settings.athena_usd}
    data |= {"tables": tables, "engines": console.engine.names}
    return {**data, "room": " " * max(0, int(st.get_option("global.minCachedMessageSize")) - len(json.dumps(data)))}


def handed(console: App, words: Words, offer: Offer, wanted: object) -> bytes | None:
    """The tables that the browser says it lacks; the same until it says that they have come."""
    identities = tuple(one for one in wanted if isinstance(one, str)) if isinstance(wanted, list) else ()
    if not identities:
        st.session_state.pop(state.EXPLORE_PARCEL, None)
        return None
    kept: tuple[tuple[str, ...], bytes] | None = st.session_state.get(state.EXPLORE_PARCEL)
    if kept is None or kept[0] != identities:
        kept = st.session_state[state.EXPLORE_PARCEL] = (identities, _parcel(console, words, offer, identities))
    return kept[1]


def _parcel(console: App, words: Words, offer: Offer, identities: Sequence[str]) -> bytes:
    try:
        return console.explore.hand_over(offer, identities)
    except PipelineError as error:
        # Told where the person looks: beside the query that waits for the tables.
        title, cause, remedy = words.error(error)
        return framed((), "\n".join((f"{error.code} {title}", cause, remedy, error.message)))


def _table(words: Words, table: Table) -> dict[str, Any]:
    columns = [[column.name, column.type] for column in table.file.columns]
    shown = [
        {"title": words(f"example.{one.kind}"), "sql": one.sql} for one in examples(table.name, table.file.columns)
    ]
    rows, size = fmt.number(table.file.records, words.language), fmt.size(table.file.size, words.language)
    facts = {"rows": rows, "shown_size": size, "size": table.file.size}
    return {"name": table.name, "identity": table.identity, "columns": columns, "examples": shown, **facts}

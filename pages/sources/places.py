"""The places of a source: those that it has, a search by name, and a form for coordinates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.sources.setting import Setup, failed
from pages.ui import press, state
from pipeline.sources.open_meteo.places import DEFAULT_ZONE, Place, place_at


def render(here: Setup) -> None:
    """Draw the places, the search, and the form for coordinates."""
    entry, board = here.entry, here.console.board
    st.markdown(f"**{here.words('place.title')}**")
    # Listed twice by somebody's own hand: taking it out takes out both.
    known = {place.place_id: place for place in board.places(entry)}
    if not known:
        st.info(here.words("place.none"), icon=":material/location_off:")
    for place in known.values():
        with _place(place):
            pressed = here.sure("place.remove", _key(here, "place.remove", place), ":material/delete:")
        remove = partial(board.remove_place, here.config, entry, place)
        here.act(pressed, "places", "place.removed", remove, place.name)
    here.notice("places")
    _search(here)
    key = f"by-coordinates-{entry.name}"
    with st.expander(here.words("place.by_coordinates"), icon=":material/my_location:", key=key):
        _by_coordinates(here)
    here.notice("coordinates")


def _place(place: Place) -> DeltaGenerator:
    """The line of a place, for the button that belongs to it."""
    line = st.container(horizontal=True, vertical_alignment="center")
    with line.container(width=320, gap="xxsmall"):
        st.text(place.name)
        at = f"{place.latitude:.4f}, {place.longitude:.4f}"
        # Data: shown as it is.
        st.text(" · ".join(filter(None, (place.admin1, place.country, at, place.timezone))))
    return line


def _key(here: Setup, label: str, place: Place) -> str:
    return f"{label}/{here.entry.name}/{place.place_id}"


def _search(here: Setup) -> None:
    entry, words, results = here.entry, here.words, _search_results()
    with st.form(f"search-form-{entry.name}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            text = st.text_input(words("place.search"), max_chars=100, width=320, placeholder=words("place.example"))
            pressed = here.submit("place.find", f"search-for-{entry.name}", ":material/search:")
    find = partial(here.console.board.find_places, text, words.language)
    came = press.outcome(pressed, find, words("place.finding"))
    if came and came.error:
        results.pop(entry.name, None)
        failed(words, came.error)
    elif came and came.value is not None:
        results[entry.name] = came.value
    press.forget(pressed)
    here.notice("search")
    if entry.name in results:
        _results(here, results[entry.name])


def _results(here: Setup, results: Sequence[Place]) -> None:
    board = here.console.board
    if not results:
        st.info(here.words("place.not_found"), icon=":material/search_off:")
    for place in results:
        with _place(place):
            pressed = here.press("place.add", _key(here, "place.add", place), ":material/add_location:")
        _add(here, pressed, "search", partial(board.add_place, here.config, here.entry, place), place.name)


def _by_coordinates(here: Setup) -> None:
    words = here.words
    with st.form(f"coordinates-form-{here.entry.name}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(words("place.name"), max_chars=100, width=200)
            latitude = st.number_input(words("place.latitude"), -90.0, 90.0, 35.6895, format="%.4f", width=150)
            longitude = st.number_input(words("place.longitude"), -180.0, 180.0, 139.6917, format="%.4f", width=150)
            zone = st.text_input(words("place.timezone"), DEFAULT_ZONE, max_chars=60, width=180)
            pressed = here.submit("place.add", f"coordinates-of-{here.entry.name}", ":material/add_location:")
    board = here.console.board
    place = partial(place_at, name, latitude, longitude, zone)
    _add(here, pressed, "coordinates", lambda: board.add_place(here.config, here.entry, place()), name)


def _add(here: Setup, pressed: str, part: str, add: Callable[[], object], name: str) -> None:
    results = _search_results()

    def add_it() -> None:
        add()
        # The search has led to its place; the list makes room.
        results.pop(here.entry.name, None)

    here.act(pressed, part, "place.added", add_it, name)


def _search_results() -> dict[str, Sequence[Place]]:
    if state.SOURCE_FOUND not in st.session_state:
        st.session_state[state.SOURCE_FOUND] = {}
    results: dict[str, Sequence[Place]] = st.session_state[state.SOURCE_FOUND]
    return results

"""What a source is set up with: places, people's accounts, or nothing but its name; and the way to take it out.

Every change is written against the configuration that was seen; whoever was slower is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.sources import consent
from pages.ui import guard, notice, press, show, state
from pipeline.console.accounts import Account
from pipeline.console.app import App
from pipeline.errors import PipelineError
from pipeline.sources.config import SourceConfig, SourceEntry
from pipeline.sources.open_meteo.places import DEFAULT_ZONE, Place, place_at
from pipeline.words.catalogue import Words


@dataclass(frozen=True)
class Setup:
    """A source's setup on the screen: the configuration that was seen, and whether this person may change it."""

    console: App
    words: Words
    config: SourceConfig
    entry: SourceEntry

    @property
    def refused(self) -> bool:
        return not self.console.may("sources")

    @property
    def hint(self) -> str | None:
        return show.why_not(self.words, not self.refused)

    def press(self, label: str, key: str, icon: str, primary: bool = False) -> str:
        """A button that only those who may change sources can press; gives its key."""
        kind = "primary" if primary else "secondary"
        return press.button(self.words(label), key, icon=icon, type=kind, disabled=self.refused, help=self.hint)

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

    def act(self, pressed: str, part: str, said: str, do: Callable[[], object], name: str) -> None:
        """What the press asks for, and the text that tells of it in this part."""
        notice.act(self.words, pressed, self.place(part), notice.saying(said, do), name)

    def notice(self, part: str) -> None:
        """What came of the last press there."""
        notice.draw(self.words, self.place(part))


def render(console: App, words: Words, config: SourceConfig, entry: SourceEntry) -> None:
    """Draw the setup of a source by its kind."""
    here = Setup(console, words, config, entry)
    # Options that cannot be read do not keep anybody from taking the source out.
    with guard.apart(words, entry.name):
        if entry.kind in {"weather", "air-quality"}:
            _places(here)
        elif entry.kind == "google-health":
            _accounts(here)
    _remove(here)


def _places(here: Setup) -> None:
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
    entry, words, found = here.entry, here.words, _found()
    with st.form(f"search-form-{entry.name}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            text = st.text_input(words("place.search"), max_chars=100, width=320, placeholder=words("place.example"))
            pressed = here.submit("place.find", f"search-for-{entry.name}", ":material/search:")
    find = partial(here.console.board.find_places, text, words.language)
    came = press.outcome(pressed, find, words("place.finding"))
    if came and came.error:
        found.pop(entry.name, None)
        _failed(words, came.error)
    elif came and came.value is not None:
        found[entry.name] = came.value
    press.forget(pressed)
    here.notice("search")
    if entry.name in found:
        _results(here, found[entry.name])


def _results(here: Setup, found: Sequence[Place]) -> None:
    board = here.console.board
    if not found:
        st.info(here.words("place.not_found"), icon=":material/search_off:")
    for place in found:
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
    found = _found()

    def add_it() -> None:
        add()
        # What was found has led to its place; the list makes room.
        found.pop(here.entry.name, None)

    here.act(pressed, part, "place.added", add_it, name)


def _accounts(here: Setup) -> None:
    words = here.words
    st.markdown(f"**{words('account.title')}**")
    for account in here.console.board.people.accounts(here.entry):
        _account(here, account)
    here.notice("accounts")
    with st.form(f"connect-form-{here.entry.name}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            user = st.text_input(words("account.user"), max_chars=64, width=240)
            pressed = here.submit("account.connect_new", f"connect-new-{here.entry.name}", ":material/person_add:")
    _leave(here, pressed, user)
    st.caption(words("account.user_about"))
    st.caption(words("account.restricted"))


def _account(here: Setup, account: Account) -> None:
    user, known = account.user, account.connected
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(user, width=160)
        said = here.words("account.is_connected" if known else "account.is_not_connected")
        icon = ":material/link:" if known else ":material/link_off:"
        st.badge(said, icon=icon, color="green" if known else "orange")
        label = "account.connect_again" if known else "account.connect"
        connect = here.press(label, f"connect-person-{user}", ":material/login:", primary=not known)
        if known:
            _disconnect(here, here.sure("account.disconnect", f"disconnect-{user}", ":material/link_off:"), user)
        else:
            pressed = here.sure("account.remove", f"forget-{user}", ":material/delete:")
            remove = partial(here.console.board.people.remove, here.config, here.entry, user)
            here.act(pressed, "accounts", "account.removed", remove, user)
    _leave(here, connect, user)


def _disconnect(here: Setup, pressed: str, user: str) -> None:
    def disconnect() -> str:
        revoked = here.console.board.people.disconnect(user).revoked
        return "account.disconnected" if revoked else "account.disconnected_here"

    notice.act(here.words, pressed, here.place("accounts"), disconnect, user)


def _leave(here: Setup, pressed: str, user: str) -> None:
    redirect = consent.redirect()
    came = press.outcome(pressed, partial(here.console.board.people.connect, user, redirect), here.words("app.working"))
    if came and came.error:
        _failed(here.words, came.error)
    elif came and came.value:
        consent.leave(here.words, came.value)
    press.forget(pressed)


def _failed(words: Words, error: PipelineError) -> None:
    notice.reveal("just-failed")
    with st.container(key="just-failed"):
        notice.failed(words, error)


def _remove(here: Setup) -> None:
    entry, words = here.entry, here.words
    # Whose consent is given back by it has to be known before.
    about = "source.remove_people_about" if entry.kind == "google-health" else ""
    pressed = here.sure("source.remove", f"remove-{entry.name}", ":material/delete:", about)
    name = entry.name if entry.kind == "table" else words(f"source_kind.{entry.kind}")
    remove = notice.saying("sources.removed", partial(here.console.board.remove, here.config, entry))
    at = here.config.sources.index(entry) if entry in here.config.sources else 0
    notice.act(words, pressed, notice.gap(at), remove, name)


def _found() -> dict[str, Sequence[Place]]:
    if state.SOURCE_FOUND not in st.session_state:
        st.session_state[state.SOURCE_FOUND] = {}
    found: dict[str, Sequence[Place]] = st.session_state[state.SOURCE_FOUND]
    return found

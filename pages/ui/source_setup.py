"""What a source is set up with: places, people's accounts, or nothing but its name; and the way to take it out.

Every change is written against the configuration that was seen; whoever was slower is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from pages.ui import runtime, show, source_notice, source_sign_in
from pages.ui.words import Words
from pipeline.app import App
from pipeline.errors import PipelineError
from pipeline.source_board import Account
from pipeline.source_config import SourceConfig, SourceEntry
from pipeline.sources.places import DEFAULT_ZONE, Place, place_at


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

    def press(self, label: str, key: str, icon: str, primary: bool = False) -> bool:
        """A button that only those who may change sources can press."""
        kind = "primary" if primary else "secondary"
        said = self.words(label)
        return st.button(said, key=key, icon=icon, type=kind, disabled=self.refused, help=self.hint)  # type: ignore[arg-type]

    def submit(self, label: str, icon: str) -> bool:
        """The same at the end of a form."""
        return st.form_submit_button(self.words(label), icon=icon, disabled=self.refused, help=self.hint)

    def sure(self, label: str, key: str, icon: str) -> bool:
        """A button that asks once more before it does what cannot be undone by pressing it again."""
        with st.popover(self.words(label), icon=icon, disabled=self.refused, help=self.hint):
            st.text(self.words(f"{label}_about"))
            return st.button(self.words(f"{label}_sure"), key=key, type="primary", disabled=self.refused)


def render(console: App, words: Words, config: SourceConfig, entry: SourceEntry) -> None:
    """Draw the setup of a source by its kind."""
    here = Setup(console, words, config, entry)
    if entry.kind in {"weather", "air-quality"}:
        _places(here)
    elif entry.kind == "google-health":
        _accounts(here)
    _remove(here)


def _places(here: Setup) -> None:
    entry, board = here.entry, here.console.board
    st.markdown(f"**{here.words('place.title')}**")
    known = board.places(entry)
    if not known:
        st.info(here.words("place.none"), icon=":material/location_off:")
    for place in known:
        if _place(here, place, "place.remove", ":material/delete:"):
            remove = partial(board.remove_place, here.config, entry, place)
            source_notice.act(here.words, entry.name, "place.removed", remove, place.name)
    _search(here)
    with st.expander(here.words("place.by_coordinates"), icon=":material/my_location:"):
        _by_coordinates(here)


def _place(here: Setup, place: Place, label: str, icon: str) -> bool:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width=320, gap="xxsmall"):
            st.text(place.name)
            at = f"{place.latitude:.4f}, {place.longitude:.4f}"
            # Data: shown as it is.
            st.text(" · ".join(filter(None, (place.admin1, place.country, at, place.timezone))))
        return here.press(label, f"{label}-{here.entry.name}-{place.place_id}", icon)


def _search(here: Setup) -> None:
    entry, words, found = here.entry, here.words, _found()
    with st.form(f"search-{entry.name}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            text = st.text_input(words("place.search"), max_chars=100, width=320, placeholder=words("place.example"))
            pressed = here.submit("place.find", ":material/search:")
    if pressed:
        found.pop(entry.name, None)
        try:
            with st.spinner(words("place.finding")):
                found[entry.name] = here.console.board.find_places(text, words.language)
        except PipelineError as error:
            show.failure(words, error)
    if entry.name in found:
        _results(here, found[entry.name])


def _results(here: Setup, found: Sequence[Place]) -> None:
    if not found:
        st.info(here.words("place.not_found"), icon=":material/search_off:")
    for place in found:
        if _place(here, place, "place.add", ":material/add_location:"):
            _found().pop(here.entry.name)
            _add(here, place)


def _by_coordinates(here: Setup) -> None:
    words = here.words
    with st.form(f"coordinates-{here.entry.name}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(words("place.name"), max_chars=100, width=200)
            latitude = st.number_input(words("place.latitude"), -90.0, 90.0, 35.6895, format="%.4f", width=150)
            longitude = st.number_input(words("place.longitude"), -180.0, 180.0, 139.6917, format="%.4f", width=150)
            zone = st.text_input(words("place.timezone"), DEFAULT_ZONE, max_chars=60, width=180)
            pressed = here.submit("place.add", ":material/add_location:")
    if pressed:
        try:
            place = place_at(name, latitude, longitude, zone)
        except PipelineError as error:
            show.failure(words, error)
            return
        _add(here, place)


def _add(here: Setup, place: Place) -> None:
    add = partial(here.console.board.add_place, here.config, here.entry, place)
    source_notice.act(here.words, here.entry.name, "place.added", add, place.name)


def _accounts(here: Setup) -> None:
    words = here.words
    st.markdown(f"**{words('account.title')}**")
    for account in here.console.board.accounts(here.entry):
        _account(here, account)
    with st.form(f"connect-{here.entry.name}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            user = st.text_input(words("account.user"), max_chars=64, width=240)
            pressed = here.submit("account.connect_new", ":material/person_add:")
    if pressed:
        _leave(here, user)
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
        connect = here.press(label, f"connect-{user}", ":material/login:", primary=not known)
        if known and here.sure("account.disconnect", f"disconnect-{user}", ":material/link_off:"):
            _disconnect(here, user)
        if not known and here.press("account.remove", f"forget-{user}", ":material/delete:"):
            remove = partial(here.console.board.remove_user, here.config, here.entry, user)
            source_notice.act(here.words, here.entry.name, "account.removed", remove, user)
    if connect:
        _leave(here, user)


def _disconnect(here: Setup, user: str) -> None:
    try:
        said = here.console.board.disconnect(user)
    except PipelineError as error:
        show.failure(here.words, error)
        return
    key = "account.disconnected" if said.revoked else "account.disconnected_here"
    source_notice.act(here.words, here.entry.name, key, lambda: None, user)


def _leave(here: Setup, user: str) -> None:
    try:
        url = here.console.board.connect(user, source_sign_in.redirect())
    except PipelineError as error:
        show.failure(here.words, error)
        return
    source_sign_in.leave(here.words, url)


def _remove(here: Setup) -> None:
    entry, words = here.entry, here.words
    if here.sure("source.remove", f"remove-{entry.name}", ":material/delete:"):
        name = entry.name if entry.kind == "table" else words(f"source_kind.{entry.kind}")
        remove = partial(here.console.board.remove, here.config, entry)
        source_notice.act(words, source_notice.PAGE, "sources.removed", remove, name)


def _found() -> dict[str, Sequence[Place]]:
    if runtime.SOURCE_FOUND not in st.session_state:
        st.session_state[runtime.SOURCE_FOUND] = {}
    found: dict[str, Sequence[Place]] = st.session_state[runtime.SOURCE_FOUND]
    return found

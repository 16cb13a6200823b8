"""The people whose data a source has: their accounts, connected and given back."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.sources import consent
from pages.sources.setting import Setup, failed
from pages.ui import notice, press
from pipeline.console.accounts import Account


def render(here: Setup) -> None:
    """Draw everybody whose data the source has, and the form that connects one more."""
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
        label = here.words("account.is_connected" if known else "account.is_not_connected")
        icon = ":material/link:" if known else ":material/link_off:"
        st.badge(label, icon=icon, color="green" if known else "orange")
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
        failed(here.words, came.error)
    elif came and came.value:
        consent.leave(here.words, came.value)
    press.forget(pressed)

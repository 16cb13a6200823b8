"""The gate in front of every page: sign in, be refused in clear words, or come in; and who is in, with the way out.

Draws what ``signed_in`` and ``identity`` say; whatever is set up wrongly is a card, and no page behind it.
"""

from __future__ import annotations

import streamlit as st

from pages.sign_in import identity, signed_in
from pages.ui import script, show
from pipeline.access import Admission, Person
from pipeline.console import identity_provider
from pipeline.errors import ConfigInvalid, PipelineError
from pipeline.words.catalogue import Words

SETUP = """\
[auth]
redirect_uri = "https://<host>/debug/oauth2callback"
cookie_secret = "<python -c 'import secrets; print(secrets.token_urlsafe(32))'>"
client_id = "…"
client_secret = "…"
server_metadata_url = "https://…/.well-known/openid-configuration"
"""
ROLE_ICONS = {"viewer": ":material/visibility:", "operator": ":material/build:"}


def admitted(words: Words) -> bool:
    """Whether the page may be drawn; otherwise what stands in the way has been."""
    try:
        admission = signed_in.admission()
        if admission.person.via == "sign-in" and admission.state != "signed_out":
            signed_in.audit(admission, "sign-in", "done" if admission.state == "admitted" else "refused")
        if admission.state == "admitted":
            return True
        _closed(words, admission)
    except ConfigInvalid as error:
        _not_set_up(words, error)
    return False


def person(words: Words) -> None:
    """Who is signed in, as what, and the button that ends it; nothing where there is no sign-in."""
    somebody = signed_in.admission().person
    if somebody.via != "sign-in" or somebody.role is None:
        return
    with st.container(border=True, gap="xsmall"):
        st.caption(words("gate.signed_in_as"))
        st.text(somebody.name)
        st.badge(words(f"role.{somebody.role}"), icon=ROLE_ICONS[somebody.role], color="gray")
        _sign_out(words)
        script.run("return")


def _closed(words: Words, admission: Admission) -> None:
    st.title(words("exports.title"), anchor=False)
    with st.container(border=True, width=560):
        if admission.state == "signed_out":
            st.text(words("gate.welcome"))
            _sign_in(words)
        elif admission.state == "expired":
            st.info(words("gate.expired"), icon=":material/timer_off:")
            _sign_in(words)
        else:
            _refused(words, admission)


def _refused(words: Words, admission: Admission) -> None:
    st.error(words(f"gate.{admission.state}"), title=words(f"gate.{admission.state}_title"), icon=":material/block:")
    _who(words, admission.person)
    st.text(words(f"gate.{admission.state}_step"))
    contact = signed_in.contact()
    st.text(words("gate.ask", contact=contact) if contact else words("gate.ask_operators"))
    _sign_out(words)
    script.run("return")


def _who(words: Words, refused: Person) -> None:
    st.caption(words("gate.signed_in_as"))
    st.text(refused.name or words("gate.nameless"))


def _sign_in(words: Words) -> None:
    for provider in identity.providers():
        named = words("gate.sign_in_with", provider=provider.name) if provider.name else words("gate.sign_in")
        if st.button(named, type="primary", icon=":material/login:", key=f"sign-in-{provider.name}"):
            _lead_to(words, provider)
    # Streamlit comes back from the identity provider at its home page: the browser remembers what was asked for.
    script.run("keep")


def _lead_to(words: Words, provider: identity.Provider) -> None:
    try:
        with st.spinner(words("gate.leading")):
            # Streamlit's own answer to a provider that is down is a bare line of English, with no way back.
            identity_provider.check(provider.metadata_url)
    except PipelineError as error:
        st.error(words("gate.down"), title=words("gate.down_title", code=error.code), icon=":material/cloud_off:")
        st.code(error.message, language=None, wrap_lines=True)
        return
    st.login(provider.name)


def _sign_out(words: Words) -> None:
    if st.button(words("gate.sign_out"), icon=":material/logout:", key="sign-out"):
        signed_in.sign_out()


def _not_set_up(words: Words, error: ConfigInvalid) -> None:
    st.title(words("exports.title"), anchor=False)
    show.failure(words, error)
    if "setting" in error.facts:
        st.text(words("gate.setup"))
        st.code(SETUP, language="toml")

"""The App in the hands of whoever looks, and this session's sign-in. Draws nothing.

Asked at the gate and again by every page, so that a page which is reached around the frame gets nothing.
"""

from __future__ import annotations

import os

import streamlit as st

from pages.sign_in import identity
from pages.ui import reads, state
from pipeline.access import LOCAL, Admission
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.audit import Audit, Event, Outcome, to_stdout
from pipeline.errors import ConfigInvalid, PipelineError


def is_open() -> bool:
    """Whether AWS is shown without sign-in; not where the set-up is wrong: then the gate tells that."""
    try:
        return not identity.providers() and not reads.is_embedded()
    except ConfigInvalid:
        return False


def app() -> App:
    """The process's App in the hands of whoever looks, wired anew when .env.local has changed; raise PipelineError.

    Asked here again, not only at the gate: a page that is reached around the frame gets an App that refuses.
    """
    if identity.providers():
        return reads.base().for_person(visit().person)
    if not reads.is_embedded():
        identity.check_address()
    return reads.base()


def visit() -> identity.Visit:
    """This session's sign-in; another one when Streamlit says that somebody else, or nobody, is signed in."""
    claims = identity.claims()
    held: identity.Visit | None = st.session_state.get(state.VISIT)
    if held is None or held.claims != claims:
        if held:
            held.ended = True
        held = st.session_state[state.VISIT] = identity.Visit(claims)
    return held


def admission() -> Admission:
    """Whether whoever looks may come in; the local person where nothing but this machine reaches the app."""
    if identity.providers():
        return visit().admission()
    if not reads.is_embedded():
        identity.check_address()
    return Admission("admitted", LOCAL)


def contact() -> str:
    """Whom somebody who is refused may ask; empty when the settings do not say."""
    return Settings.from_env(os.environ).contact


def audit(admission: Admission, event: Event, outcome: Outcome) -> None:
    """Tell the audit log of a sign-in, once as long as it stays what it is."""
    event_seen = (admission, event)
    if st.session_state.get(state.AUDITED) == event_seen:
        return
    st.session_state[state.AUDITED] = event_seen
    try:
        log = reads.base().actor.audit
    except PipelineError:
        # Without a lake there is still standard output.
        log = Audit(to_stdout, utc_now)
    log.record(admission.person, event, "console", outcome, state=admission.state)


def sign_out() -> None:
    """End this session's sign-in; files on their way to the browser end with it."""
    held = visit()
    audit(held.admission(), "sign-out", "done")
    held.ended = True
    st.logout()

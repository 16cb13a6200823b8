"""Draws how S3 keeps a document where that is worth a word: archived with the restore, on its way, back until when."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.ui import format as fmt
from pages.ui import press, reads, show
from pipeline.console.app import App
from pipeline.lake.storage import State, Storage
from pipeline.runs.run import Run
from pipeline.words.catalogue import Words

ICONS: dict[State, str] = {
    "archived": ":material/ac_unit:",
    "restoring": ":material/hourglass_top:",
    "restored": ":material/unarchive:",
}
SENTENCES: dict[State, str] = {
    "archived": "archive.archived",
    "restoring": "archive.restoring",
    "restored": "archive.restored",
}


def line(words: Words, storage: Storage) -> None:
    """One sentence; none for what was never archived."""
    if storage.state != "online":
        st.caption(f"{ICONS[storage.state]} {said(words, storage)}")


def said(words: Words, storage: Storage) -> str:
    """The sentence as text."""
    if storage.state == "restored" and storage.until is None:
        return words("archive.restored_for_now", name=storage.storage_class)
    until = fmt.jst(storage.until) if storage.until else ""
    return words(SENTENCES[storage.state], name=storage.storage_class, until=until)


def hindrance(words: Words, storage: Storage, allowed: bool) -> str | None:
    """Why the document cannot be downloaded now, as the hint of a button; None when it can be."""
    return show.why_not(words, allowed) or (None if storage.readable else words("archive.first"))


def restore(console: App, words: Words, mark: str) -> str:
    """The button that asks for a restore; gives its key, for ``follow``."""
    allowed = console.may("restore")
    return press.button(
        words("archive.restore"),
        f"restore-{mark}",
        icon=":material/unarchive:",
        disabled=not allowed,
        help=show.why_not(words, allowed),
    )


def follow(console: App, words: Words, run: Run, pressed: str) -> None:
    """What came of the press: a card, or the row anew, as S3 tells of it from now on."""
    came = press.outcome(pressed, partial(console.documents.restore, run), words("app.working"))
    press.forget(pressed)
    if came and came.error:
        show.failure(words, came.error)
    elif came:
        reads.forget_storages()
        st.rerun()

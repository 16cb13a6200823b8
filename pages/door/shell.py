"""Streamlit's one page as each address needs it: in its reader's language, and 404 for an address that is none.

A screen reader chooses its voice by the language that the page begins with. The page is served for whatever stands
under the app's address; deeper than one level it cannot run, so such an address leads to one that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import streamlit as st
from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.door.messages import answer, header, language, refuse, without
from pages.explore import assets

# No page has this name; it is what the address line shows.
NOWHERE = "not-found"
_ENGLISH = b'<html lang="en">'
_OF_WHOLE_FILES = (b"accept-encoding", b"range", b"if-range", b"if-none-match", b"if-modified-since")


def base_path() -> str:
    """What every address begins with: ``/debug``; empty where the app lives at the root."""
    name = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{name}" if name else ""


class Shell:
    """``names`` gives the addresses of the pages; it may have to load them first. Files to download are left alone."""

    def __init__(self, app: ASGIApp, base: str, names: Callable[[], frozenset[str]]) -> None:
        self._app, self._base, self._names = app, base, names
        self._files = (f"{base}/media/", f"{base}/app/static/", f"{base}/{assets.FOLDER}/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"].startswith(self._files):
            await self._app(scope, receive, send)
            return
        if scope["path"] == self._base:
            # Streamlit's own redirect would name the host that the request names.
            await self._lead_to("/", scope, send)
            return
        # Streamlit would compress its page before its language can be set; ``compression`` does it afterwards.
        plain = {**scope, "headers": without(scope["headers"], *self._unasked(scope["path"]))}
        if scope["method"] == "HEAD":
            plain["method"] = "GET"  # uvicorn leaves the body out, and the headers are those of the page
        await self._app(plain, receive, _Answer(scope, send, self))

    async def finish(self, scope: Scope, start: Message, html: bytes, send: Send) -> None:
        """Answer with the page, or say that there is none."""
        name = scope["path"].removeprefix(self._base).strip("/")
        if "/" in name:
            await self._lead_away(scope, send)
            return
        known = not name or name in await to_thread.run_sync(self._names)
        lang = language(scope["query_string"])
        spoken = html.replace(_ENGLISH, f'<html lang="{lang}">'.encode(), 1)
        # One file, many answers: what tells whether the file has changed would tell wrong.
        headers = without(start["headers"], b"content-length", b"etag", b"last-modified", b"accept-ranges")
        await answer(send, HTTPStatus.OK if known else HTTPStatus.NOT_FOUND, headers, spoken)

    def _unasked(self, path: str) -> tuple[bytes, ...]:
        # A part of a page, or "only if it has changed", cannot be had of what is written anew for each address.
        return (b"accept-encoding",) if path.startswith(f"{self._base}/static/") else _OF_WHOLE_FILES

    async def _lead_away(self, scope: Scope, send: Send) -> None:
        if b"text/html" not in header(scope["headers"], b"accept"):
            # A script or a picture that is not there, asked for by a page.
            await refuse(send, HTTPStatus.NOT_FOUND, "Not Found")
            return
        await self._lead_to(f"/{NOWHERE}", scope, send)

    async def _lead_to(self, path: str, scope: Scope, send: Send) -> None:
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        where = (b"location", f"{self._base}{path}".encode() + query)
        await answer(send, HTTPStatus.TEMPORARY_REDIRECT, [where, (b"cache-control", b"no-store")])


class _Answer:
    """The ``send`` of one request: holds back Streamlit's page until it is whole."""

    def __init__(self, scope: Scope, send: Send, shell: Shell) -> None:
        self._scope, self._send, self._shell = scope, send, shell
        self._start: Message | None = None
        self._html = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._html += message.get("body", b"")
            if not message.get("more_body"):
                await self._shell.finish(self._scope, self._start, bytes(self._html), self._send)


def _is_page(start: Message) -> bool:
    html = header(start["headers"], b"content-type").startswith(b"text/html")
    return html and start["status"] == HTTPStatus.OK and not header(start["headers"], b"content-encoding")

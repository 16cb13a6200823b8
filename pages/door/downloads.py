"""Gives a file to the browser that asked for it, and to no other: Streamlit knows files by their address alone.

A browser is told from another by a cookie of ours that its page brings.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.door.messages import Header, header, refuse
from pages.parcels import PARCELS, VISITOR, Parcel, Parcels

PIECE = 256 * 1024


class Downloads:
    """Serves what waits in ``parcels`` under ``<base>/media/``; of Streamlit's own files only what pages show."""

    def __init__(self, app: ASGIApp, base: str, parcels: Parcels = PARCELS) -> None:
        self._app, self._base, self._parcels = app, base, parcels

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visitor = HTTPConnection(scope).cookies.get(VISITOR, "")
        if not scope["path"].startswith(f"{self._base}/media/"):
            await self._app(scope, receive, send if visitor else _Greeting(scope, self._base, send))
            return
        parcel = self._parcels.get(scope["path"], visitor) if scope["method"] in {"GET", "HEAD"} else None
        if parcel:
            await _deliver(parcel, scope["method"], send)
        else:
            await self._app(scope, receive, _Shown(send))


class _Greeting:
    """The ``send`` of one request without the cookie: a page brings it."""

    def __init__(self, scope: Scope, base: str, send: Send) -> None:
        secure = "; Secure" if scope["scheme"] == "https" else ""
        cookie = f"{VISITOR}={secrets.token_urlsafe(24)}; Path={base or '/'}; HttpOnly; SameSite=Lax{secure}"
        self._cookie: Header = (b"set-cookie", cookie.encode())
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _kind(message, b"content-type").startswith(b"text/html"):
            message = {**message, "headers": [*message["headers"], self._cookie]}
        await self._send(message)


class _Shown:
    """The ``send`` of one request for a file of Streamlit's: one to be saved is a stub, whose document is not here for
    whoever asks, or no longer."""

    def __init__(self, send: Send) -> None:
        self._send, self._refused = send, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _kind(message, b"content-disposition").startswith(b"attach"):
            self._refused = True
            await refuse(self._send, HTTPStatus.NOT_FOUND, "Not Found")
        elif not self._refused:
            await self._send(message)


async def _deliver(parcel: Parcel, method: str, send: Send) -> None:
    headers = [
        (b"content-type", parcel.mime.encode()),
        (b"content-length", str(len(parcel.body)).encode()),
        (b"content-disposition", f"attachment; filename*=utf-8''{quote(parcel.name, safe='')}".encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
    for piece in _pieces(parcel.body if method == "GET" else b""):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _pieces(body: bytes) -> Iterator[bytes]:
    # In pieces: each waits until the connection has taken the one before.
    return (body[start : start + PIECE] for start in range(0, len(body), PIECE))


def _kind(start: Message, name: bytes) -> bytes:
    return header(start["headers"], name)

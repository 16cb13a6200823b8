"""How much a request may bring, on every route, and how long it may take to bring it.

The console sends next to nothing: clicks go over the websocket, and no page takes a file.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.door.messages import header, refuse

MOST_BYTES = 2**20
MOST_SECONDS = 30.0
# Words of our own: those of the standard library changed with Python 3.13.
_WHY = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request body too large",
    HTTPStatus.REQUEST_TIMEOUT: "Request body too slow",
}


class Refused(Exception):
    """A body that is too large, or too slow; ``status`` says which."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(_WHY[status])
        self.status = status


class BodyLimit:
    """Refuses a body of more than ``most`` bytes with 413, and one that takes more than ``seconds`` with 408."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES, seconds: float = MOST_SECONDS) -> None:
        self._app, self._most, self._seconds = app, most, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _declared(scope) > self._most:
            await refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _WHY[HTTPStatus.REQUEST_ENTITY_TOO_LARGE])
            return
        body = _Body(scope, receive, send, self._most, self._seconds)
        try:
            await self._app(scope, body.receive, body.send)
        except Refused as refused:
            # A file is sent while its request is still read: the answer may have begun in the meantime.
            if not body.answered:
                await refuse(send, refused.status, _WHY[refused.status])


class _Body:
    """The body of one request, counted while it is read."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, most: int, seconds: float) -> None:
        self._receive, self._send = receive, send
        self._left, self._until = most, asyncio.get_running_loop().time() + seconds
        self._whole = not _brings_a_body(scope)
        self.answered = False

    async def receive(self) -> Message:
        """The next part; raise Refused for one too many, or too late. Once the answer has begun, that ends it."""
        if self._whole:
            return await self._receive()
        try:
            return await self._part()
        except Refused:
            if self.answered:
                return {"type": "http.disconnect"}
            raise

    async def _part(self) -> Message:
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as error:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT) from error
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        self._whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass on; a connection whose request has not been read to its end is not kept."""
        if message["type"] == "http.response.start":
            self.answered = True
            if not self._whole:
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await self._send(message)


def _declared(scope: Scope) -> int:
    length = header(scope["headers"], b"content-length")
    return int(length) if length.isdigit() else 0


def _brings_a_body(scope: Scope) -> bool:
    return _declared(scope) > 0 or bool(header(scope["headers"], b"transfer-encoding"))

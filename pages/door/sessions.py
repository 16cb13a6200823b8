"""How many browsers may be connected: each websocket is a session of Streamlit with memory of its own.

A browser speaks as soon as it is connected. Who does not goes after a while, and at once when others need the place.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 200
SILENT_SECONDS = 20.0
# RFC 6455, "Defined Status Codes", and the registry that it began: 1013 is "Try Again Later".
UNSUPPORTED, POLICY, TRY_LATER = 1003, 1008, 1013


class Sessions:
    """Holds at most ``most`` websockets; the one that has been silent longest makes room for a new one."""

    def __init__(self, app: ASGIApp, most: int = MOST, seconds: float = SILENT_SECONDS) -> None:
        self._app, self._most, self._seconds = app, most, seconds
        self._open: list[_Session] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        if len(self._open) >= self._most and not self._made_room():
            await send({"type": "websocket.close", "code": TRY_LATER})
            return
        session = _Session(receive, send, self._seconds)
        self._open.append(session)
        try:
            await self._app(scope, session.receive, send)
        finally:
            session.leave()
            self._open.remove(session)

    def _made_room(self) -> bool:
        silent = next((session for session in self._open if session.is_silent), None)
        if silent:
            silent.leave()
        return silent is not None


class _Session:
    """One websocket; ``is_silent`` until its first message has come or it has been told to leave."""

    def __init__(self, receive: Receive, send: Send, seconds: float) -> None:
        self._receive, self._send = receive, send
        self._until = asyncio.get_running_loop().time() + seconds
        self._leaving = asyncio.Event()
        self._spoken = False

    @property
    def is_silent(self) -> bool:
        return not self._spoken and not self._leaving.is_set()

    def leave(self) -> None:
        """Wake whoever waits for a message of this one, to close it."""
        self._leaving.set()

    async def receive(self) -> Message:
        """The next message; what a silent one says is its end."""
        message = await (self._receive() if self._spoken else self._first())
        if message is None:
            return await self._end(POLICY)
        if message["type"] == "websocket.receive" and message.get("bytes") is None:
            # Streamlit's protocol is binary, and text would end it with a traceback.
            return await self._end(UNSUPPORTED)
        self._spoken = message["type"] == "websocket.receive"
        return message

    async def _end(self, code: int) -> Message:
        await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}

    async def _first(self) -> Message | None:
        words = asyncio.ensure_future(self._receive())
        told = asyncio.ensure_future(self._leaving.wait())
        left = self._until - asyncio.get_running_loop().time()
        try:
            done, _ = await asyncio.wait({words, told}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            return words.result() if words in done else None
        finally:
            words.cancel()
            told.cancel()

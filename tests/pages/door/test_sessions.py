"""pages.door.sessions: how many websockets may be open, and how long one may say nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from pages.door.sessions import POLICY, TRY_LATER, UNSUPPORTED, Sessions

SCOPE = {"type": "websocket", "path": "/stream", "headers": [], "subprotocols": []}
HELLO = {"type": "websocket.receive", "bytes": b"hello"}


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for part in websocket.iter_bytes():
        await websocket.send_bytes(part)


def app(most: int = 2, seconds: float = 60) -> Starlette:
    ours = Middleware(Sessions, most=most, seconds=seconds)
    return Starlette(routes=[WebSocketRoute("/stream", echo)], middleware=[ours])


class Browser:
    """A client's side of one websocket: what it says is put in, ``heard`` is what it is told."""

    def __init__(self, served: Starlette) -> None:
        self._says: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._hears: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.say({"type": "websocket.connect"})
        self._task = asyncio.ensure_future(served(dict(SCOPE), self._says.get, self._hears.put))

    def say(self, message: dict[str, Any]) -> None:
        self._says.put_nowait(message)

    async def heard(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._hears.get(), 5)

    async def gone(self) -> None:
        await asyncio.wait_for(self._task, 5)


async def speaking(served: Starlette) -> Browser:
    browser = await silent(served)
    browser.say(HELLO)
    assert (await browser.heard())["bytes"] == b"hello"
    return browser


async def silent(served: Starlette) -> Browser:
    browser = Browser(served)
    assert (await browser.heard())["type"] == "websocket.accept"
    return browser


def test_who_says_nothing_is_closed_after_a_while() -> None:
    async def run() -> None:
        browser = await silent(app(seconds=0.05))
        assert await browser.heard() == {"type": "websocket.close", "code": POLICY}
        await browser.gone()

    asyncio.run(run())


def test_who_has_spoken_may_be_silent() -> None:
    async def run() -> None:
        browser = await speaking(app(seconds=0.05))
        await asyncio.sleep(0.1)
        browser.say(HELLO)
        assert (await browser.heard())["bytes"] == b"hello"

    asyncio.run(run())


def test_the_longest_silent_one_makes_room() -> None:
    async def run() -> None:
        served = app(most=3)
        quiet = [await silent(served), await silent(served)]
        talking = await speaking(served)
        newcomer = await speaking(served)
        assert (await quiet[0].heard())["code"] == POLICY
        for browser in (talking, newcomer):
            browser.say(HELLO)
            assert (await browser.heard())["bytes"] == b"hello"

    asyncio.run(run())


def test_a_full_house_refuses_before_a_session_begins() -> None:
    async def run() -> None:
        served = app()
        for _ in range(2):
            await speaking(served)
        refused = Browser(served)
        assert await refused.heard() == {"type": "websocket.close", "code": TRY_LATER}

    asyncio.run(run())


def test_who_leaves_gives_the_place_back() -> None:
    async def run() -> None:
        served = app(most=1)
        leaving = await speaking(served)
        leaving.say({"type": "websocket.disconnect", "code": 1000})
        await leaving.gone()
        await speaking(served)

    asyncio.run(run())


def test_text_which_the_protocol_has_not_ends_the_websocket() -> None:
    async def journey() -> None:
        browser = await speaking(app())
        browser.say({"type": "websocket.receive", "text": "hello"})
        assert await browser.heard() == {"type": "websocket.close", "code": UNSUPPORTED}
        await browser.gone()

    asyncio.run(journey())

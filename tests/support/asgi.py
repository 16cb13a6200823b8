"""One request to an ASGI app in this process, without a port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx


def ask(app: Any, path: str, method: str = "GET", **more: Any) -> httpx.Response:
    """What the app answers; without an ``accept-encoding`` of the caller's own it is asked for plain bytes."""
    more["headers"] = {"accept-encoding": "identity", **more.get("headers", {})}

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
            return await client.request(method, path, **more)

    return asyncio.run(run())


async def in_parts(parts: Iterator[bytes], pause: float = 0) -> AsyncIterator[bytes]:
    """A body that does not say how long it is."""
    for part in parts:
        yield part
        await asyncio.sleep(pause)

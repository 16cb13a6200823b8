"""HTTP beside the pages: whether the server is alive, and whether it is ready. Both tell strangers nothing else."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.door.lifespan import WIRING, Wiring

_FRESH = {"cache-control": "no-store"}


async def healthz(_request: Request) -> PlainTextResponse:
    """200 as long as the server answers."""
    return PlainTextResponse("ok", headers=_FRESH)


def routes(base: str, wiring: Wiring = WIRING) -> list[Route]:
    """The routes under the app's address."""

    async def readyz(_request: Request) -> PlainTextResponse:
        """200 when the settings are valid and the App is wired; else 503 and the code of what stands in the way."""
        code = await wiring.state()
        status = HTTPStatus.SERVICE_UNAVAILABLE if code else HTTPStatus.OK
        return PlainTextResponse(code or "ok", status, headers=_FRESH)

    return [Route(f"{base}/healthz", healthz), Route(f"{base}/readyz", readyz)]

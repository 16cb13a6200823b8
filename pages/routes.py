"""HTTP beside the pages: whether the server is alive, and whether it is ready; and the files of the browser's engine.

They tell strangers nothing else: the files are code, the same for everybody.
"""

from __future__ import annotations

import gzip
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from pages.door.lifespan import WIRING, Wiring
from pages.door.messages import accepts_gzip
from pages.explore import assets

_FRESH = {"cache-control": "no-store"}
# Their names hold their hashes: what a browser has once, it never asks for again.
_FOREVER = {"cache-control": "public, max-age=31536000, immutable", "vary": "Accept-Encoding"}


async def healthz(_request: Request) -> PlainTextResponse:
    """200 as long as the server answers."""
    return PlainTextResponse("ok", headers=_FRESH)


def engine(request: Request) -> Response:
    """A file of the browser's engine, as it lies: packed. 404 for what is not in the list of them."""
    asset = assets.served().get(request.path_params["path"])
    if asset is None:
        return PlainTextResponse("Not Found", HTTPStatus.NOT_FOUND, headers=_FRESH)
    if accepts_gzip(request.scope):
        return FileResponse(asset.place, headers=_FOREVER | {"content-encoding": "gzip"}, media_type=asset.mime)
    return Response(gzip.decompress(asset.place.read_bytes()), headers=_FOREVER, media_type=asset.mime)


def routes(base: str, wiring: Wiring = WIRING) -> list[Route]:
    """The routes under the app's address."""

    async def readyz(_request: Request) -> PlainTextResponse:
        """200 when the settings are valid and the App is wired; else 503 and the code of what stands in the way."""
        code = await wiring.state()
        status = HTTPStatus.SERVICE_UNAVAILABLE if code else HTTPStatus.OK
        return PlainTextResponse(code or "ok", status, headers=_FRESH)

    files = Route(f"{base}/{assets.FOLDER}/{{path:path}}", engine)
    return [Route(f"{base}/healthz", healthz), Route(f"{base}/readyz", readyz), files]

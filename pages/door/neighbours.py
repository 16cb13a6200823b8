"""Who is not on this machine gets nothing of an AWS that is shown without sign-in: no page, no file, no websocket.

The gate says the same to whom a page is drawn for; files and websockets never come by there.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from anyio import to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.door.messages import language, refuse
from pages.door.sessions import POLICY
from pages.sign_in.exposure import from_elsewhere
from pipeline.errors import PipelineError
from pipeline.words.catalogue import Words

# They say whether the server lives, and nothing of AWS: whoever watches it may ask through a proxy.
_OF_WATCHERS = ("/healthz", "/readyz")
# A browser sends both, always (RFC 9112 "Host", RFC 6455 "Client Requirements").
_NEEDED = {"http": ("host",), "websocket": ("host", "origin")}


def is_open() -> bool:
    """Whether AWS is shown without sign-in, by the settings in force now."""
    # Imported here: the pages take longer to load than the server to open its port.
    from pages.sign_in import signed_in  # noqa: PLC0415

    return signed_in.is_open()


def refusal(why: str) -> PipelineError:
    """What the gate would say."""
    from pages.sign_in import identity  # noqa: PLC0415

    return identity.refusal(why)


class Neighbours:
    """Refuses with 403 what came from elsewhere while ``is_open`` says that anybody would be served."""

    def __init__(self, app: ASGIApp, base: str, is_open: Callable[[], bool] = is_open) -> None:
        self._app, self._is_open = app, is_open
        self._watched = {f"{base}{path}" for path in _OF_WATCHERS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        why = None if scope["type"] not in _NEEDED or scope["path"] in self._watched else stranger(scope)
        # Asked only now: behind a proxy with sign-in each request passes here, on this machine none does.
        if why is None or not await to_thread.run_sync(self._is_open):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY})
        else:
            await refuse(send, HTTPStatus.FORBIDDEN, _told(refusal(why), language(scope["query_string"])))


def stranger(scope: Scope) -> str | None:
    """Why a request or a websocket may be somebody else's than this machine's; None when nothing says so."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    missing = next((name for name in _NEEDED[scope["type"]] if name not in headers), None)
    return f"it has no {missing.title()}" if missing else from_elsewhere(headers)


def _told(error: PipelineError, asked: str) -> str:
    title, cause, remedy = Words(asked).error(error)
    return "\n\n".join((f"{error.code} {error.slug} {title}", cause, remedy, error.message))

"""The middlewares in their order, outermost first."""

from __future__ import annotations

from starlette.middleware import Middleware

from pages.door.compression import Compression
from pages.door.downloads import Downloads
from pages.door.headers import SecurityHeaders
from pages.door.limits import BodyLimit
from pages.door.neighbours import Neighbours
from pages.door.sessions import Sessions
from pages.door.shell import Shell


def names() -> frozenset[str]:
    """The addresses of the pages."""
    # Imported here: the pages take longer to load than the server to open its port.
    from pages import addresses  # noqa: PLC0415

    return addresses.NAMES


def middleware(base: str) -> list[Middleware]:
    """What every request and every websocket goes through, before Streamlit's own."""
    return [
        # First, so that refusals carry them too.
        Middleware(SecurityHeaders),
        Middleware(Neighbours, base=base),
        Middleware(BodyLimit),
        Middleware(Sessions),
        Middleware(Downloads, base=base),
        Middleware(Compression, static=f"{base}/static/"),
        Middleware(Shell, base=base, names=names),
    ]

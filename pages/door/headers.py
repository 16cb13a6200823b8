"""Security headers on every answer, and a Content-Security-Policy that lets run only what this server serves as files.

Scripts written into a page run by their hash alone; Streamlit's index.html has one, and our pages have none.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from pages.door.messages import Header, without

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def script_hashes(html: str) -> list[str]:
    """CSP sources of the scripts that stand in a page (W3C, Content Security Policy Level 3, "hash-source")."""
    digests = (hashlib.sha256(code.encode()).digest() for code in _INLINE.findall(html))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def policy(html: str) -> str:
    """The Content-Security-Policy for an app whose page is this one."""
    directives = {
        "default-src": ["'self'"],
        # WebAssembly: the browser's SQL engine, and Streamlit's protobuf, which counts 64-bit numbers by it. Blobs: so
        # Streamlit begins a component (st.components.v2). No text is ever run as JavaScript otherwise.
        "script-src": ["'self'", "'wasm-unsafe-eval'", "blob:", *script_hashes(html)],
        # Streamlit (emotion), Plotly and the tables write their styles into the page at run time.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        # Also the websocket of the same host (CSP Level 3, "scheme-part matches").
        "connect-src": ["'self'"],
        "media-src": ["'self'", "data:", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "frame-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())


def index_html() -> str:
    """The page that Streamlit serves for every address."""
    return (Path(file_util.get_static_dir()) / "index.html").read_text("utf-8")


def headers() -> list[Header]:
    """What every answer carries."""
    return [
        (b"content-security-policy", policy(index_html()).encode()),
        (b"x-content-type-options", b"nosniff"),
        # For browsers that do not know frame-ancestors.
        (b"x-frame-options", b"DENY"),
        # An address holds what somebody filters by; a provider's answer holds a code.
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


class SecurityHeaders:
    """Sets them on every answer, in the place of whatever an inner room said under the same names."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = headers()
        self._names = [name for name, _ in self._headers]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*without(message["headers"], *self._names), *self._headers]}
            await send(message)

        await self._app(scope, receive, with_headers)

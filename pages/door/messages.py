"""What the middlewares share: an answer given at once, and a look at a request's or an answer's headers."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs

from starlette.types import Message, Scope, Send
from werkzeug.http import parse_accept_header

from pipeline.words.catalogue import DEFAULT_LANGUAGE, LANGUAGES

Header = tuple[bytes, bytes]


def header(headers: Iterable[Header], name: bytes) -> bytes:
    """The first header of this lower-case name, empty without one."""
    return next((value for key, value in headers if key.lower() == name), b"")


def without(headers: Iterable[Header], *names: bytes) -> list[Header]:
    """The headers but those of these lower-case names."""
    return [(key, value) for key, value in headers if key.lower() not in names]


def accepts_gzip(scope: Scope) -> bool:
    """Whether the client takes gzip, by its weights (RFC 9110, "Accept-Encoding")."""
    asked = b",".join(value for name, value in scope["headers"] if name.lower() == b"accept-encoding")
    return parse_accept_header(asked.decode("latin-1")).quality("gzip") > 0


def language(query: bytes) -> str:
    """The language that a query asks for."""
    asked = parse_qs(query.decode("latin-1")).get("lang", [""])[0]
    return asked if asked in LANGUAGES else DEFAULT_LANGUAGE


async def answer(send: Send, status: int, headers: list[Header], body: bytes = b"") -> None:
    """One whole answer."""
    length = (b"content-length", str(len(body)).encode())
    start: Message = {"type": "http.response.start", "status": status, "headers": [*headers, length]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, status: int, text: str) -> None:
    """A short plain refusal, after which the connection is closed: what the client still sends is not read."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await answer(send, status, headers, text.encode())

"""gzip for Streamlit's own files: each is compressed once a process and kept, so that no request costs it again.

Streamlit sends them as they are and counts on a proxy; the console has none. Their names hold their hashes, so a kept
one is never stale. Media, downloads and parts of files (ranges) go through untouched.
"""

from __future__ import annotations

import gzip
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus

from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.door.messages import Header, accepts_gzip, answer, header, without

# Everything that Streamlit ships comes to a third of this.
KEPT_BYTES = 32 * 2**20
SMALLEST = 1_000
LEVEL, QUICK = 9, 5
VARY: Header = (b"vary", b"Accept-Encoding")
_HTML = b"text/html"
_TEXT = (b"text/", b"application/javascript", b"application/json", b"image/svg+xml")


@dataclass(frozen=True)
class Kept:
    """A compressed answer."""

    headers: list[Header]
    body: bytes


class Shelf:
    """Compressed files by path, at most ``most`` bytes of them; who has been asked for longest ago goes first."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._most, self._held = most, 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def get(self, path: str) -> Kept | None:
        """The file, None when it is not here."""
        if path in self._kept:
            self._kept.move_to_end(path)
        return self._kept.get(path)

    def put(self, path: str, kept: Kept) -> None:
        """Keep a file."""
        self._held += len(kept.body) - len(self._kept[path].body if path in self._kept else b"")
        self._kept[path] = kept
        while self._held > self._most:
            _, dropped = self._kept.popitem(last=False)
            self._held -= len(dropped.body)


class Compression:
    """Compresses what lies under ``static`` (the path of Streamlit's files) and keeps it; HTML is compressed anew."""

    def __init__(self, app: ASGIApp, static: str, shelf: Shelf | None = None) -> None:
        self._app, self._static = app, static
        self._shelf = shelf or Shelf()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not _wants_whole(scope):

            async def varied(message: Message) -> None:
                await send(self.varied(scope["path"], message))

            await self._app(scope, receive, varied)
            return
        kept = self._shelf.get(scope["path"])
        if kept:
            await answer(send, HTTPStatus.OK, kept.headers, kept.body)
            return
        await self._app(scope, receive, _Answer(scope["path"], self, send))

    async def compressed(self, path: str, headers: list[Header], body: bytes) -> Kept:
        """The compressed form of an answer, kept if it is one of Streamlit's files."""
        is_file = not header(headers, b"content-type").startswith(_HTML)
        small = await to_thread.run_sync(gzip.compress, body, LEVEL if is_file else QUICK)
        kept = Kept(_of_gzip(headers), small)
        if is_file:
            self._shelf.put(path, kept)
        return kept

    def varied(self, path: str, message: Message) -> Message:
        """A beginning that tells caches of the two forms that Streamlit's files have."""
        if message["type"] != "http.response.start" or not path.startswith(self._static):
            return message
        return {**message, "headers": [*without(message["headers"], b"vary"), VARY]}

    def concerns(self, path: str, message: Message) -> bool:
        """Whether this beginning of an answer is one to compress."""
        kind = header(message["headers"], b"content-type")
        if header(message["headers"], b"content-encoding") or not kind.startswith(_TEXT):
            return False
        return kind.startswith(_HTML) or (path.startswith(self._static) and message["status"] == HTTPStatus.OK)


class _Answer:
    """The ``send`` of one request: holds back an answer that is to be compressed until it is whole."""

    def __init__(self, path: str, compression: Compression, send: Send) -> None:
        self._path, self._compression, self._send = path, compression, send
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._compression.concerns(self._path, message):
            self._start = message
        elif self._start is None:
            await self._send(self._compression.varied(self._path, message))
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._start, bytes(self._body))

    async def _finish(self, start: Message, body: bytes) -> None:
        if len(body) < SMALLEST:
            await self._send(start)
            await self._send({"type": "http.response.body", "body": body})
            return
        kept = await self._compression.compressed(self._path, start["headers"], body)
        await answer(self._send, start["status"], kept.headers, kept.body)


def _wants_whole(scope: Scope) -> bool:
    # HEAD, a part and "only if it has changed" are the file server's own business.
    asked = {name.lower() for name, _ in scope["headers"]}
    return scope["method"] == "GET" and accepts_gzip(scope) and not asked & {b"range", b"if-none-match"}


def _of_gzip(headers: list[Header]) -> list[Header]:
    etag = header(headers, b"etag")
    rest = without(headers, b"content-length", b"etag", b"accept-ranges", b"vary")
    # Another form of the same file: the same only weakly (RFC 9110, "Entity Tags").
    tags = [(b"etag", b"W/" + etag.removeprefix(b"W/"))] if etag else []
    return [*rest, *tags, (b"content-encoding", b"gzip"), VARY]

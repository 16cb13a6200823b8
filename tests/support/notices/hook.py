"""A webhook on 127.0.0.1, as Slack's: it keeps what it is sent, and answers as it is told to.

Its address has a word in it that must be found nowhere else.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TAIL = "T00000000B00000000xSecretOfAWebhook"


@dataclass
class Hook:
    """``status`` and ``body`` are what it answers, with ``headers``; it ``hangs`` where it answers nothing at all;
    ``megabytes`` come after the body. ``posted`` is what it was sent, refused or not; ``told`` what it has taken."""

    url: str = ""
    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    megabytes: int = 0
    posted: list[dict[str, Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    written: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)

    def take(self, sent: dict[str, Any]) -> None:
        self.posted.append(sent)
        if self.status == 200 and not self.hangs:
            self.told.append(sent["text"])


@contextmanager
def hook() -> Iterator[Hook]:
    """A webhook that takes everything, until it is told otherwise."""
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if made.hangs:
                made.over.wait(60)
                return
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(made.body) + made.megabytes * 2**20))
            self.end_headers()
            with suppress(OSError):
                self._answer()
            made.answered.set()

        do_GET = do_POST

        def _answer(self) -> None:
            self.wfile.write(made.body)
            for _ in range(made.megabytes):
                made.written += self.wfile.write(bytes(2**20))

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        made.url = f"http://127.0.0.1:{server.server_address[1]}/services/{TAIL}"
        try:
            yield made
        finally:
            made.over.set()
            server.shutdown()

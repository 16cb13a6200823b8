"""An AWS on 127.0.0.1 that gives every request one and the same answer, as each service writes it: S3 in XML (a HEAD
without a body), DynamoDB and CloudWatch Logs in JSON with the code inside, Lambda and Scheduler with it in a header.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

# How botocore's requests to these differ: by a header of JSON services, and by the path of REST ones.
_REST = ("/2015-03-31/", "/schedules/")


@dataclass(frozen=True)
class Refusal:
    """What is answered: AWS's code and text, the status, and how far AWS's clock is from ours."""

    code: str
    message: str = "said"
    status: int = 400
    ahead: timedelta = timedelta()


def body_of(refusal: Refusal, form: str) -> bytes:
    """The answer's body as XML or JSON."""
    if form == "xml":
        return f"<Error><Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message></Error>".encode()
    inside = {"__type": f"com.amazonaws.v1#{refusal.code}"} if form == "json" else {}
    return json.dumps({**inside, "message": refusal.message}).encode()


@contextmanager
def refusing(refusal: Refusal, certificate: str | None = None) -> Iterator[str]:
    """The address of a server that answers so; with the path of a certificate and its key, by TLS."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            form = "rest" if self.path.startswith(_REST) else "json" if self.headers.get("X-Amz-Target") else "xml"
            body = body_of(refusal, form)
            self.send_response_only(refusal.status)
            self.send_header("Date", format_datetime(datetime.now(UTC) + refusal.ahead, usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            if form == "rest":
                self.send_header("x-amzn-ErrorType", refusal.code)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_POST = do_PUT = do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()

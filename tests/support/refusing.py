"""An AWS on 127.0.0.1 that gives every request one and the same answer, as each service writes it: S3 in XML (a HEAD
without a body), DynamoDB and CloudWatch Logs in JSON with the code inside, Lambda and Scheduler with it in a header,
SNS in XML within XML.
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
from ipaddress import ip_address
from pathlib import Path
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

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
    if form == "query":
        return b"<ErrorResponse>" + body_of(refusal, "xml") + b"</ErrorResponse>"
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
            form = "query" if "form-urlencoded" in self.headers.get("Content-Type", "") else form
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


def self_signed(folder: Path) -> str:
    """The path of a certificate of 127.0.0.1 that signed itself, and of its key, in one file."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]),
    )
    begun = datetime.now(UTC) - timedelta(hours=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(begun).not_valid_after(begun + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "both.pem"
    path.write_bytes(secret + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return str(path)

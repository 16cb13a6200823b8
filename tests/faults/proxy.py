"""A fault-injecting HTTP proxy on 127.0.0.1 between a real client and the emulator.

Faults are chosen by operation and occurrence, so a schedule of them is reproducible; requests are kept to look at.
"""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SLOW_SECONDS = 0.3
LONGEST_SECONDS = 60.0
DYNAMO_ERRORS = {
    "throttle": (400, "ProvisionedThroughputExceededException", "The level of configured throughput was exceeded."),
    "error500": (500, "InternalServerError", "The request processing has failed because of an unknown error."),
    "expired_token": (400, "ExpiredTokenException", "The security token included in the request is expired"),
    "access_denied": (400, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: {op}"),
    "table_deleted": (400, "ResourceNotFoundException", "Requested resource not found"),
}
S3_ERRORS = {
    "throttle": (503, "SlowDown", "Please reduce your request rate."),
    "slowdown": (503, "SlowDown", "Please reduce your request rate."),
    "error500": (500, "InternalError", "We encountered an internal error. Please try again."),
    "not_implemented": (
        501,
        "NotImplemented",
        "A parameter you provided implies functionality that is not implemented",
    ),
    "expired_token": (400, "ExpiredToken", "The provided token has expired."),
    "access_denied": (403, "AccessDenied", "User: arn:aws:iam::1:user/x is not authorized to perform: {op}"),
    "archived": (403, "InvalidObjectState", "The operation is not valid for the object's storage class"),
    "key_disabled": (400, "KMS.DisabledException", "arn:aws:kms:ap-northeast-1:1:key/k is disabled."),
    "gone": (404, "NoSuchKey", "The specified key does not exist."),
}
# S3's refusals name the IAM action, which is not always called like the operation.
IAM_ACTIONS = {
    "s3.ListObjectsV2": "s3:ListBucket",
    "s3.ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3.HeadObject": "s3:GetObject",
    "s3.UploadPart": "s3:PutObject",
}


@dataclass(frozen=True)
class Fault:
    """``operation`` such as "dynamodb.Scan" or "s3.UploadPart"; hits occurrences ``nth`` … ``nth + times - 1`` of it.

    Kinds: the keys of the error tables above, and reset, lost_answer (executed, then reset), truncated, slow,
    bad_crc32. ``key`` narrows S3 operations to keys that contain it.
    """

    operation: str
    kind: str
    nth: int = 1
    times: int = 1
    key: str = ""


@dataclass(frozen=True)
class Seen:
    """One request that passed: its operation, its path, and the query."""

    operation: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)


class Proxy:
    """Use as a context manager; ``url`` is the endpoint for clients, ``log`` what they asked."""

    def __init__(self, upstream_url: str, faults: tuple[Fault, ...] = ()) -> None:
        parts = urlsplit(upstream_url)
        self.upstream = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.log: list[Seen] = []
        self.on_request: Callable[[Seen], None] = lambda seen: None
        # Headers that get lost on both ways, by operation ("" for all): what a store does not know, it ignores.
        self.drops: dict[str, frozenset[str]] = {}
        self._faults = faults
        self._counts: dict[Fault, int] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def drain(self) -> None:
        """Wait until every connection is closed: once its client is dead, what that had asked for is done by then, and
        not in the midst of what a test does next."""
        self._server.drain()

    def plan(self, *faults: Fault) -> None:
        """Replace the faults; occurrences are counted from now on."""
        with self._lock:
            self._faults, self._counts = faults, {}

    def operations(self) -> list[str]:
        return [seen.operation for seen in self.log]

    def due(self, seen: Seen) -> str | None:
        """The kind of fault that hits this request, if one does."""
        with self._lock:
            self.log.append(seen)
            kinds = [fault.kind for fault in self._faults if self._hits(fault, seen)]
        self.on_request(seen)
        return kinds[0] if kinds else None

    def lost(self, seen: Seen) -> frozenset[str]:
        """Names of the headers that this request and its answer lose, in lower case."""
        return self.drops.get("", frozenset()) | self.drops.get(seen.operation, frozenset())

    def _hits(self, fault: Fault, seen: Seen) -> bool:
        if fault.operation != seen.operation or fault.key not in seen.path:
            return False
        count = self._counts[fault] = self._counts.get(fault, 0) + 1
        return fault.nth <= count < fault.nth + fault.times


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *given: Any) -> None:
        self._open = 0
        self._closed = threading.Condition()
        super().__init__(*given)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._closed:
            self._open += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._closed:
            self._open -= 1
            self._closed.notify_all()

    def drain(self) -> None:
        with self._closed:
            if not self._closed.wait_for(lambda: not self._open, LONGEST_SECONDS):
                raise TimeoutError(f"{self._open} connections are still open")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def log_message(self, *_: Any) -> None:
        return

    def do(self) -> None:
        body = self._body()
        seen = _seen(self.command, self.path, self.headers)
        kind = self.proxy.due(seen)
        service = seen.operation.partition(".")[0]
        errors = DYNAMO_ERRORS if service == "dynamodb" else S3_ERRORS
        if kind in errors and kind is not None:
            self._error(seen.operation, service, *errors[kind])
        elif kind == "reset":
            self._reset()
        else:
            self._forward(body, kind, self.proxy.lost(seen))

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do

    def _body(self) -> bytes:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._chunked()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunked(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _forward(self, body: bytes, kind: str | None, lost: frozenset[str]) -> None:
        upstream = http.client.HTTPConnection(*self.proxy.upstream, timeout=30)
        skipped = {"host", "transfer-encoding", "expect", "connection", "content-length"} | lost
        headers = {name: value for name, value in self.headers.items() if name.lower() not in skipped}
        upstream.request(self.command, self.path, body=body, headers=headers)
        answer = upstream.getresponse()
        data = answer.read()
        upstream.close()
        if kind == "lost_answer":
            self._reset()
        else:
            self._answer(answer, data, kind, lost)

    def _answer(
        self, answer: http.client.HTTPResponse, data: bytes, kind: str | None, lost: frozenset[str] = frozenset()
    ) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "connection", "content-length", "x-amz-crc32"} | lost:
                self.send_header(name, value)
        if kind == "bad_crc32":
            self.send_header("x-amz-crc32", str(zlib.crc32(data) ^ 1))
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(data))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        self._send(data, kind)

    def _send(self, data: bytes, kind: str | None) -> None:
        if self.command == "HEAD":
            return
        if kind == "slow":
            self.wfile.write(data[: len(data) // 2])
            time.sleep(SLOW_SECONDS)
            self.wfile.write(data[len(data) // 2 :])
        elif kind == "truncated":
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            self._reset()
        else:
            self.wfile.write(data)

    def _error(self, operation: str, service: str, status: int, code: str, message: str) -> None:
        text = message.format(op=IAM_ACTIONS.get(operation, operation.replace(".", ":")))
        if service in {"dynamodb", "lambda"}:
            data = json.dumps({"__type": f"com.amazonaws#{code}", "message": text}).encode()
        else:
            data = f"<Error><Code>{code}</Code><Message>{text}</Message></Error>".encode()
        self.send_response_only(status)
        self.send_header("x-amzn-ErrorType", code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, OSError, ValueError):
            self.close_connection = True


def _seen(method: str, target: str, headers: Any) -> Seen:
    parts = urlsplit(target)
    query = parse_qs(parts.query, keep_blank_values=True)
    aimed = headers.get("X-Amz-Target")
    if aimed:
        service = "dynamodb" if aimed.startswith("DynamoDB") else "logs"
        return Seen(f"{service}.{aimed.rpartition('.')[2]}", parts.path, query)
    if parts.path.endswith("/invocations"):
        return Seen("lambda.Invoke", parts.path, query)
    return Seen(f"s3.{_s3_operation(method, parts.path, query, headers)}", parts.path, query)


def _s3_operation(method: str, path: str, query: dict[str, list[str]], headers: Any) -> str:
    if "partNumber" in query and method == "PUT":
        return "UploadPart"
    if "uploads" in query:
        return "CreateMultipartUpload" if method == "POST" else "ListMultipartUploads"
    if "uploadId" in query:
        return {"POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}.get(method, "ListParts")
    if "list-type" in query:
        return "ListObjectsV2"
    if path.strip("/").count("/") == 0:
        return f"{method.title()}Bucket"
    return f"{method.title()}Object"

"""A DynamoDB table whose pages and segments are written down beforehand: empty pages, uneven segments, any cut."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Pages = Sequence[Sequence[Sequence[dict[str, Any]]]]


class ScriptedTable:
    """A context manager; ``pages[segment][page]`` are items in DynamoDB JSON. Segments asked for must be as many."""

    def __init__(self) -> None:
        self.pages: Pages = ()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"table": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> ScriptedTable:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        if operation == "DescribeTable":
            keys = [{"AttributeName": "PK", "KeyType": "HASH"}]
            return {"Table": {"TableName": asked["TableName"], "TableId": "1", "KeySchema": keys}}
        if asked.get("TotalSegments", 1) != len(self.pages):
            raise AssertionError(f"{asked.get('TotalSegments', 1)} segments asked for")
        pages = self.pages[asked.get("Segment", 0)]
        at = int(asked["ExclusiveStartKey"]["PK"]["S"]) if "ExclusiveStartKey" in asked else 0
        items = pages[at] if at < len(pages) else []
        found: dict[str, Any] = {"Items": list(items), "Count": len(items), "ScannedCount": len(items)}
        return found | ({"LastEvaluatedKey": {"PK": {"S": str(at + 1)}}} if at + 1 < len(pages) else {})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    table: ScriptedTable

    def log_message(self, *_: Any) -> None:
        return

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        body = json.dumps(self.table.answer(self.headers["X-Amz-Target"].rpartition(".")[2], asked)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("x-amz-crc32", str(zlib.crc32(body)))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

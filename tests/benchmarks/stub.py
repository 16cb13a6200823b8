"""A small server that replays pre-rendered Scan pages of 1 MB and swallows uploads: fast, so that clients are measured.

Run as ``python -m tests.benchmarks.stub ITEMS``; it prints its port, and serves until it is ended.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import socket
import sys
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PAGE_BYTES = 1_000_000
DISTINCT_PAGES = 24
RANGE = 256 * 1024
MODIFIED = ("Last-Modified", "Mon, 23 Nov 2026 00:00:00 GMT")
TABLE = "bench-table"


def items(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Mixed types as ModerationCraft's sessions have; one item in 50 holds a 38-digit number."""
    rng = random.Random(seed)  # noqa: S311 - sample data
    for number in range(count):
        item: dict[str, Any] = {
            "PK": {"S": f"USER#{number % 977}#DATE#2026-11-{number % 28 + 1:02}"},
            "SK": {"S": f"SESSION#{number:09d}"},
            "entity_type": {"S": "session"},
            "start_time": {"S": "2026-11-23T00:08:15Z"},
            "duration_minutes": {"N": str(rng.randrange(5, 95))},
            "focus_level": {"N": str(rng.randrange(1, 11))},
            "sleep_hours": {"N": f"{rng.uniform(3, 9):.2f}"},
            "done": {"BOOL": bool(number & 1)},
            "notes": {"S": '雨音が心地よい☔ "引用" ' + "x" * (number % 40)},
            "created_at": {"S": "2026-11-23T00:08:15Z"},
        }
        if number % 3 == 0:
            item["tags"] = {"SS": ["集中", "朝活"]}
        if number % 5 == 0:
            item["detail"] = {"M": {"S": {"S": "x"}, "scores": {"L": [{"N": "1"}, {"N": "2.5"}, {"NULL": True}]}}}
        if number % 11 == 0:
            item["blob"] = {"B": "AP8AAQID"}
        if number % 50 == 0:
            item["exact"] = {"N": "1234567890123456789012345678.9012345678"}
        yield item


def rendered_pages() -> list[list[bytes]]:
    """Items of each distinct page, as JSON."""
    pages: list[list[bytes]] = [[]]
    size = 0
    for item in items(10_000_000):
        raw = json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()
        if size + len(raw) > PAGE_BYTES:
            if len(pages) == DISTINCT_PAGES:
                return pages
            pages.append([])
            size = 0
        pages[-1].append(raw)
        size += len(raw)
    return pages


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    status: str = "200 OK"


class Bench:
    """The table of ``count`` items, and a bucket that keeps only small JSON objects."""

    def __init__(self, count: int) -> None:
        self.pages: list[tuple[bytes, int]] = []
        distinct = rendered_pages()
        left = count
        while left > 0:
            part = distinct[len(self.pages) % len(distinct)][:left]
            left -= len(part)
            self.pages.append((b",".join(part), len(part)))
        self.count = count
        self.objects: dict[str, bytes] = {}
        self.parts: dict[int, bytes] = {}
        self.last: tuple[int, str, str] = (0, "", "")
        self.beginning = b""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        target = headers.get("x-amz-target", "")
        if target.endswith(".Scan"):
            return self._scan(json.loads(body))
        if target.endswith(".DescribeTable"):
            return _json({"Table": self._description()})
        return self._s3(method, path, headers, body)

    def _scan(self, asked: dict[str, Any]) -> Answer:
        segment, total = asked.get("Segment", 0), asked.get("TotalSegments", 1)
        at = int(asked["ExclusiveStartKey"]["SK"]["S"]) if "ExclusiveStartKey" in asked else segment
        if at >= len(self.pages):
            return _json({"Items": [], "Count": 0, "ScannedCount": 0})
        page, count = self.pages[at]
        following = at + total
        last = b""
        if following < len(self.pages):
            last = b',"LastEvaluatedKey":{"PK":{"S":"p"},"SK":{"S":"%d"}}' % following
        units = b'"ConsumedCapacity":{"CapacityUnits":128.0,"TableName":"bench-table"},'
        body = b'{%s"Count":%d,"Items":[%s]%s,"ScannedCount":%d}' % (units, count, page, last, count)
        return Answer(body, (("x-amz-crc32", str(zlib.crc32(body))), ("Content-Type", "application/x-amz-json-1.0")))

    def _description(self) -> dict[str, Any]:
        keys = [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}]
        size = len(self.pages) * PAGE_BYTES
        return {"TableName": TABLE, "TableId": "1", "KeySchema": keys, "ItemCount": self.count, "TableSizeBytes": size}

    def _s3(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        key, _, query = path.partition("?")
        if method == "PUT" and "partNumber=" in query:
            number = int(re.search(r"partNumber=(\d+)", query)[1])  # type: ignore[index]
            self.parts[number] = hashlib.sha256(body).digest()
            if number == 1:
                self.beginning = body[:RANGE]
            self.last = (self.last[0] + len(body), "", "")
            return Answer(b"", (("ETag", '"p"'),))
        if method == "POST" and query.startswith("uploads"):
            self.parts, self.last = {}, (0, "", headers.get("x-amz-meta-run-id", ""))
            return Answer(b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
        if method == "POST":
            digests = b"".join(digest for _, digest in sorted(self.parts.items()))
            checksum = base64.b64encode(hashlib.sha256(digests).digest()).decode()
            self.last = (self.last[0], f"{checksum}-{len(self.parts)}", "done")
            return Answer(b"<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")
        if method == "PUT":
            self.objects[key] = body
            return Answer(b"", (("ETag", f'"{zlib.crc32(body)}"'),))
        return self._read(method, key)

    def _read(self, method: str, key: str) -> Answer:
        if "/raw/" in key and self.last[2] == "done":
            size, checksum, _ = self.last
            if method == "GET":
                return Answer(self.beginning, (("ETag", '"x"'), MODIFIED), "206 Partial Content")
            length = ("Content-Length", str(size))
            return Answer(b"", (("ETag", '"x"'), ("x-amz-checksum-sha256", checksum), length, MODIFIED))
        if key in self.objects and method == "GET":
            return Answer(self.objects[key], (("ETag", f'"{zlib.crc32(self.objects[key])}"'),))
        missing = b"<Error><Code>NoSuchKey</Code></Error>" if method == "GET" else b""
        return Answer(missing, status="404 Not Found")


def _json(value: dict[str, Any]) -> Answer:
    body = json.dumps(value).encode()
    return Answer(body, (("x-amz-crc32", str(zlib.crc32(body))), ("Content-Type", "application/x-amz-json-1.0")))


def serve(bench: Bench) -> int:
    """Listen on 127.0.0.1 in threads; give the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_talk, args=(bench, connection), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return int(listener.getsockname()[1])


def _talk(bench: Bench, connection: socket.socket) -> None:
    stream = connection.makefile("rb")
    while line := stream.readline():
        method, path, _ = line.decode("latin-1").split(" ", 2)
        headers: dict[str, str] = {}
        while (header := stream.readline()) not in (b"\r\n", b""):
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        if "100-continue" in headers.get("expect", ""):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        answer = bench.answer(method, path, headers, stream.read(int(headers.get("content-length") or 0)))
        lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.headers)]
        if not any(name == "Content-Length" for name, _ in answer.headers):
            lines.append(f"Content-Length: {len(answer.body)}")
        connection.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + answer.body)


if __name__ == "__main__":
    sys.stdout.write(f"{serve(Bench(int(sys.argv[1])))}\n")
    sys.stdout.flush()
    threading.Event().wait()

"""What opening the console costs: a preview of a 450 MB document, a week among 10,000 objects, the handler's import.

``python -m tests.benchmarks.reads`` prints one table.
"""

from __future__ import annotations

import logging
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any

from moto.server import ThreadedMotoServer

from pipeline.aws import Cloud, Credentials
from pipeline.lake.bucket import Lake
from pipeline.lake.compression import unpacked
from pipeline.lake.document import Head, Reader
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.support.places import ROOT

REGION = "ap-northeast-1"
KEYS = Credentials("bench", "bench")
RECORD = b'{"PK":"USER#1#DATE#2026-11-23","SK":"SESSION#000000001","notes":"' + b"x" * 400 + b'"},\n'
DOCUMENT_BYTES = 450_000_000
OBJECTS, DAYS = 10_000, 90


class _Document(BaseHTTPRequestHandler):
    """One large document that only ranged reads see."""

    protocol_version = "HTTP/1.1"
    sent = 0

    def log_message(self, *_: Any) -> None:
        return

    def do_GET(self) -> None:
        first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
        head = Head("bench-table", "2026-11-23T05:00:00Z", DOCUMENT_BYTES // len(RECORD)).encode()
        whole = head + RECORD * (2 + last // len(RECORD))
        body = whole[first : last + 1]
        type(self).sent += len(body)
        self.send_response(206)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Range", f"bytes {first}-{last}/{DOCUMENT_BYTES}")
        self.end_headers()
        self.wfile.write(body)


def preview() -> tuple[int, float]:
    """Bytes read and CPU milliseconds for the first 50 records of a 450 MB document."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Document)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    lake = Lake(Cloud(REGION, f"http://127.0.0.1:{server.server_port}", KEYS).s3, "bench")
    key = "raw/internal/dynamodb-exports/dt=2026-11-23/bench-table.json"

    def once() -> float:
        begun = time.thread_time()
        reader = Reader(unpacked(key, lake.ranges(key)), key)
        assert len(list(islice(reader.records(), 51))) == 51
        return time.thread_time() - begun

    once()
    _Document.sent = 0
    spent = once()
    read = _Document.sent
    server.shutdown()
    return read, spent * 1000


def history() -> tuple[int, float]:
    """List requests and seconds for a week among 10,000 objects of 90 days."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    # One line a request is noise beside the table.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    lake = Lake(Cloud(REGION, f"http://127.0.0.1:{server.get_host_and_port()[1]}", KEYS).s3, "bench-history")
    lake.s3.create_bucket(Bucket=lake.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    now = datetime(2026, 11, 23, 6, tzinfo=UTC)

    def write(number: int) -> None:
        at = now - timedelta(minutes=number * DAYS * 24 * 60 / OBJECTS)
        run = Run(f"run-{number:05}", "bench-table", at.date(), at, at, status="succeeded", finished_at=at)
        lake.write_json(f"metadata/runs/dt={at.date()}/{run.run_id}.json", run.to_json(), None)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(OBJECTS)))
    asked: list[str] = []
    lake.s3.meta.events.register("before-call.s3.ListObjectsV2", lambda **_: asked.append("list"))
    begun = time.monotonic()
    found = Ledger(lake).history((now - timedelta(days=7)).date(), now.date())
    seconds = time.monotonic() - begun
    server.stop()
    assert len(found.runs) > OBJECTS * 7 / DAYS
    return len(asked), seconds


def cold_import(rounds: int = 9) -> float:
    """CPU of importing the handler ÷ CPU of importing boto3, medians of interleaved rounds."""

    def once(name: str) -> float:
        program = f"import sys, time; sys.path.insert(0, 'lambda'); import {name}; print(time.process_time())"
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        return float(done.stdout)

    once("boto3"), once("export_handler")
    pairs = [(once("boto3"), once("export_handler")) for _ in range(rounds)]
    return statistics.median(b for _, b in pairs) / statistics.median(a for a, _ in pairs)


def main() -> None:
    read, milliseconds = preview()
    lists, seconds = history()
    print("| what | measured | to reach |\n|---|---|---|")
    print(f"| preview of a 450 MB document: bytes read | {read / 1024:.0f} KB | 512 KB |")
    print(f"| preview of a 450 MB document: CPU | {milliseconds:.0f} ms | 50 ms |")
    print(f"| a week among 10,000 objects: list requests | {lists} (in {seconds:.1f} s) | 7 |")
    print(f"| import of the handler ÷ import of boto3 | {cold_import():.2f} | 1.6 |")


if __name__ == "__main__":
    main()

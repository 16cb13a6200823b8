"""DynamoDB's point-in-time export as its documentation tells it, in front of the emulator.

The emulator's own has no manifests, ignores ClientToken and ends at once; all other requests go through to it.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pipeline.aws import Cloud, Credentials

ACCOUNT = "123456789012"
FILES = 3


class NativeStub:
    """A context manager; ``url`` is the endpoint for DynamoDB's client. Exports end by ``finish`` or ``fail``."""

    def __init__(self, emulator_url: str, region: str, table_bytes: int = 50 * 1024**3) -> None:
        self.emulator_url, self.table_bytes = emulator_url, table_bytes
        self.recovery = "ENABLED"
        self.asked: list[dict[str, Any]] = []
        self.exports: dict[str, dict[str, Any]] = {}
        self._cloud = Cloud(region, emulator_url, Credentials("testing", "testing"))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"stub": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> NativeStub:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        """The answer to an operation of ours; None for one that the emulator answers."""
        if operation == "ExportTableToPointInTime":
            return self._start(body)
        if operation == "DescribeExport":
            return 200, {"ExportDescription": self.exports[body["ExportArn"]]}
        if operation == "DescribeContinuousBackups":
            status = {"PointInTimeRecoveryStatus": self.recovery}
            described = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": status}
            return 200, {"ContinuousBackupsDescription": described}
        return None

    def finish(self) -> None:
        """All exports that go on are completed: data files first, then the manifests."""
        for export in self.exports.values():
            if export["ExportStatus"] == "IN_PROGRESS":
                self._write(export)

    def fail(self, code: str, message: str) -> None:
        for export in self.exports.values():
            export |= {"ExportStatus": "FAILED", "FailureCode": code, "FailureMessage": message}

    def _start(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append(body)
        if self.recovery != "ENABLED":
            code = "com.amazonaws.dynamodb.v20120810#PointInTimeRecoveryUnavailableException"
            return 400, {"__type": code, "message": "Point in time recovery is not enabled for table"}
        for export in self.exports.values():
            if export["ClientToken"] == body["ClientToken"]:
                return 200, {"ExportDescription": export}
        export_id = f"01700000000{len(self.exports):03}-a1b2c3d4"
        arn = f"{body['TableArn']}/export/{export_id}"
        self.exports[arn] = {
            "ExportArn": arn,
            "ExportStatus": "IN_PROGRESS",
            "TableArn": body["TableArn"],
            "ClientToken": body["ClientToken"],
            "S3Bucket": body["S3Bucket"],
            "S3Prefix": body["S3Prefix"],
            "ExportType": body.get("ExportType", "FULL_EXPORT"),
            "ExportTime": time.time(),
        }
        return 200, {"ExportDescription": self.exports[arn]}

    def _write(self, export: dict[str, Any]) -> None:
        items = self._items(export["TableArn"].rpartition("/")[2])
        root = f"{export['S3Prefix']}/AWSDynamoDB/{export['ExportArn'].rpartition('/')[2]}"
        put = self._cloud.s3.put_object
        incremental = export["ExportType"] == "INCREMENTAL_EXPORT"
        lines = [_change(item) if incremental else {"Item": item} for item in items]
        listed = []
        for number in range(FILES):
            part = lines[number::FILES]
            data = gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in part))
            key = f"{root}/data/part{number}abcdefgh.json.gz"
            answer = put(Bucket=export["S3Bucket"], Key=key, Body=data)
            md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
            etag = answer["ETag"].strip('"')
            listed.append({"itemCount": len(part), "md5Checksum": md5, "etag": etag, "dataFileS3Key": key})
        files = b"\n".join(json.dumps(entry).encode() for entry in listed)
        put(Bucket=export["S3Bucket"], Key=f"{root}/manifest-files.json", Body=files)
        summary = {
            "version": "2020-06-30",
            "exportArn": export["ExportArn"],
            "tableArn": export["TableArn"],
            "exportTime": "2024-02-01T12:00:05.000Z",
            "s3Bucket": export["S3Bucket"],
            "s3Prefix": export["S3Prefix"],
            "manifestFilesS3Key": f"{root}/manifest-files.json",
            "itemCount": len(items),
            "outputFormat": "DYNAMODB_JSON",
        }
        put(Bucket=export["S3Bucket"], Key=f"{root}/manifest-summary.json", Body=json.dumps(summary).encode())
        manifest = f"{root}/manifest-summary.json"
        export |= {"ExportStatus": "COMPLETED", "ItemCount": len(items), "ExportManifest": manifest}

    def _items(self, table: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for page in self._cloud.dynamodb.get_paginator("scan").paginate(TableName=table):
            found += [dict(item) for item in page["Items"]]
        return found


def _change(item: dict[str, Any]) -> dict[str, Any]:
    keys = {name: item[name] for name in ("PK", "SK")}
    metadata = {"WriteTimestampMicros": {"N": "1706788800000000"}}
    if item.get("deleted"):
        return {"Metadata": metadata, "Keys": keys}
    return {"Metadata": metadata, "Keys": keys, "NewImage": item}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: NativeStub

    def log_message(self, *_: Any) -> None:
        return

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        answer = self.stub.answer(operation, json.loads(body))
        status, raw = (answer[0], json.dumps(answer[1]).encode()) if answer else (200, self._forward(operation, body))
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _forward(self, operation: str, body: bytes) -> bytes:
        kept = {name: self.headers[name] for name in ("X-Amz-Target", "Content-Type", "Authorization", "X-Amz-Date")}
        request = urllib.request.Request(self.stub.emulator_url + "/", body, kept)
        with urllib.request.urlopen(request) as answer:
            raw: bytes = answer.read()
        if operation == "DescribeTable":
            described = json.loads(raw)
            described["Table"]["TableSizeBytes"] = self.stub.table_bytes
            raw = json.dumps(described).encode()
        return raw

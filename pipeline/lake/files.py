"""A file on this machine's disk becomes an object of the lake: read in pieces, whole or not at all, then confirmed.

For files that are made before they are sent, such as Parquet's; documents go piece by piece (upload.py).
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from pipeline.lake.bucket import Lake
from pipeline.lake.publish import Published, Target, confirm, replace_older

PARQUET = "application/vnd.apache.parquet"


def publish_file(lake: Lake, target: Target, path: Path, content_type: str = PARQUET) -> Published:
    """Put a file under the target's key, unless a newer run's stands there. Raise AlreadyRunning for that, DataInvalid
    where S3 holds something else afterwards, and what Lake raises."""
    with path.open("rb") as file:
        checksum = base64.b64encode(hashlib.file_digest(file, "sha256").digest()).decode("ascii")

    def send(only_if: dict[str, Any]) -> str | None:
        with path.open("rb") as body:
            return lake.s3.put_object(
                Bucket=lake.bucket,
                Key=target.key,
                Body=body,
                ContentType=content_type,
                Metadata=target.metadata,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=checksum,
                **lake.encryption,
                **only_if,
            ).get("VersionId")

    size = path.stat().st_size
    wanted = Published(target.key, size, checksum, None, (size,))
    return confirm(lake, replace_older(lake, target, send, wanted))

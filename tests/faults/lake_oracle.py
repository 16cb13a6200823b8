"""What is true of a table and of a lake, read without the code under test."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from typing import Any


def digest(record: dict[str, Any]) -> str:
    """A hash of a record without what the export adds."""
    kept = {name: value for name, value in record.items() if name != "_exported_at"}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def document_digests(s3: Any, bucket: str, key: str) -> Counter[str]:
    """Multiset of the records of the document that stands under ``key``; its own count must be true."""
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    document = json.loads(gzip.decompress(body) if key.endswith(".gz") else body)
    assert document["export_metadata"]["record_count"] == len(document["data"])
    return Counter(map(digest, document["data"]))


def open_uploads(s3: Any, bucket: str) -> list[str]:
    """Keys of multipart uploads that nobody completed or aborted."""
    return [upload["Key"] for upload in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])]

"""Multipart uploads that nobody has ended: their parts are paid for, and no listing of objects shows them.

Beside the lake, not in it: only whoever checks may list them, the function may not.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from pipeline.aws import translated
from pipeline.check.findings import Finding
from pipeline.lake import keys
from pipeline.lake.bucket import Lake


@dataclass(frozen=True)
class OpenUpload:
    """An upload that was neither completed nor aborted."""

    key: str
    upload_id: str
    initiated: datetime


@dataclass(frozen=True)
class UploadCheck:
    """The open uploads under everything that is written; those of tables and sources that are ``going`` are at work."""

    lake: Lake
    going: Collection[str]

    def findings(self) -> Iterator[Finding]:
        """A warning an upload, with the command that ends it. Raise what Lake raises."""
        for upload in chain.from_iterable(map(self._open_under, keys.WRITTEN)):
            document = keys.parse_document_key(upload.key)
            if document is None or document.table not in self.going:
                yield self._finding(upload)

    def _open_under(self, prefix: str) -> Iterator[OpenUpload]:
        """Every upload under ``prefix``, page by page. Source: Amazon S3 API Reference, "ListMultipartUploads"."""
        pages = self.lake.s3.get_paginator("list_multipart_uploads")
        with translated("s3:ListBucketMultipartUploads", self.lake.bucket):
            for page in pages.paginate(Bucket=self.lake.bucket, Prefix=prefix):
                for item in page.get("Uploads", []):
                    yield OpenUpload(item["Key"], item["UploadId"], item["Initiated"])

    def _finding(self, upload: OpenUpload) -> Finding:
        key, bucket = shlex.quote(upload.key), self.lake.bucket
        command = f"aws s3api abort-multipart-upload --bucket {bucket} --key {key} --upload-id {upload.upload_id}"
        begun = f"open since {upload.initiated.isoformat()}"
        return Finding("open_upload", upload.key, "completed or aborted uploads", begun, command)

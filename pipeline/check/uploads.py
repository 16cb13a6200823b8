"""Multipart uploads that nobody has ended, whoever began them: their parts are paid for, and no listing shows them.

Beside the lake, not in it: only whoever checks may list them, the function may not.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

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
    """The open uploads of the whole bucket; those of tables and sources that are ``going`` are at work."""

    lake: Lake
    going: Collection[str]

    def findings(self) -> Iterator[Finding]:
        """A warning an upload, with the command that comes next. Raise what Lake raises."""
        for upload in self._open():
            document = keys.parse_document_key(upload.key)
            if document is None or document.table not in self.going:
                yield self._finding(upload)

    def _open(self) -> Iterator[OpenUpload]:
        """Every upload, page by page. Source: Amazon S3 API Reference, "ListMultipartUploads"."""
        pages = self.lake.s3.get_paginator("list_multipart_uploads")
        with translated("s3:ListBucketMultipartUploads", self.lake.bucket):
            for page in pages.paginate(Bucket=self.lake.bucket):
                for item in page.get("Uploads", []):
                    yield OpenUpload(item["Key"], item["UploadId"], item["Initiated"])

    def _finding(self, upload: OpenUpload) -> Finding:
        begun = f"open since {upload.initiated.isoformat()}"
        ours = upload.key.startswith(keys.WRITTEN)
        command = self._abort(upload) if ours else self._look(upload)
        return Finding("open_upload", upload.key, "completed or aborted uploads", begun, command)

    def _abort(self, upload: OpenUpload) -> str:
        key, bucket = shlex.quote(upload.key), self.lake.bucket
        return f"aws s3api abort-multipart-upload --bucket {bucket} --key {key} --upload-id {upload.upload_id}"

    def _look(self, upload: OpenUpload) -> str:
        # Somebody else's may be at work: what has come of it is looked at before anything is ended.
        key, bucket = shlex.quote(upload.key), self.lake.bucket
        return f"aws s3api list-parts --bucket {bucket} --key {key} --upload-id {upload.upload_id}"

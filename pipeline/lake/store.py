"""What an S3-compatible store keeps of S3's promises: asked by a few requests about one small object of its own.

AWS is not asked: it has promised. Where a condition is ignored, two runs publish over each other and none learns of it.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from urllib.parse import urlsplit

import orjson
from botocore.exceptions import ClientError

from pipeline.aws import Cloud, error_code, translated
from pipeline.config import LOOKED_IN
from pipeline.errors import ConfigInvalid, PipelineError
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, condition, is_conflict, sha256
from pipeline.lake.upload import abort_upload

Feature = Literal["if_none_match", "if_match", "completion", "replacement", "checksum", "encryption", "uploads"]
# Without one of these a lease is none, and documents are published over each other. ("replacement" is If-Match on the
# completion of an upload: without it a late writer of a large document is kept away by the lease alone.)
CONDITIONS: tuple[Feature, ...] = ("if_none_match", "if_match", "completion")
# In the place of what a store ignores, where it could not be asked.
NOT_ASKED = ("unknown",)
SWITCH = "PIPELINE_ALLOW_UNSAFE_STORE"
REMEMBER_SECONDS = 3600.0
_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws")
_NOBODYS = f'"{"0" * 32}"'
# A store that says that it cannot do it is honest, and lacks it all the same.
_CANNOT = frozenset("NotImplemented InvalidArgument InvalidRequest MethodNotAllowed 400 405 501".split())
# Each time that another probe came in between, one has come to its end.
_ATTEMPTS = 10
_known: dict[tuple[str, str], tuple[float, Store]] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Store:
    """What a store ``lacks`` of what S3 does."""

    lacks: tuple[Feature, ...]

    @property
    def ignored(self) -> tuple[Feature, ...]:
        """The conditions that it does not heed; with one of them no export is safe there."""
        return tuple(feature for feature in self.lacks if feature in CONDITIONS)


def is_foreign(cloud: Cloud) -> bool:
    """Whether somebody has configured a store that is not AWS; the demo's own emulator is known, and none."""
    host = urlsplit(cloud.s3.meta.endpoint_url).hostname or ""
    return cloud.endpoint_url is None and not host.endswith(_AWS)


@dataclass(frozen=True)
class Probe:
    """Asks the store behind one lake. Raises S3AccessDenied, NotFound, AuthFailed, RateLimited or ExternalApiDown."""

    lake: Lake
    clock: Callable[[], float] = time.monotonic

    def admit(self, allowed: bool) -> tuple[str, ...]:
        """What the store ignores, where it is ``allowed`` to; NOT_ASKED where it did not say. Raise ConfigInvalid where
        it is not."""
        try:
            ignored = self.known().ignored
        except PipelineError:
            # What could not be asked is not safe either; whoever allows that wants to go on.
            if not allowed:
                raise
            return NOT_ASKED
        if ignored and not allowed:
            text = f"the store at {self._endpoint} ignores conditions ({', '.join(ignored)}): two exports could replace"
            text += f" each other's documents unnoticed. Nothing was exported; {SWITCH}=on exports all the same"
            raise ConfigInvalid(text, situation="unsafe_store", variable=SWITCH, looked_in=LOOKED_IN)
        return ignored

    def known(self) -> Store:
        """What was found within the last hour by this process, else what is found now."""
        mark, now = (self._endpoint, self.lake.bucket), self.clock()
        with _lock:
            at, store = _known.get(mark, (0.0, None))
        if store is not None and now - at < REMEMBER_SECONDS:
            return store
        return self.ask()

    def ask(self) -> Store:
        """Ask now: some ten requests, and one small object that stays."""
        with translated("s3:PutObject", f"{self.lake.bucket}/{keys.PROBE}"):
            self._put()
            stored = self._head()
            body_checksum, encryption = stored.get("ChecksumSHA256"), stored.get("ServerSideEncryption")
            has: dict[Feature, bool] = {
                "if_none_match": _tried(lambda: self._put(condition(None))) == "refused",
                "if_match": _tried(lambda: self._put(condition(_NOBODYS))) == "refused" and self._replaces(),
                "completion": self._completes_only(condition(None)),
                "replacement": self._completes_only(condition(_NOBODYS)),
                "checksum": body_checksum is not None,
                "encryption": encryption == self.lake.encryption["ServerSideEncryption"],
                "uploads": self._lists_uploads(),
            }
        store = Store(tuple(feature for feature, there in has.items() if not there))
        with _lock:
            _known[self._endpoint, self.lake.bucket] = self.clock(), store
        return store

    @property
    def _endpoint(self) -> str:
        return self.lake.s3.meta.endpoint_url

    @property
    def _where(self) -> Any:
        return {"Bucket": self.lake.bucket, "Key": keys.PROBE}

    def _put(self, only_if: dict[str, Any] | None = None) -> str:
        body = orjson.dumps({"probe": secrets.token_hex(8)})
        options = {"ContentType": "application/json", **self.lake.put_options(body), **(only_if or {})}
        return self.lake.s3.put_object(**self._where, Body=body, **options)["ETag"]

    def _head(self) -> dict[str, Any]:
        return dict(self.lake.s3.head_object(**self._where, ChecksumMode="ENABLED"))

    def _replaces(self) -> bool:
        """Whether the right ETag is taken; other probes of the same store may come in between, and show it too."""
        for _ in range(_ATTEMPTS):
            seen = self._head()["ETag"]
            if _tried(partial(self._put, condition(seen))) == "done":
                return True
            if self._head()["ETag"] == seen:
                return False
        return True

    def _completes_only(self, only_if: dict[str, Any]) -> bool:
        """Whether the completion of an upload heeds a condition that cannot hold."""
        upload: list[str] = []
        began = _tried(lambda: upload.append(self._begin()))
        if began != "done":
            return False
        try:
            return _tried(lambda: self._complete(upload[0], only_if)) == "refused"
        finally:
            self._abort(upload[0])

    def _begin(self) -> str:
        checksum: Any = {"ChecksumAlgorithm": "SHA256", "ChecksumType": "COMPOSITE"}
        return self.lake.s3.create_multipart_upload(**self._where, **checksum, **self.lake.encryption)["UploadId"]

    def _complete(self, upload: str, only_if: dict[str, Any]) -> None:
        # Each time another: what a store completes against its condition must not look like what was there before.
        body = secrets.token_bytes(8)
        sent: Any = {"PartNumber": 1, "ChecksumSHA256": sha256(body)}
        part = self.lake.s3.upload_part(**self._where, UploadId=upload, Body=body, **sent)
        listed: Any = {"Parts": [{**sent, "ETag": part["ETag"]}]}
        self.lake.s3.complete_multipart_upload(**self._where, UploadId=upload, MultipartUpload=listed, **only_if)

    def _abort(self, upload: str) -> None:
        try:
            abort_upload(self.lake, keys.PROBE, upload)
        except PipelineError:
            # It was completed against its condition, or the store cannot abort: nothing more can be done about it.
            return

    def _lists_uploads(self) -> bool:
        with translated("s3:ListBucketMultipartUploads", self.lake.bucket):
            return _tried(lambda: self.lake.s3.list_multipart_uploads(Bucket=self.lake.bucket, MaxUploads=1)) == "done"


def _tried(act: Callable[[], Any]) -> Literal["done", "refused", "cannot"]:
    try:
        act()
    except ClientError as error:
        if is_conflict(error):
            return "refused"
        if error_code(error) in _CANNOT:
            return "cannot"
        raise
    return "done"

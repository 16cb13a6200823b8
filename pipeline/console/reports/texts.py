"""Small texts of the lake that people write: read with who wrote them, and written only over what was seen.

Who and when stand beside the object, not in it, so that one conditional write changes all of it at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

from pipeline.aws import error_code, translated
from pipeline.errors import SchemaMismatch
from pipeline.lake.answers import time_there
from pipeline.lake.bucket import Conflict, Lake, archived, condition, is_conflict

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

# S3 takes 2 KB beside an object, ASCII only. Source: Amazon S3 User Guide, "Working with object metadata".
_LONGEST_AUTHOR: Final = 150
_AUTHOR: Final = "changed-by"
_GONE: Final = frozenset(("NoSuchKey", "404"))


@dataclass(frozen=True)
class KeptText:
    """An object's text, and what a change of it must find (its ETag). ``changed_at`` is by S3's own clock, so that
    writers whose clocks differ agree; ``changed_by`` is empty for what somebody has put there past the console.
    ``version`` tells this writing from every other of the same text, also within one second (empty: not versioned)."""

    text: str
    etag: str
    changed_at: datetime | None
    changed_by: str
    version: str = ""


def read_text(lake: Lake, key: str, most: int) -> KeptText | None:
    """The text of an object of at most ``most`` bytes; None when there is none. Raise SchemaMismatch (``text_unread``)
    for more, and for what is no UTF-8; S3AccessDenied (``archived``)."""
    with translated("s3:GetObject", f"{lake.bucket}/{key}"):
        try:
            answer = lake.s3.get_object(Bucket=lake.bucket, Key=key)
        except ClientError as error:
            if error_code(error) == "InvalidObjectState":
                raise archived(lake.location(key)) from error
            if error_code(error) in _GONE:
                return None
            raise
        body = answer["Body"].read(most + 1)
    author = _read_author(answer.get("Metadata", {}))
    return KeptText(_decoded(body, key, most), answer["ETag"], answer["LastModified"], author, _version(answer))


def write_text(lake: Lake, key: str, text: str, author: str, seen: str | None) -> KeptText:
    """Write it only if the object is still as ``seen`` (an ETag; None: absent). A lost answer to a write that did
    happen is told from a lost race by the stored bytes. Raise Conflict."""
    body, author = text.encode(), author[:_LONGEST_AUTHOR]
    with translated("s3:PutObject", f"{lake.bucket}/{key}"):
        try:
            answer = lake.s3.put_object(
                Bucket=lake.bucket,
                Key=key,
                Body=body,
                ContentType="text/plain; charset=utf-8",
                Metadata={_AUTHOR: quote(author)},
                **lake.put_options(body),
                **condition(seen),
            )
        except ClientError as error:
            if not is_conflict(error) and error_code(error) not in _GONE:
                raise
            return _already_written(lake, key, body, error)
    return KeptText(text, answer["ETag"], time_there(answer), author, _version(answer))


def _already_written(lake: Lake, key: str, body: bytes, refused: ClientError) -> KeptText:
    try:
        held: GetObjectOutputTypeDef = lake.s3.get_object(Bucket=lake.bucket, Key=key)
    except ClientError as error:
        if error_code(error) in _GONE:
            raise Conflict(key) from refused
        raise
    if held["Body"].read(len(body) + 1) != body:
        raise Conflict(key) from refused
    author = _read_author(held.get("Metadata", {}))
    return KeptText(body.decode(), held["ETag"], held["LastModified"], author, _version(held))


def _read_author(metadata: Mapping[str, str]) -> str:
    return unquote(metadata.get(_AUTHOR, ""), errors="replace")[:_LONGEST_AUTHOR]


def _version(answer: Mapping[str, Any]) -> str:
    # A bucket whose versioning is off gives none, or all of them the same. Source: S3 User Guide, "Using versioning".
    version = answer.get("VersionId", "")
    return "" if version == "null" else str(version)


def _decoded(body: bytes, key: str, most: int) -> str:
    facts = {"key": key, "expected": f"a text of at most {most:,} bytes", "situation": "text_unread"}
    if len(body) > most:
        raise SchemaMismatch(f"{key} is larger than {most:,} bytes", **facts, found="more")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise SchemaMismatch(f"{key} is no text in UTF-8", **facts, found=repr(body[:40])) from error

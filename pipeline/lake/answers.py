"""What S3's answers tell beside what was asked for: why a HEAD was refused, and what time it is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from pipeline.aws import error_code
from pipeline.clock import parse_utc

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BARE = frozenset(("400", "403"))
# What a GET may meet where a HEAD is refused for another cause.
_OF_OTHERS = frozenset(("NoSuchKey", "NoSuchVersion", "InvalidRange", "416", "InvalidObjectState"))


def with_reason(s3: S3Client, error: ClientError, **where: Any) -> ClientError:
    """Why a HEAD was refused: its answer has a status and no text, so the same is asked for by GET."""
    if error_code(error) not in _BARE:
        return error
    try:
        s3.get_object(**where, Range="bytes=0-0")
    except ClientError as told:
        return error if error_code(told) in _OF_OTHERS else told
    return error


def time_there(answer: Mapping[str, Any]) -> datetime | None:
    """When S3 answered, by its own clock, whatever ours says; whole seconds, rounded down. None where it does not say.

    Source: RFC 9110, "Date".
    """
    try:
        return parse_utc(parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).isoformat())
    except (KeyError, TypeError, ValueError):
        return None

"""Where the zips and the template lie for CloudFormation: a small bucket of the account, each under its own hash.

Always asked for with the owner that is expected: a bucket of that name may be somebody else's.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from pipeline.aws import error_code, translated
from pipeline.deploy.package import Package
from pipeline.deploy.template import Template
from pipeline.errors import ConfigInvalid, Forbidden, NotFound, S3AccessDenied

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import PublicAccessBlockConfigurationTypeDef

# Amazon S3 User Guide, "Buckets overview": this Region is named by naming none.
_FIRST_REGION = "us-east-1"
_ABSENT = frozenset({"404", "NotFound", "NoSuchBucket", "NoSuchKey"})
_BLOCKED: PublicAccessBlockConfigurationTypeDef = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
# AWS General Reference, "Amazon Simple Storage Service endpoints": by the partition of the client's Region.
_SUFFIXES = {"aws-cn": "amazonaws.com.cn"}


def default_name(account: str, region: str) -> str:
    """The bucket that is used where none is named; one for all stacks of the account's Region."""
    return f"pipeline-code-{account}-{region}"


def key_of(package: Package) -> str:
    """The key of a zip: its content's hash, so that the same code is never uploaded twice."""
    return f"pipeline/{package.sha256}.zip"


class CodeBucket:
    """One bucket of one account's Region."""

    def __init__(self, s3: S3Client, name: str, account: str, region: str) -> None:
        self._s3, self.name, self._account, self._region = s3, name, account, region

    def exists(self) -> bool:
        """Raise Forbidden when it is another account's or may not be asked, ConfigInvalid in another Region."""
        try:
            with self._asking("s3:ListBucket", self.name):
                raw = self._s3.head_bucket(Bucket=self.name, ExpectedBucketOwner=self._account)
        except NotFound:
            return False
        region = raw.get("BucketRegion", self._region)
        if region != self._region:
            message = f"bucket {self.name} is in {region}; Lambda reads code from its own Region, {self._region}, only"
            raise ConfigInvalid(message, situation="parameter", variable="--code-bucket")
        return True

    def create(self) -> None:
        """Make the bucket, closed to the public. Raise ConfigInvalid when the name belongs to somebody else."""
        place: Any = {"LocationConstraint": self._region}
        given = {} if self._region == _FIRST_REGION else {"CreateBucketConfiguration": place}
        with self._asking("s3:CreateBucket", self.name):
            try:
                self._s3.create_bucket(Bucket=self.name, **given)
            except ClientError as error:
                if error_code(error) == "BucketAlreadyOwnedByYou":
                    return
                if error_code(error) != "BucketAlreadyExists":
                    raise
                message = f"the name {self.name} is taken by another account; name a bucket of yours"
                raise ConfigInvalid(message, situation="parameter", variable="--code-bucket") from error
        with self._asking("s3:PutBucketPublicAccessBlock", self.name):
            self._s3.put_public_access_block(
                Bucket=self.name, PublicAccessBlockConfiguration=_BLOCKED, ExpectedBucketOwner=self._account
            )

    def put(self, package: Package) -> bool:
        """Upload the zip unless it is there; whether it was uploaded."""
        key = key_of(package)
        if self._size(key) == package.size:
            return False
        with package.path.open("rb") as body:
            self._put(key, body, package.sha256)
        return True

    def lay(self, template: Template) -> str:
        """Write the template, and say its address in the form that CloudFormation takes. Raise Forbidden."""
        # Also where one of that name is there: it says who gets which right, and it is small.
        self._put(template.key, template.body, template.sha256)
        suffix = _SUFFIXES.get(self._s3.meta.partition, "amazonaws.com")
        # By path: a name with dots in it is no host of S3's certificate.
        return f"https://s3.{self._region}.{suffix}/{self.name}/{template.key}"

    def take_back(self, template: Template) -> None:
        """Delete the template and the bucket that was made for it, unless somebody else keeps something there by now.
        Raise Forbidden."""
        with self._asking("s3:DeleteObject", f"{self.name}/{template.key}"):
            self._s3.delete_object(Bucket=self.name, Key=template.key, ExpectedBucketOwner=self._account)
        with self._asking("s3:DeleteBucket", self.name):
            try:
                self._s3.delete_bucket(Bucket=self.name, ExpectedBucketOwner=self._account)
            except ClientError as error:
                if error_code(error) != "BucketNotEmpty":
                    raise

    def _put(self, key: str, body: Any, sha256: str) -> None:
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        with self._asking("s3:PutObject", f"{self.name}/{key}"):
            self._s3.put_object(
                Bucket=self.name, Key=key, Body=body, ChecksumSHA256=checksum, ExpectedBucketOwner=self._account
            )

    def _size(self, key: str) -> int | None:
        with self._asking("s3:GetObject", f"{self.name}/{key}"):
            try:
                head = self._s3.head_object(Bucket=self.name, Key=key, ExpectedBucketOwner=self._account)
                return head["ContentLength"]
            except ClientError as error:
                # Without the right to list, S3 says 403 of what is not there.
                if error_code(error) in _ABSENT | {"403"}:
                    return None
                raise

    @contextmanager
    def _asking(self, action: str, resource: str) -> Iterator[None]:
        try:
            with translated(action, resource):
                yield
        except S3AccessDenied as error:
            # E004 tells of the lake's history; here a person lacks a right.
            raise Forbidden(error.message, **error.facts) from error

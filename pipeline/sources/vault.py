"""Keeps secrets in AWS Secrets Manager or as SecureStrings of SSM Parameter Store: read, write if unchanged, delete.

A secret's value is never in a repr, a log line, an error or the lake.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from pipeline.aws import error_code, translated
from pipeline.config import SecretStore

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

    from pipeline.aws import Cloud

# A label of our own: what was written is no secret's current value before the comparison has held.
_WRITTEN, _CURRENT = "WRITTEN", "AWSCURRENT"
ATTEMPTS, PAUSE_SECONDS = 5, 2.0


class Changed(Exception):
    """A secret is not in the state that the writer had seen. Never leaves ``pipeline.sources``."""


@dataclass(frozen=True)
class Kept:
    """A secret's value, and the version that a write must find."""

    value: str = field(repr=False)
    version: str


class Vault(Protocol):
    """Raises AuthFailed, Forbidden, RateLimited or ExternalApiDown, naming the action and the secret's name."""

    def read(self, name: str) -> Kept | None:
        """The current value; None without one."""

    def write(self, name: str, value: str, seen: str | None) -> str:
        """Keep a value where the secret is still as ``seen`` (a version; None: absent). Its new version, or Changed."""

    def delete(self, name: str) -> None:
        """Delete a secret with all its versions; nothing happens without one."""


def vault(cloud: Cloud, kind: SecretStore) -> Vault:
    """The store that the settings name."""
    return Parameters(cloud.ssm) if kind == "ssm" else SecretsManager(cloud.secretsmanager)


@dataclass(frozen=True)
class SecretsManager:
    """AWS Secrets Manager.

    A write puts a new version that nobody reads and then moves AWSCURRENT to it, from the version that was seen: AWS
    refuses when the label is elsewhere meanwhile. Source: AWS Secrets Manager API Reference, "UpdateSecretVersionStage"
    (RemoveFromVersionId). moto checks the same, though not atomically between threads.
    """

    client: SecretsManagerClient
    sleep: Callable[[float], None] = time.sleep

    def read(self, name: str) -> Kept | None:
        with translated("secretsmanager:GetSecretValue", name):
            try:
                # Named, though it is AWS's default: moto's is the newest version that became current by a put.
                answer = self.client.get_secret_value(SecretId=name, VersionStage=_CURRENT)
            except ClientError as error:
                # InvalidRequestException: it is being deleted.
                if error_code(error) in {"ResourceNotFoundException", "InvalidRequestException"}:
                    return None
                raise
        # A binary secret is none of ours: whoever reads the value finds nothing in it, and names the secret.
        return Kept(answer.get("SecretString", ""), answer["VersionId"])

    def write(self, name: str, value: str, seen: str | None) -> str:
        return self._create(name, value) if seen is None else self._move(name, value, seen)

    def delete(self, name: str) -> None:
        # Without recovery: a token that was given back must not be there for another week.
        with translated("secretsmanager:DeleteSecret", name):
            self.client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    def _create(self, name: str, value: str) -> str:
        mark = str(uuid.uuid4())
        with translated("secretsmanager:CreateSecret", name):
            for attempt in range(ATTEMPTS):
                try:
                    made = self.client.create_secret(Name=name, SecretString=value, ClientRequestToken=mark)
                    return made["VersionId"]
                except ClientError as error:
                    if error_code(error) == "ResourceExistsException":
                        raise Changed(name) from error
                    # The name stays taken for a moment after a deletion.
                    if error_code(error) != "InvalidRequestException" or attempt + 1 == ATTEMPTS:
                        raise
                    self.sleep(PAUSE_SECONDS)
        raise AssertionError("the last attempt answers or raises")

    def _move(self, name: str, value: str, seen: str) -> str:
        with translated("secretsmanager:PutSecretValue", name):
            try:
                written = self.client.put_secret_value(
                    SecretId=name,
                    SecretString=value,
                    ClientRequestToken=str(uuid.uuid4()),
                    VersionStages=[_WRITTEN],
                )["VersionId"]
            except ClientError as error:
                raise _changed(error, name) from error
        with translated("secretsmanager:UpdateSecretVersionStage", name):
            try:
                self.client.update_secret_version_stage(
                    SecretId=name, VersionStage=_CURRENT, RemoveFromVersionId=seen, MoveToVersionId=written
                )
            except ClientError as error:
                raise _changed(error, name) from error
        return written


def _changed(error: ClientError, name: str) -> Exception:
    gone = {"ResourceNotFoundException", "InvalidRequestException", "InvalidParameterException"}
    return Changed(name) if error_code(error) in gone else error


@dataclass(frozen=True)
class Parameters:
    """SSM Parameter Store, SecureString under the account's own key, standard tier (4 KB).

    PutParameter knows no condition on the version: the callers' lease is what keeps two writers apart here, and the
    version that AWS counts tells when one was there all the same. Source: AWS Systems Manager API Reference,
    "PutParameter".
    """

    client: SSMClient

    def read(self, name: str) -> Kept | None:
        with translated("ssm:GetParameter", name):
            try:
                parameter = self.client.get_parameter(Name=f"/{name}", WithDecryption=True)["Parameter"]
            except self.client.exceptions.ParameterNotFound:
                return None
        return Kept(parameter["Value"], str(parameter["Version"]))

    def write(self, name: str, value: str, seen: str | None) -> str:
        stored = self.read(name)
        if (stored.version if stored else None) != seen:
            raise Changed(name)
        with translated("ssm:PutParameter", name):
            try:
                version = self.client.put_parameter(
                    Name=f"/{name}", Value=value, Type="SecureString", Overwrite=seen is not None
                )["Version"]
            except self.client.exceptions.ParameterAlreadyExists as error:
                raise Changed(name) from error
        if seen is not None and version != int(seen) + 1:
            raise Changed(name)
        return str(version)

    def delete(self, name: str) -> None:
        with translated("ssm:DeleteParameter", name):
            try:
                self.client.delete_parameter(Name=f"/{name}")
            except self.client.exceptions.ParameterNotFound:
                return

"""The one door to AWS: clients with pinned timeouts and retries, and AWS's errors into ours.

Nothing here runs at import; credentials come from boto3's own chain, or from the embedded backend.
"""

from __future__ import annotations

import threading
from bisect import bisect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore import exceptions as sdk
from botocore.config import Config
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.credentials import RefreshableCredentials

from pipeline import boto3_version, errors
from pipeline.aws_answers import ENVIRONMENT, WRONG_REGION, Cause, clocks, of_answer, of_failure, told
from pipeline.aws_answers import error_code as error_code
from pipeline.aws_answers import refused_action as refused_action
from pipeline.clock import utc_now

if TYPE_CHECKING:
    from botocore.config import _S3Dict
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient

CONNECT_TIMEOUT = 5
READ_TIMEOUT = 20
ATTEMPTS = 5
# Whoever tells somebody of something has work of his own to go on with, and tells it again later.
_HASTY = {"sns": (5, 2)}


@dataclass(frozen=True)
class Credentials:
    """Explicit credentials, for the embedded backend's server only."""

    access_key_id: str
    secret_access_key: str


class Cloud:
    """Clients of one region, made when first asked for and then shared; safe to use from several threads."""

    def __init__(
        self,
        region: str,
        endpoint_url: str | None = None,
        credentials: Credentials | None = None,
        invoke_url: str | None = None,
    ) -> None:
        self.region = region
        self.endpoint_url = endpoint_url
        self.invoke_url = invoke_url
        self._credentials = credentials
        self._lock = threading.Lock()

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        client: DynamoDBClient = self._client("dynamodb")
        return client

    @cached_property
    def s3(self) -> S3Client:
        client: S3Client = self._client("s3")
        return client

    @cached_property
    def lambda_(self) -> LambdaClient:
        client: LambdaClient = self._client("lambda")
        return client

    @cached_property
    def invoker(self) -> LambdaClient:
        """The client for invocations: the emulator runs no code, so its function has an endpoint of its own."""
        if self.invoke_url is None:
            return self.lambda_
        client: LambdaClient = self._client("lambda", self.invoke_url)
        return client

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        client: CloudWatchLogsClient = self._client("logs")
        return client

    @cached_property
    def iam(self) -> IAMClient:
        client: IAMClient = self._client("iam")
        return client

    @cached_property
    def scheduler(self) -> EventBridgeSchedulerClient:
        client: EventBridgeSchedulerClient = self._client("scheduler")
        return client

    @cached_property
    def glue(self) -> Any:
        return self._client("glue")

    @cached_property
    def athena(self) -> Any:
        return self._client("athena")

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        client: CloudFormationClient = self._client("cloudformation")
        return client

    @cached_property
    def secretsmanager(self) -> SecretsManagerClient:
        client: SecretsManagerClient = self._client("secretsmanager")
        return client

    @cached_property
    def ssm(self) -> SSMClient:
        client: SSMClient = self._client("ssm")
        return client

    @cached_property
    def sns(self) -> Any:
        return self._client("sns")

    @cached_property
    def sts(self) -> STSClient:
        client: STSClient = self._client("sts")
        return client

    def signs_for(self, most: int) -> int | None:
        """For how many seconds, ``most`` at the most, what is signed now is good; None where nobody says. Temporary
        credentials end what they have signed. Raise AuthFailed for credentials that are not to be had."""
        with translated("sts:GetCallerIdentity", "credentials"):
            held = self._session.get_credentials()
            # Asked for, they renew themselves where they can and it is time.
            if held is None or not held.get_frozen_credentials().token:
                return most
        if not isinstance(held, RefreshableCredentials):
            return None
        return bisect(range(1, most + 1), False, key=held.refresh_needed)

    @cached_property
    def _core(self) -> botocore.session.Session:
        return botocore.session.get_session()

    @cached_property
    def _session(self) -> boto3.Session:
        given = self._credentials
        return boto3.Session(
            botocore_session=self._core,
            region_name=self.region,
            aws_access_key_id=given.access_key_id if given else None,
            aws_secret_access_key=given.secret_access_key if given else None,
        )

    def _client(self, service: Any, url: str | None = None) -> Any:
        # boto3 sessions are not safe to build clients from in parallel.
        with self._lock, translated(f"{service}:CreateClient", service):
            given = url or self.endpoint_url
            config = client_config(service, given is None and self._configured(service) is None)
            return self._session.client(service, endpoint_url=given, config=config)

    def _configured(self, service: str) -> str | None:
        """The endpoint that AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3… or the profile names."""
        core = self._core
        configured = ConfiguredEndpointProvider(core.full_config, core.get_scoped_config(), service)
        url: str | None = configured.provide()
        return url


def client_config(service: str, on_aws: bool = True) -> Config:
    """Pinned timeouts and retries. S3 by the bucket's own regional host on AWS; by path at an endpoint of one's own.

    A link of another style names the global host, which leads to the Region by a redirect (new buckets) or refuses
    (Regions that one opts into). Source: Amazon S3 User Guide, "Virtual hosting of buckets"; boto3, "Configuration".
    """
    style: _S3Dict = {
        "addressing_style": "virtual" if on_aws else "path",
        "us_east_1_regional_endpoint": "regional",
    }
    silence, attempts = _HASTY.get(service, (READ_TIMEOUT, ATTEMPTS))
    return Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=silence,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=32,
        s3=style if service == "s3" else None,
        signature_version="s3v4" if service == "s3" else None,
    )


@contextmanager
def translated(action: str, resource: str) -> Iterator[None]:
    """Translate what botocore raises inside, naming the IAM ``action`` and the ``resource``; the cause is kept."""
    try:
        yield
    except (sdk.ClientError, sdk.BotoCoreError) as error:
        raise translate(error, action=action, resource=resource) from error


def translate(error: Exception, action: str, resource: str) -> errors.PipelineError:
    """One of our errors for one of botocore's. Facts: ``action``, ``resource``, ``aws_code``."""
    if isinstance(error, sdk.ClientError) and error_code(error) == "NoSuchBucket":
        resource = resource.partition("/")[0]
    text = f"{action} on {resource}: {told(error)}"
    if isinstance(error, sdk.ClientError):
        return _from_response(error, text, action, resource)
    if isinstance(error, sdk.ProfileNotFound):
        return errors.ConfigInvalid(text, variable="AWS_PROFILE", looked_in=ENVIRONMENT)
    if isinstance(error, sdk.InvalidRegionError | sdk.NoRegionError):
        return errors.ConfigInvalid(text, variable="AWS_REGION", looked_in=ENVIRONMENT)
    if isinstance(error, sdk.ParamValidationError) and boto3_version.is_old(boto3_version.found()):
        return boto3_version.too_old(boto3_version.found())
    facts = {"action": action, "resource": resource, "aws_code": type(error).__name__}
    return _of(of_failure(error), text, facts)


def _from_response(error: sdk.ClientError, text: str, action: str, resource: str) -> errors.PipelineError:
    code, now = error_code(error), utc_now()
    if code in WRONG_REGION:
        return errors.ConfigInvalid(text, variable="AWS_REGION", looked_in=ENVIRONMENT)
    if code == "PointInTimeRecoveryUnavailableException":
        return errors.ConfigInvalid(text, variable="PIPELINE_ENGINE", looked_in=ENVIRONMENT)
    cause = of_answer(error, action.partition(":")[0], now)
    # AWS names the action that it refused, which may be another than ours (a key's, a bucket's): believe it.
    denied = cause.kind in {errors.S3AccessDenied, errors.Forbidden}
    facts = {"action": (refused_action(text) if denied else None) or action, "resource": resource, "aws_code": code}
    return _of(cause, text, facts | (clocks(error, now) if cause.situation == "clock" else {}))


def _of(cause: Cause, text: str, facts: dict[str, str]) -> errors.PipelineError:
    facts |= {"provider": "AWS"} if cause.kind is errors.ExternalApiDown else {}
    facts |= {"situation": cause.situation} if cause.situation else {}
    return cause.kind(text, **facts)

"""pipeline.aws: botocore's errors become ours in one place, and nothing secret gets through."""

from __future__ import annotations

import pytest
from botocore import exceptions as sdk

from pipeline import errors
from pipeline.aws import Cloud, client_config, translate, translated
from pipeline.redaction import redact

RESPONSES = [
    ("s3", "AccessDenied", errors.S3AccessDenied),
    ("s3", "403", errors.S3AccessDenied),
    ("s3", "NoSuchBucket", errors.NotFound),
    ("s3", "NoSuchKey", errors.NotFound),
    ("s3", "SlowDown", errors.RateLimited),
    ("s3", "503", errors.RateLimited),
    ("s3", "InternalError", errors.ExternalApiDown),
    ("s3", "PermanentRedirect", errors.ConfigInvalid),
    ("s3", "InvalidAccessKeyId", errors.AuthFailed),
    ("s3", "SignatureDoesNotMatch", errors.AuthFailed),
    ("s3", "ExpiredToken", errors.AuthFailed),
    ("dynamodb", "AccessDeniedException", errors.Forbidden),
    ("dynamodb", "ResourceNotFoundException", errors.NotFound),
    ("dynamodb", "ProvisionedThroughputExceededException", errors.DynamoThrottled),
    ("dynamodb", "ThrottlingException", errors.DynamoThrottled),
    ("dynamodb", "UnrecognizedClientException", errors.AuthFailed),
    ("dynamodb", "ExpiredTokenException", errors.AuthFailed),
    ("lambda", "ResourceNotFoundException", errors.NotFound),
    ("lambda", "TooManyRequestsException", errors.RateLimited),
    ("lambda", "AccessDeniedException", errors.Forbidden),
    ("lambda", "ServiceException", errors.ExternalApiDown),
    ("lambda", "SomethingNew", errors.ExternalApiDown),
]


def client_error(code: str, message: str = "said") -> sdk.ClientError:
    return sdk.ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


@pytest.mark.parametrize(("service", "code", "expected"), RESPONSES)
def test_every_code_of_aws_has_its_error(service: str, code: str, expected: type[errors.PipelineError]) -> None:
    found = translate(client_error(code), f"{service}:Action", "thing")
    assert type(found) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (sdk.NoCredentialsError(), errors.AuthFailed),
        (sdk.PartialCredentialsError(provider="env", cred_var="x"), errors.AuthFailed),
        (sdk.TokenRetrievalError(provider="sso", error_msg="x"), errors.AuthFailed),
        (sdk.ProfileNotFound(profile="x"), errors.ConfigInvalid),
        (sdk.ParamValidationError(report="x"), errors.ConfigInvalid),
        (sdk.EndpointConnectionError(endpoint_url="x"), errors.ExternalApiDown),
        (sdk.ConnectTimeoutError(endpoint_url="x"), errors.ExternalApiDown),
        (sdk.ReadTimeoutError(endpoint_url="x"), errors.ExternalApiDown),
        (sdk.ConnectionClosedError(endpoint_url="x"), errors.ExternalApiDown),
    ],
)
def test_every_error_of_the_sdk_itself_has_its_error(
    error: sdk.BotoCoreError, expected: type[errors.PipelineError]
) -> None:
    assert type(translate(error, "s3:ListBucket", "b")) is expected


def test_the_action_and_the_resource_are_named_and_the_cause_kept() -> None:
    with pytest.raises(errors.S3AccessDenied) as caught, translated("s3:ListBucket", "my-bucket"):
        raise client_error("AccessDenied")
    assert caught.value.facts == {"action": "s3:ListBucket", "resource": "my-bucket", "aws_code": "AccessDenied"}
    assert isinstance(caught.value.__cause__, sdk.ClientError)


@pytest.mark.parametrize(
    "message",
    [
        "User: arn:aws:iam::1:user/x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:x because",
        "is not authorized to perform: kms:Decrypt",
    ],
)
def test_the_action_that_aws_says_it_refused_is_believed(message: str) -> None:
    assert translate(client_error("AccessDenied", message), "s3:GetObject", "b").facts["action"] == "kms:Decrypt"


def test_a_message_that_names_an_action_without_a_refusal_changes_nothing() -> None:
    found = translate(client_error("NoSuchKey", "not authorized to perform: kms:Decrypt"), "s3:GetObject", "b")
    assert found.facts["action"] == "s3:GetObject"


def test_a_missing_bucket_is_named_without_the_key_that_was_asked_for() -> None:
    found = translate(client_error("NoSuchBucket"), "s3:GetObject", "my-bucket/metadata/x.json")
    assert found.facts["resource"] == "my-bucket"


@pytest.mark.parametrize(
    "text",
    ["key AKIAIOSFODNN7EXAMPLE is bad", "secret_access_key=abcdef", "X-Amz-Security-Token: zzz", "Signature=0a1b"],
)
def test_credentials_are_blanked_out_of_messages(text: str) -> None:
    message = translate(client_error("Whatever", text), "s3:GetObject", "b").message
    for secret in ("AKIAIOSFODNN7EXAMPLE", "abcdef", "zzz", "0a1b"):
        assert secret not in message
    assert "[redacted]" in redact(text)


@pytest.mark.parametrize("service", ["s3", "dynamodb", "lambda"])
def test_timeouts_and_retries_are_pinned(service: str) -> None:
    config = client_config(service)
    assert (config.connect_timeout, config.read_timeout) == (5, 20)
    assert config.retries == {"mode": "standard", "total_max_attempts": 5}


def test_missing_credentials_are_an_authentication_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "nowhere")
    cloud = Cloud("ap-northeast-1", "http://127.0.0.1:9")
    with pytest.raises(errors.AuthFailed), translated("s3:ListBucket", "b"):
        cloud.s3.list_objects_v2(Bucket="some-bucket")


def test_a_profile_that_does_not_exist_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(errors.ConfigInvalid) as caught:
        _ = Cloud("ap-northeast-1").s3
    assert caught.value.facts["variable"] == "AWS_PROFILE"

"""pipeline.aws_answers: what AWS says and what keeps it from answering, over real connections to 127.0.0.1."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from pipeline import aws, errors
from pipeline.aws import Cloud, Credentials, translated
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.conftest import REGION
from tests.support.refusing import Refusal, refusing, self_signed

KEYS = Credentials("testing", "testing")
ASK: dict[str, Callable[[Cloud], Any]] = {
    "s3": lambda cloud: cloud.s3.list_objects_v2(Bucket="b"),
    "dynamodb": lambda cloud: cloud.dynamodb.describe_table(TableName="table"),
    "lambda": lambda cloud: cloud.lambda_.get_function_configuration(FunctionName="f"),
    "logs": lambda cloud: cloud.logs.filter_log_events(logGroupName="g"),
    "scheduler": lambda cloud: cloud.scheduler.get_schedule(Name="s"),
}
SKEWED = "The difference between the request time and the current time is too large."
EXPIRED = "Signature expired: 20261125T000000Z is now earlier than 20261125T084500Z (20261125T090000Z - 15 min.)"
EARLY = "Signature not yet current: 20261125T090000Z is still later than 20261125T001500Z (20261125T001000Z + 5 min.)"
CIPHERTEXT = "The ciphertext refers to a customer master key that does not exist, or you are not allowed to access."
NO_DECRYPT = (
    "User: arn:aws:iam::123456789012:user/x is not authorized to perform: kms:Decrypt on the resource associated with "
    "this ciphertext because the resource does not exist in this Region or no resource-based policy allows access"
)
OF_DYNAMODB = (
    "KMS key access denied error: {0} (Service: Kms; Status Code: 400; Error Code: {0}Exception; Request ID: 1)"
)
HOURS = timedelta(hours=9)
AUTH, CONFIG, DOWN = errors.AuthFailed, errors.ConfigInvalid, errors.ExternalApiDown

# (service, what it answers, the error, its situation)
ANSWERS: list[tuple[str, Refusal, type[errors.PipelineError], str]] = [
    # ../shared/cases/14-skewed-clock-server.py is the first.
    ("s3", Refusal("RequestTimeTooSkewed", SKEWED, 403), AUTH, "clock"),
    *(
        (service, Refusal("InvalidSignatureException", EXPIRED, 403), AUTH, "clock")
        for service in ("lambda", "scheduler")
    ),
    *((service, Refusal("InvalidSignatureException", EARLY), AUTH, "clock") for service in ("dynamodb", "logs")),
    ("s3", Refusal("SignatureDoesNotMatch", EXPIRED, 403), AUTH, "clock"),
    ("logs", Refusal("AuthFailure", "not able to validate the credentials", 401, HOURS), AUTH, "clock"),
    ("lambda", Refusal("InvalidSignatureException", "does not match", 403, -HOURS), AUTH, "clock"),
    ("dynamodb", Refusal("RequestExpired", "Request has expired.", 400, timedelta(minutes=6)), AUTH, "clock"),
    ("dynamodb", Refusal("RequestExpired", "Request has expired."), AUTH, "request_expired"),
    ("s3", Refusal("AccessDenied", "Request has expired", 403), AUTH, "request_expired"),
    ("s3", Refusal("ExpiredToken", "The provided token has expired."), AUTH, "token_expired"),
    ("dynamodb", Refusal("ExpiredTokenException"), AUTH, "token_expired"),
    ("lambda", Refusal("ExpiredTokenException", status=403), AUTH, "token_expired"),
    ("s3", Refusal("KMS.DisabledException", "arn:aws:kms:x:1:key/k is disabled."), CONFIG, "kms_disabled"),
    ("s3", Refusal("KMS.KMSInvalidStateException", "is pending deletion."), CONFIG, "kms_disabled"),
    ("s3", Refusal("KMS.NotFoundException", "Key 'arn:…' does not exist"), CONFIG, "kms_missing"),
    ("s3", Refusal("AccessDenied", CIPHERTEXT, 403), CONFIG, "kms_missing"),
    ("s3", Refusal("AccessDenied", NO_DECRYPT, 403), errors.S3AccessDenied, "kms_denied"),
    ("s3", Refusal("KMS.ThrottlingException"), errors.RateLimited, ""),
    ("lambda", Refusal("KMSDisabledException", status=502), CONFIG, "kms_disabled"),
    ("lambda", Refusal("KMSNotFoundException", status=502), CONFIG, "kms_missing"),
    ("lambda", Refusal("KMSAccessDeniedException", status=502), errors.Forbidden, "kms_denied"),
    ("dynamodb", Refusal("AccessDeniedException", OF_DYNAMODB.format("Disabled")), CONFIG, "kms_disabled"),
    ("dynamodb", Refusal("AccessDeniedException", OF_DYNAMODB.format("NotFound")), CONFIG, "kms_missing"),
    ("dynamodb", Refusal("AccessDeniedException", OF_DYNAMODB.format("AccessDenied")), errors.Forbidden, "kms_denied"),
    ("s3", Refusal("NotSignedUp", "Your account is not signed up for the S3 service.", 403), AUTH, "not_signed_up"),
    ("s3", Refusal("AccountProblem", "There is a problem with your account.", 403), AUTH, "not_signed_up"),
    ("logs", Refusal("OptInRequired", status=403), AUTH, "not_signed_up"),
    ("dynamodb", Refusal("SubscriptionRequiredException"), AUTH, "not_signed_up"),
    ("lambda", Refusal("SubscriptionRequiredException", status=403), AUTH, "not_signed_up"),
    ("s3", Refusal("InvalidAccessKeyId", status=403), AUTH, ""),
    ("s3", Refusal("SignatureDoesNotMatch", "does not match", 403), AUTH, ""),
    ("dynamodb", Refusal("UnrecognizedClientException"), AUTH, ""),
    ("s3", Refusal("SlowDown", status=503), errors.RateLimited, ""),
    ("dynamodb", Refusal("ThrottlingException"), errors.DynamoThrottled, ""),
    ("lambda", Refusal("TooManyRequestsException", status=429), errors.RateLimited, ""),
    ("logs", Refusal("ThrottlingException"), errors.RateLimited, ""),
    ("scheduler", Refusal("ThrottlingException", status=429), errors.RateLimited, ""),
    ("s3", Refusal("AccessDenied", "Access Denied", 403), errors.S3AccessDenied, ""),
    ("s3", Refusal("AccessDenied", "Access Denied", 403, timedelta(minutes=6)), errors.S3AccessDenied, ""),
    ("lambda", Refusal("AccessDeniedException", status=403), errors.Forbidden, ""),
    ("dynamodb", Refusal("ValidationException", "1 validation error"), CONFIG, "not_accepted"),
    ("scheduler", Refusal("SomethingNew"), CONFIG, "not_accepted"),
    ("s3", Refusal("InternalError", status=500), DOWN, ""),
    ("dynamodb", Refusal("InternalServerError", status=500), DOWN, ""),
]


def asked(url: str, service: str) -> errors.PipelineError:
    """The error of one request to this address."""
    with pytest.raises(errors.PipelineError) as caught, translated(f"{service}:Ask", "thing"):
        ASK[service](Cloud(REGION, url, KEYS))
    return caught.value


@pytest.mark.parametrize(("service", "refusal", "kind", "situation"), ANSWERS, ids=str)
def test_every_cause_has_its_error_and_its_situation(
    service: str, refusal: Refusal, kind: type[errors.PipelineError], situation: str
) -> None:
    with refusing(refusal) as url:
        found = asked(url, service)
    assert (type(found), found.state) == (kind, situation)
    assert found.facts["aws_code"] == refusal.code


HEADS = [row for row in ANSWERS if row[0] == "s3" and row[1].status in {400, 403}]


@pytest.mark.parametrize(("service", "refusal", "kind", "situation"), HEADS, ids=str)
def test_a_head_has_no_text_and_is_told_by_the_reason_all_the_same(
    service: str, refusal: Refusal, kind: type[errors.PipelineError], situation: str
) -> None:
    with refusing(refusal) as url, pytest.raises(errors.PipelineError) as caught:
        Lake(Cloud(REGION, url, KEYS).s3, "b").head("key")
    assert (type(caught.value), caught.value.state) == (kind, situation)


@pytest.mark.parametrize(("minutes", "situation"), [(20, "clock"), (-20, "clock"), (10, "")])
def test_a_refusal_without_a_word_is_told_by_the_time_of_its_answer(minutes: int, situation: str) -> None:
    """S3 takes what is signed up to fifteen minutes away."""
    with refusing(Refusal("", status=403, ahead=timedelta(minutes=minutes))) as url:
        cloud = Cloud(REGION, url, KEYS)
        with pytest.raises(errors.PipelineError) as caught, translated("s3:GetObject", "b"):
            cloud.s3.head_object(Bucket="b", Key="k")
    assert caught.value.state == situation


def test_a_clock_that_is_wrong_is_told_with_both_times() -> None:
    with refusing(Refusal("RequestTimeTooSkewed", SKEWED, 403, HOURS)) as url:
        facts = asked(url, "s3").facts
    assert facts["aws_time"] > facts["own_time"]
    for lang, label in (("ja", "AWSの時刻"), ("en", "AWS’s time")):
        assert label in dict(Words(lang).facts(errors.AuthFailed("x", **facts)))


def test_a_denied_key_is_told_with_the_action_that_is_lacking() -> None:
    with refusing(Refusal("AccessDenied", NO_DECRYPT, 403)) as url:
        assert asked(url, "s3").facts["action"] == "kms:Decrypt"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("service", ASK)
def test_a_connection_that_nobody_takes_is_unreachable(service: str) -> None:
    found = asked(f"http://127.0.0.1:{free_port()}", service)
    assert (type(found), found.state) == (DOWN, "unreachable")


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("service", ASK)
def test_an_answer_that_does_not_come_is_told_so(silent: str, service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(aws), "READ_TIMEOUT", 0.05)
    found = asked(silent, service)
    assert (type(found), found.state) == (DOWN, "no_answer")


@pytest.mark.parametrize("service", ASK)
def test_a_name_without_an_address_is_told_so(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 6761 keeps .invalid from having one; the question itself is kept on this machine."""

    def nobody(host: str, *_: Any, **__: Any) -> Any:
        assert host.endswith("aws.invalid")
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setitem(vars(socket), "getaddrinfo", nobody)
    found = asked("http://aws.invalid", service)
    assert (type(found), found.state) == (DOWN, "dns")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A certificate that signed itself, and its key, in one file."""
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize("service", ASK)
def test_a_certificate_that_nobody_vouches_for_is_told_so(certificate: str, service: str) -> None:
    with refusing(Refusal("AccessDenied"), certificate) as url:
        found = asked(url, service)
    assert (type(found), found.state) == (CONFIG, "tls")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_situation_has_words_of_its_own(lang: str) -> None:
    situations = {(kind.code, name) for _, _, kind, name in ANSWERS if name}
    situations |= {("E006", "unreachable"), ("E006", "no_answer"), ("E006", "dns"), ("E013", "tls")}
    words = Words(lang)
    told = {words.error_of_code(code, name) for code, name in situations}
    assert len({cause for _, cause, _ in told}) == len({name for _, name in situations})
    assert not told & {words.error_of_code(code) for code, _ in situations}

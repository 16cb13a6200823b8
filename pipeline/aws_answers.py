"""AWS's answers, and what keeps them from coming, as our errors: each cause has its error, and a situation where it
needs words of its own. Pure.

Sources: Amazon S3 API Reference, "Error responses"; DynamoDB Developer Guide, "Error handling"; the "Common errors" of
Lambda, CloudWatch Logs, EventBridge Scheduler, Secrets Manager, Systems Manager, Glue, Athena, SNS; AWS KMS, "Key
states".
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from botocore import exceptions as sdk

from pipeline import errors
from pipeline.clock import utc_text
from pipeline.redaction import redact

Kind = type[errors.PipelineError]
# Above these differences AWS refuses a signature: five minutes, S3 fifteen.
MOST_SKEW, MOST_SKEW_S3 = timedelta(minutes=5), timedelta(minutes=15)
ENVIRONMENT = ".env.local, environment"


@dataclass(frozen=True)
class Cause:
    """An error's kind, and the situation by which its words are narrowed down."""

    kind: Kind
    situation: str = ""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CLOCK = _words("RequestTimeTooSkewed RequestInTheFuture RequestTimeTooOld")
# Signatures that are not valid (yet, or any more) by AWS's clock; the code alone may mean a wrong secret as well.
_CLOCK_SAID = re.compile(
    r"signature (not yet current|expired)|time (is )?too skewed|request time and the current", re.I
)
_REQUEST_SAID = re.compile(r"request (has|is) (expired|not (yet )?valid yet)|request is not yet valid", re.I)
_REQUEST_EXPIRED = _words("RequestExpired")
_EXPIRED = _words("ExpiredToken ExpiredTokenException TokenRefreshRequired")
_NOT_SIGNED_UP = _words(
    "OptInRequired NotSignedUp SubscriptionRequired SubscriptionRequiredException AccountProblem PendingVerification "
    "UserNotSubscribed AccountNotSubscribed CustomerRequiresVerification"
)
_AUTH = _words(
    "InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyId SignatureDoesNotMatch "
    "InvalidSignatureException IncompleteSignature IncompleteSignatureException "
    "MissingAuthenticationToken MissingAuthenticationTokenException "
    "AuthFailure InvalidToken InvalidSecurity NotAuthenticated 401"
)
_DENIED = _words(
    "AccessDenied AccessDeniedException UnauthorizedOperation NotAuthorized 403 Forbidden AllAccessDisabled "
    "AuthorizationError AuthorizationErrorException"
)
# S3 puts KMS and a dot before KMS's own codes, Lambda KMS alone; other services deny access, and say KMS in the text.
_KMS_CODES = {"DecryptionFailure": "kms_disabled", "EncryptionFailure": "kms_disabled", "InvalidKeyId": "kms_missing"}
_KMS_SAID = re.compile(r"\bkms:[A-Z]\w+|\bKMS key\b|customer master key|Service: (AWS)?Kms\b", re.I)
_KMS_MISSING = re.compile(r"NotFound|does not exist|InvalidArn", re.I)
_KMS_DISABLED = re.compile(r"Disabled|InvalidState|pending|Unavailable|is not enabled", re.I)
_ABSENT = _words(
    "ResourceNotFoundException TableNotFoundException NoSuchBucket NoSuchKey NoSuchVersion NoSuchUpload 404 NotFound "
    "ParameterNotFound EntityNotFoundException NotFoundException"
)
_THROTTLED = _words(
    "ProvisionedThroughputExceededException ThrottlingException Throttling ThrottledException RequestLimitExceeded "
    "SlowDown Throttled TooManyRequestsException TooManyRequests RequestThrottled RequestThrottledException "
    "EC2ThrottledException BandwidthLimitExceeded PriorRequestNotComplete LimitExceededException 429 503"
)
_OTHERS: dict[str, Cause] = {
    "ExportConflictException": Cause(errors.AlreadyRunning),
    "ExportNotFoundException": Cause(errors.NotFound),
    "InvalidExportTimeException": Cause(errors.DataInvalid),
}
WRONG_REGION = _words("PermanentRedirect AuthorizationHeaderMalformed IllegalLocationConstraintException 301")
_NO_CREDENTIALS = (sdk.NoCredentialsError, sdk.PartialCredentialsError, sdk.CredentialRetrievalError)
_SSO = (sdk.TokenRetrievalError, sdk.UnauthorizedSSOTokenError, sdk.SSOTokenLoadError)
_TIMEOUTS = (sdk.ConnectTimeoutError, sdk.ReadTimeoutError)
_REFUSED = re.compile(r"not authorized to perform: (?P<action>[a-z0-9-]+:[A-Za-z0-9*]+)")


def error_code(error: sdk.ClientError) -> str:
    """AWS's own error code of a ClientError; the HTTP status where there is none."""
    code = error.response.get("Error", {}).get("Code", "")
    return code or str(_status(error) or "")


def refused_action(text: str) -> str | None:
    """The IAM action that AWS says is not allowed, if it says so."""
    refusal = _REFUSED.search(text)
    return refusal["action"] if refusal else None


def of_answer(error: sdk.ClientError, service: str, now: datetime) -> Cause:
    """Why AWS said no to a request of ``service`` at ``now``, our own clock's time."""
    code, message = error_code(error), str(error.response.get("Error", {}).get("Message", ""))
    if _is_clock(error, code, message, service, now):
        return Cause(errors.AuthFailed, "clock")
    if code in _REQUEST_EXPIRED or (code in _DENIED and _REQUEST_SAID.search(message)):
        return Cause(errors.AuthFailed, "request_expired")
    return _of_kms(code, message, service) or _OTHERS.get(code) or _of_code(code, service, _status(error))


def _of_code(code: str, service: str, status: int) -> Cause:
    if code in _THROTTLED:
        return Cause(errors.DynamoThrottled if _throttles_table(code, service) else errors.RateLimited)
    named = (
        (_EXPIRED, Cause(errors.AuthFailed, "token_expired")),
        (_NOT_SIGNED_UP, Cause(errors.AuthFailed, "not_signed_up")),
        (_AUTH, Cause(errors.AuthFailed)),
        (_DENIED, Cause(_denied(service))),
        (_ABSENT, Cause(errors.NotFound)),
    )
    found = next((cause for codes, cause in named if code in codes), None)
    # What AWS answers with 4xx it has understood and does not take; 5xx is AWS's own trouble.
    unknown = (
        Cause(errors.ConfigInvalid, "not_accepted") if status in range(400, 500) else Cause(errors.ExternalApiDown)
    )
    return found or unknown


def of_failure(error: Exception) -> Cause:
    """Why no answer came, or no request could be made."""
    if isinstance(error, _NO_CREDENTIALS):
        return Cause(errors.AuthFailed)
    if isinstance(error, _SSO):
        return Cause(errors.AuthFailed, "token_expired")
    if isinstance(error, sdk.ParamValidationError):
        return Cause(errors.ConfigInvalid, "not_accepted")
    return Cause(errors.ConfigInvalid, "tls") if isinstance(error, sdk.SSLError) else _unanswered(error)


def _unanswered(error: Exception) -> Cause:
    if isinstance(error, _TIMEOUTS):
        return Cause(errors.ExternalApiDown, "no_answer")
    if isinstance(error, sdk.EndpointConnectionError):
        return Cause(errors.ExternalApiDown, "dns" if _is_dns(error) else "unreachable")
    if isinstance(error, sdk.ProxyConnectionError):
        return Cause(errors.ExternalApiDown, "unreachable")
    return Cause(errors.ExternalApiDown)


def clocks(error: sdk.ClientError, now: datetime) -> dict[str, str]:
    """Our own time and AWS's, as the facts of a clock that is wrong."""
    theirs = _server_time(error)
    return {"own_time": utc_text(now.replace(microsecond=0))} | ({"aws_time": utc_text(theirs)} if theirs else {})


def _is_clock(error: sdk.ClientError, code: str, message: str, service: str, now: datetime) -> bool:
    if code in _CLOCK or (code in _AUTH and _CLOCK_SAID.search(message)):
        return True
    theirs = _server_time(error)
    skew = abs(now - theirs) if theirs else timedelta()
    # A refusal that may mean anything, as that of a HEAD, which has no text: the answer's own time tells.
    most = MOST_SKEW_S3 if service == "s3" else MOST_SKEW
    return skew > most and (code in _AUTH | _REQUEST_EXPIRED or code in {"400", "403"})


def _server_time(error: sdk.ClientError) -> datetime | None:
    said = error.response.get("Error", {}).get("ServerTime")
    header = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        time = datetime.fromisoformat(str(said)) if said else parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _of_kms(code: str, message: str, service: str) -> Cause | None:
    if code in _KMS_CODES:
        return Cause(errors.ConfigInvalid, _KMS_CODES[code])
    if code.upper().startswith("KMS"):
        throttled = Cause(errors.RateLimited) if "Throttling" in code else None
        return throttled or _of_key(code, "kms_denied" if "AccessDenied" in code else "kms_disabled", service)
    if code not in _DENIED or not _KMS_SAID.search(message):
        return None
    # Of a denied action KMS says that the key may not exist, either.
    said = "" if (refused_action(message) or "").startswith("kms:") else message
    return _of_key(said, "kms_denied", service)


def _of_key(said: str, otherwise: str, service: str) -> Cause:
    """The state of a key by what is ``said``; ``otherwise`` where that names none."""
    if _KMS_DISABLED.search(said):
        return Cause(errors.ConfigInvalid, "kms_disabled")
    if _KMS_MISSING.search(said):
        return Cause(errors.ConfigInvalid, "kms_missing")
    return Cause(_denied(service) if otherwise == "kms_denied" else errors.ConfigInvalid, otherwise)


def _denied(service: str) -> Kind:
    return errors.S3AccessDenied if service == "s3" else errors.Forbidden


def _throttles_table(code: str, service: str) -> bool:
    return service == "dynamodb" and code != "LimitExceededException"


def _is_dns(error: sdk.EndpointConnectionError) -> bool:
    return any(isinstance(inner, socket.gaierror) for inner in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    while inner := error.__cause__ or error.__context__:
        yield inner
        error = inner


def _status(error: sdk.ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def told(error: Exception) -> str:
    """What AWS or its SDK said, without credentials."""
    if not isinstance(error, sdk.ClientError):
        return f"{type(error).__name__}: {redact(str(error))}"
    return f"{error_code(error)}: {redact(str(error.response.get('Error', {}).get('Message', '')))}"

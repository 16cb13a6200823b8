"""Every error a person can meet, as one tree with one code each.

Words (title, cause, remedy) live in the catalogues of ``pipeline/words``; an error carries the facts for them.

    PipelineError
    ├── AuthFailed          E001   credentials invalid, missing or expired
    ├── RateLimited         E002   AWS or a provider throttles
    ├── DataInvalid         E003   a record or a source file breaks the contract
    ├── S3AccessDenied      E004   no right on the bucket, or no bucket
    ├── DynamoThrottled     E005   the table's capacity is exceeded
    ├── ExternalApiDown     E006   a provider does not answer
    ├── TransformFailed     E007   a record cannot be represented
    ├── TimedOut            E008   too much data for the time limit
    ├── MemoryExceeded      E009   the function ran out of memory
    ├── SchemaMismatch      E010   a document's version or shape is unknown
    ├── FunctionFailed      E011   the function ended with an error
    ├── AlreadyRunning      E012   another run of the table holds the lease
    ├── ConfigInvalid       E013   a setting is missing or malformed
    ├── NotFound            E014   a table, bucket, function or key does not exist
    └── Forbidden           E015   the signed-in person may not do this
"""

from __future__ import annotations

from typing import ClassVar

from pipeline.redaction import redact

# HTTP statuses by which a provider of a source says no; AWS's errors carry none.
_REFUSALS = frozenset(("401", "403", "404", "410"))
# What somebody typed, or pressed too late: the texts of these situations say all that helps.
_MISTAKES = frozenset(
    "search_text place_name place_zone user_name table_name range_order range_early range_late range_long "
    "place_there look_back source_there sources_changed table_has_no_days quality_reason quality_days".split()
)
# Situations whose texts in the reader's language say all that our own English sentence does; what a provider has said
# is shown as it came.
_SAID = _MISTAKES | frozenset(
    "no_place not_set_up google_client not_connected no_refresh_token consent_refused scope_missing state_unknown "
    "state_used state_expired state_of_another".split()
)


def says_all(state: str) -> bool:
    """Whether the texts of a situation leave nothing that only the English sentence tells."""
    return state in _SAID


# One thing mends all that fails of it, whatever was asked for.
_SHARED = frozenset(
    "clock request_expired token_expired not_signed_up unreachable no_answer dns tls boto3 "
    "kms_disabled kms_missing kms_denied".split()
)
_SHARED_CODES = frozenset(("E001", "E002", "E004", "E005", "E006", "E015"))


class PipelineError(Exception):
    """Base of the tree.

    ``message`` is one English sentence for logs and the ledger; ``facts`` fill the placeholders of the catalogue's
    texts (always strings); both are redacted here, whoever wrote them; ``retryable`` says whether trying
    again may help.
    """

    code: ClassVar[str] = "E000"
    slug: ClassVar[str] = "PIPELINE"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, **facts: str) -> None:
        self.message = redact(message)
        super().__init__(self.message)
        self.facts: dict[str, str] = {name: redact(str(fact)) for name, fact in facts.items()}

    @property
    def state(self) -> str:
        """What narrows the code down (``revoked``, ``no_place``…), empty when nothing does."""
        situation = self.facts.get("situation", "")
        return situation or ("provider_refused" if self.facts.get("status") in _REFUSALS else "")

    @property
    def is_mistake(self) -> bool:
        """Whether a person's next entry mends it, with nothing to look up in the lake or a log."""
        return self.facts.get("situation") in _MISTAKES

    @property
    def cause(self) -> tuple[str, ...]:
        """Equal of errors that one and the same thing mends, so that a person is told of them once."""
        if self.state in _SHARED or (not self.state and self.code in _SHARED_CODES):
            return (self.code, self.state, self.facts.get("provider", ""), self.facts.get("role", ""))
        if self.code == "E014" and "resource" in self.facts:
            return (self.code, self.state, self.facts["resource"])
        return (self.code, self.state, self.message)

    def __str__(self) -> str:
        return self.message


class AuthFailed(PipelineError):
    code, slug = "E001", "AUTH_FAILED"


class RateLimited(PipelineError):
    code, slug, retryable = "E002", "RATE_LIMIT", True


class DataInvalid(PipelineError):
    code, slug = "E003", "DATA_VALIDATION"


class S3AccessDenied(PipelineError):
    code, slug = "E004", "S3_ACCESS"


class DynamoThrottled(PipelineError):
    code, slug, retryable = "E005", "DYNAMO_THROTTLE", True


class ExternalApiDown(PipelineError):
    code, slug, retryable = "E006", "EXTERNAL_API", True


class TransformFailed(PipelineError):
    code, slug = "E007", "TRANSFORM_ERROR"


class TimedOut(PipelineError):
    code, slug, retryable = "E008", "TIMEOUT", True


class MemoryExceeded(PipelineError):
    code, slug = "E009", "MEMORY_LIMIT"


class SchemaMismatch(PipelineError):
    code, slug = "E010", "INVALID_SCHEMA"


class FunctionFailed(PipelineError):
    code, slug = "E011", "LAMBDA_FAILED"


class AlreadyRunning(PipelineError):
    """Facts: ``run_id`` of the run that holds the lease, ``table``."""

    code, slug, retryable = "E012", "ALREADY_RUNNING", True


class ConfigInvalid(PipelineError):
    """Facts: ``variable`` and ``looked_in`` (where its value was looked for)."""

    code, slug = "E013", "CONFIG"


class NotFound(PipelineError):
    code, slug = "E014", "NOT_FOUND"


class Forbidden(PipelineError):
    code, slug = "E015", "FORBIDDEN"


ALL_ERRORS: tuple[type[PipelineError], ...] = (
    AuthFailed,
    RateLimited,
    DataInvalid,
    S3AccessDenied,
    DynamoThrottled,
    ExternalApiDown,
    TransformFailed,
    TimedOut,
    MemoryExceeded,
    SchemaMismatch,
    FunctionFailed,
    AlreadyRunning,
    ConfigInvalid,
    NotFound,
    Forbidden,
)

BY_CODE: dict[str, type[PipelineError]] = {error.code: error for error in ALL_ERRORS}

"""What Athena refuses or ends a query with, as an error that a person can act upon, in Athena's own sentence.

Sources: Athena API Reference, "AthenaError"; Athena User Guide, "Troubleshoot issues in Athena"; Trino's error codes
(StandardErrorCode), which its sentences begin with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from pipeline.aws import error_code, refused_action, translate
from pipeline.errors import (
    ConfigInvalid,
    DataInvalid,
    Forbidden,
    FunctionFailed,
    MemoryExceeded,
    PipelineError,
    RateLimited,
    TimedOut,
)
from pipeline.redaction import redact

_ENVIRONMENT = ".env.local, environment"
# By what stands before the first colon.
_SITUATIONS = {
    "SYNTAX_ERROR": "sql_syntax",
    "MISSING_EXPRESSION_ALIAS": "sql_syntax",
    "TABLE_NOT_FOUND": "sql_unknown",
    "COLUMN_NOT_FOUND": "sql_unknown",
    "FUNCTION_NOT_FOUND": "sql_unknown",
    "SCHEMA_NOT_FOUND": "sql_unknown",
    "CATALOG_NOT_FOUND": "sql_unknown",
    "TYPE_MISMATCH": "sql_meaning",
    "TYPE_NOT_FOUND": "sql_meaning",
    "AMBIGUOUS_NAME": "sql_meaning",
    "DUPLICATE_COLUMN_NAME": "sql_meaning",
    "DUPLICATE_NAMED_QUERY": "sql_meaning",
    "MISMATCHED_COLUMN_ALIASES": "sql_meaning",
    "EXPRESSION_NOT_AGGREGATE": "sql_meaning",
    "EXPRESSION_NOT_SCALAR": "sql_meaning",
    "MISSING_GROUP_BY": "sql_meaning",
    "NESTED_AGGREGATION": "sql_meaning",
    "NOT_SUPPORTED": "sql_meaning",
    "INVALID_CAST_ARGUMENT": "sql_value",
    "INVALID_FUNCTION_ARGUMENT": "sql_value",
    "INVALID_LITERAL": "sql_value",
    "INVALID_PARAMETER_USAGE": "sql_value",
    "DIVISION_BY_ZERO": "sql_value",
    "NUMERIC_VALUE_OUT_OF_RANGE": "sql_value",
    "SUBQUERY_MULTIPLE_ROWS": "sql_value",
    "PERMISSION_DENIED": "sql_refused",
}
# In Athena's own sentences, which have no code before them; the first that fits.
_SAID: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"bytes scanned limit", re.I), "sql_bytes"),
    (re.compile(r"exhausted resources|exceeded.*memory limit|EXCEEDED_\w*MEMORY", re.I), "sql_memory"),
    (re.compile(r"query timeout|exceeded the time limit|timed out|EXCEEDED_TIME_LIMIT", re.I), "sql_time"),
    (re.compile(r"rate exceeded|too many requests|SlowDown|throttl", re.I), "query_line"),
    (re.compile(r"not authorized to perform|access ?denied|insufficient (lake formation )?permission", re.I), "denied"),
    # A sum of whole numbers ends at 64 bits at Athena, which is a value like any other that does not fit.
    (re.compile(r"decimal( overflow|\(38)", re.I), "sql_digits"),
    (re.compile(r"mismatched input|no viable alternative|extraneous input|Queries of this type", re.I), "sql_syntax"),
    (re.compile(r"does not exist|cannot be resolved|not registered", re.I), "sql_unknown"),
    (re.compile(r"cannot (cast|convert)|division by zero", re.I), "sql_value"),
)
_CODE = re.compile(r"(?P<code>[A-Z][A-Z_]{3,60}): *(?P<rest>.*)", re.DOTALL)
_PLACE = re.compile(r"\bline (?P<line>\d+):\d+:? *")
_BESIDE = re.compile(
    r"\s*(This query ran against the|You may need to manually clean|If a data manifest file).*", re.DOTALL
)
_KINDS: dict[str, type[PipelineError]] = {
    "sql_memory": MemoryExceeded,
    "sql_time": TimedOut,
    "query_line": RateLimited,
    "sql_ended": FunctionFailed,
}


def of_end(status: Mapping[str, Any], workgroup: str) -> PipelineError:
    """Why an execution FAILED, or was CANCELLED by somebody else than its person."""
    reason = redact(str(status.get("StateChangeReason") or ""))
    return of_sentence(reason or f"Athena ended the query ({status.get('State')})", workgroup)


def of_sentence(sentence: str, workgroup: str) -> PipelineError:
    """The error of what Athena says of a query."""
    coded = _CODE.match(sentence)
    situation = _said(sentence) or (coded and _SITUATIONS.get(coded["code"])) or "sql_ended"
    place = _PLACE.search(sentence)
    told = _BESIDE.sub("", _PLACE.sub("", coded["rest"] if coded else sentence))
    told = " ".join(told.split())[:1000] or sentence[:1000]
    if situation == "denied":
        action = refused_action(sentence)
        named = {"action": action} if action else {}
        return Forbidden(f"athena: {told}", resource=f"workgroup/{workgroup}", **named)
    line = {"line": place["line"]} if place else {}
    text = f"line {place['line']}: {told}" if place else told
    return _KINDS.get(situation, DataInvalid)(text, situation=situation, **line)


def of_refusal(error: ClientError, workgroup: str) -> PipelineError:
    """Why Athena did not start a query."""
    code, message = error_code(error), str(error.response.get("Error", {}).get("Message", ""))
    if code == "TooManyRequestsException":
        return RateLimited(f"Athena has too many queries of this account: {redact(message)}", situation="query_line")
    if code != "InvalidRequestException":
        return translate(error, "athena:StartQueryExecution", f"workgroup/{workgroup}")
    if re.search(r"work ?group", message, re.I):
        text = f"Athena's workgroup {workgroup}: {redact(message)}"
        return ConfigInvalid(
            text, variable="PIPELINE_ATHENA_WORKGROUP", looked_in=_ENVIRONMENT, situation="query_athena"
        )
    if error.response.get("AthenaErrorCode") == "MALFORMED_QUERY" or _PLACE.search(message):
        said = of_sentence(redact(message), workgroup)
        return said if said.state.startswith("sql_") and said.state != "sql_ended" else _unread(message)
    return translate(error, "athena:StartQueryExecution", f"workgroup/{workgroup}")


def _unread(message: str) -> DataInvalid:
    return DataInvalid(" ".join(redact(message).split())[:1000], situation="sql_syntax")


def _said(sentence: str) -> str | None:
    coded = _CODE.match(sentence)
    if coded and coded["code"] in _SITUATIONS and coded["code"] != "NUMERIC_VALUE_OUT_OF_RANGE":
        return None
    return next((situation for pattern, situation in _SAID if pattern.search(sentence)), None)

"""pipeline.analysis.query.athena.faults: Athena's sentences become errors with a cause and a remedy."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipeline.analysis.query.athena.faults import of_end, of_refusal
from pipeline.errors import ConfigInvalid, DataInvalid, Forbidden, MemoryExceeded, PipelineError, RateLimited, TimedOut
from pipeline.words.catalogue import catalogue

OUT = "Query exhausted resources at this scale factor."
DENIED = "is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::lake/athena-results/x.csv"


def end(reason: str, state: str = "FAILED") -> PipelineError:
    return of_end({"State": state, "StateChangeReason": reason}, "wg")


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("SYNTAX_ERROR: line 1:8: Column 'x' must be an aggregate expression", "sql_syntax"),
        ("line 1:15: mismatched input 'fromm'. Expecting: '%', <EOF>", "sql_syntax"),
        ("TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.db.x' does not exist", "sql_unknown"),
        ("COLUMN_NOT_FOUND: line 2:5: Column 'b' cannot be resolved or requester is not authorized", "sql_unknown"),
        ("FUNCTION_NOT_FOUND: line 1:8: Function 'f' not registered", "sql_unknown"),
        ("TYPE_MISMATCH: line 1:30: Cannot apply operator: date >= varchar(10)", "sql_meaning"),
        ("INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT", "sql_value"),
        ("DIVISION_BY_ZERO: Division by zero", "sql_value"),
        ("NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow", "sql_digits"),
        ("NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow: 9223372036854775807 + 1", "sql_value"),
        ("HIVE_BAD_DATA: Malformed Parquet file", "sql_ended"),
        ("GENERIC_INTERNAL_ERROR: null", "sql_ended"),
        ("", "sql_ended"),
    ],
)
def test_what_the_author_can_mend_is_told_as_such(reason: str, state: str) -> None:
    assert end(reason).state == state


@pytest.mark.parametrize(
    ("reason", "kind", "state"),
    [
        (OUT, MemoryExceeded, "sql_memory"),
        ("Query timeout", TimedOut, "sql_time"),
        ("Rate exceeded", RateLimited, "query_line"),
    ],
)
def test_what_ran_out_is_told_by_its_kind(reason: str, kind: type[PipelineError], state: str) -> None:
    assert isinstance(end(reason), kind) and end(reason).state == state


@pytest.mark.parametrize("state", ["CANCELLED", "FAILED"])
def test_the_workgroup_s_limit_is_told_whichever_way_athena_ends_it(state: str) -> None:
    assert end("Bytes scanned limit was exceeded", state).state == "sql_bytes"


def test_a_right_that_lacks_is_told_with_its_action() -> None:
    found = end(f"User: arn:aws:sts::123456789012:assumed-role/x/y {DENIED}")
    assert isinstance(found, Forbidden) and found.facts["action"] == "s3:PutObject"
    unnamed = end("Access Denied (Service: Amazon S3; Status Code: 403)")
    assert isinstance(unnamed, Forbidden) and "action" not in unnamed.facts


def test_the_sentence_is_athena_s_own_without_what_stands_beside_it() -> None:
    beside = 'This query ran against the "db" database, unless qualified by the query. Please post the error message'
    found = end(f"SYNTAX_ERROR: line 3:8: Column 'x'\n is none. {beside}")
    assert (found.message, found.facts["line"]) == ("line 3: Column 'x' is none.", "3")


def refusal(code: str, message: str, **more: Any) -> PipelineError:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}, **more}
    return of_refusal(ClientError(response, "StartQueryExecution"), "wg")


def test_a_text_that_is_no_sql_is_told_before_it_starts() -> None:
    found = refusal("InvalidRequestException", "line 1:1: mismatched input 'x'", AthenaErrorCode="MALFORMED_QUERY")
    assert (type(found), found.state, found.facts["line"]) == (DataInvalid, "sql_syntax", "1")
    other = refusal("InvalidRequestException", "Only one sql statement is allowed", AthenaErrorCode="MALFORMED_QUERY")
    assert (type(other), other.state) == (DataInvalid, "sql_syntax")


def test_a_workgroup_that_is_none_is_a_setting() -> None:
    found = refusal("InvalidRequestException", "WorkGroup wg is not found.")
    assert isinstance(found, ConfigInvalid) and found.facts["variable"] == "PIPELINE_ATHENA_WORKGROUP"


def test_too_many_queries_of_an_account_are_a_line() -> None:
    found = refusal("TooManyRequestsException", "You have exceeded the limit for the number of queries")
    assert isinstance(found, RateLimited) and found.state == "query_line"


def test_a_start_that_is_not_allowed_names_the_action() -> None:
    found = refusal("AccessDeniedException", "User x is not authorized to perform: athena:StartQueryExecution on y")
    assert isinstance(found, Forbidden) and found.facts["action"] == "athena:StartQueryExecution"


def test_another_refusal_is_what_every_service_s_is() -> None:
    assert refusal("InvalidRequestException", "Idempotent parameters do not match").state == "not_accepted"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("state", ["sql_bytes", "query_catalogue", "query_athena", "sql_with_name", "sql_long_athena"])
def test_each_situation_has_words(language: Any, state: str) -> None:
    assert f"situations.{state}.remedy" in catalogue(language)

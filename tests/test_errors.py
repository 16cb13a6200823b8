"""pipeline.errors: one tree, one code each, drawn in its docstring."""

from __future__ import annotations

import pickle

import pytest

from pipeline import errors

CODES = {
    "E001": "AUTH_FAILED",
    "E002": "RATE_LIMIT",
    "E003": "DATA_VALIDATION",
    "E004": "S3_ACCESS",
    "E005": "DYNAMO_THROTTLE",
    "E006": "EXTERNAL_API",
    "E007": "TRANSFORM_ERROR",
    "E008": "TIMEOUT",
    "E009": "MEMORY_LIMIT",
    "E010": "INVALID_SCHEMA",
    "E011": "LAMBDA_FAILED",
    "E012": "ALREADY_RUNNING",
    "E013": "CONFIG",
    "E014": "NOT_FOUND",
    "E015": "FORBIDDEN",
}


def test_the_codes_are_those_of_the_specification() -> None:
    assert {error.code: error.slug for error in errors.ALL_ERRORS} == CODES


def test_every_subclass_is_in_the_list() -> None:
    assert set(errors.PipelineError.__subclasses__()) == set(errors.ALL_ERRORS)


@pytest.mark.parametrize("error", errors.ALL_ERRORS)
def test_the_docstring_draws_every_error(error: type[errors.PipelineError]) -> None:
    assert f"{error.__name__}" in (errors.__doc__ or "")
    assert error.code in (errors.__doc__ or "")


def test_an_error_survives_pickling_with_its_facts() -> None:
    error = pickle.loads(pickle.dumps(errors.NotFound("no table", resource="t")))  # noqa: S301 - our own bytes
    assert (error.message, error.facts, error.code) == ("no table", {"resource": "t"}, "E014")

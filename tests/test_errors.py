"""pipeline.errors: one tree, one code each, drawn in its docstring."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator

import pytest

from pipeline import errors
from pipeline.words.catalogue import LANGUAGES, catalogue
from tests.support.places import ROOT

NODES = [
    node
    for folder in ("pipeline", "pages")
    for path in sorted((ROOT / folder).rglob("*.py"))
    for node in ast.walk(ast.parse(path.read_text("utf-8")))
]

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


def situations() -> Iterator[str]:
    """What the code gives as an error's situation, where it is a text."""
    for node in NODES:
        pairs = [(node.arg, node.value)] if isinstance(node, ast.keyword) else []
        if isinstance(node, ast.Dict):
            named = zip(node.keys, node.values, strict=True)
            pairs = [(key.value, value) for key, value in named if isinstance(key, ast.Constant)]
        yield from (
            value.value
            for name, value in pairs
            if name == "situation" and isinstance(value, ast.Constant) and isinstance(value.value, str)
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_situation_has_its_words(language: str) -> None:
    named = set(situations())
    assert len(named) > 15
    wanted = {f"situations.{name}.{part}" for name in named for part in ("title", "remedy")}
    assert wanted - catalogue(language).keys() == set()


def test_no_words_are_of_a_situation_that_cannot_be() -> None:
    texts = {node.value for node in NODES if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    spoken = {key.split(".")[1] for key in catalogue("en") if key.startswith("situations.")}
    assert spoken - texts == set()


def test_a_range_of_days_for_a_table_is_a_mistake_that_the_next_entry_mends() -> None:
    assert errors.DataInvalid("x", situation="table_has_no_days").is_mistake
    assert not errors.DataInvalid("x", situation="sources_unheard_of").is_mistake

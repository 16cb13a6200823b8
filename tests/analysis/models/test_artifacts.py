"""pipeline.analysis.models.artifacts: what is no artifact is refused, with what was expected and what was found."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.analysis.models import artifacts
from pipeline.analysis.models.artifacts import MOST_BRACKETS, MOST_BYTES, decoded
from pipeline.errors import SchemaMismatch
from pipeline.lake.dbt_keys import Artifact
from tests.analysis.models.shop import body, golden, schema


def refused(given: bytes, artifact: Artifact = "manifest") -> SchemaMismatch:
    with pytest.raises(SchemaMismatch) as caught:
        decoded(given, artifact)
    assert caught.value.state == "dbt_artifact"
    return caught.value


@pytest.mark.parametrize(
    "given", [b"", b"{", golden("manifest-v12")[:-9], b"\xff\xfe", b"NaN", b"[" * 5000, b"\x1f\x8b"]
)
def test_what_is_no_json_is_refused(given: bytes) -> None:
    assert refused(given).facts["expected"] == "JSON"


@pytest.mark.parametrize("given", [b"[]", b"1", b'"manifest"', b"null"])
def test_what_is_no_object_is_refused(given: bytes) -> None:
    assert refused(given).facts["expected"] == "a JSON object"


@pytest.mark.parametrize(
    "said",
    [
        "https://schemas.getdbt.com/dbt/manifest/v0.json",
        "https://schemas.getdbt.com/dbt/manifest/v13.json",
        "https://schemas.getdbt.com/dbt/manifest/v99999.json",
        "https://schemas.getdbt.com/dbt/run-results/v6.json",
        "https://schemas.getdbt.com/dbt/catalog/v1.json",
        "manifest v12",
        "v" * 10**6,
        12,
        None,
    ],
)
def test_another_schema_is_refused_and_named(said: Any) -> None:
    error = refused(body({"metadata": {"dbt_schema_version": said}}))
    assert error.facts["expected"] == "dbt's schema manifest v1 to v12, or Fusion's v20"
    assert error.facts["found"] and len(error.facts["found"]) <= 200


def test_a_foreign_json_is_refused() -> None:
    assert refused(b'{"export_metadata": {}, "data": []}').facts["found"] == "no dbt_schema_version"


def test_more_bytes_than_the_bound_are_refused_before_they_are_parsed() -> None:
    error = refused(b" " * (MOST_BYTES["sources"] + 1), "sources")
    assert error.facts["found"] == "8,388,609 bytes"


def test_values_that_would_fill_the_memory_are_refused_before_they_are_parsed() -> None:
    assert refused(b"[" * (MOST_BRACKETS + 1)).facts["found"] == "more"


def test_what_is_nested_too_deep_is_refused() -> None:
    deep = b'{"metadata": %s, "nodes": %s1%s}' % (body(schema("manifest", 12)), b"[" * 200, b"]" * 200)
    assert refused(deep).facts["found"] == "deeper nesting"


def test_macros_arguments_and_whatever_is_not_read_are_let_go() -> None:
    sections, version = decoded(golden("manifest-v12"), "manifest")
    assert version == 12 and set(sections) <= artifacts.SECTIONS["manifest"]
    assert "macros" not in sections and "docs" not in sections

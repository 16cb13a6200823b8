"""pipeline.lake.dbt_keys: every key is read back as what it was made of, and nothing else is read."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DataInvalid
from pipeline.lake.dbt_keys import Artifact, DbtKey, dbt_key, dbt_run_key, parse_dbt_key, project_prefix

PROJECTS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", fullmatch=True)
INVOCATIONS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", fullmatch=True)
DAYS = st.dates(date(1970, 1, 1), date(8999, 12, 31))
ARTIFACTS = st.sampled_from(get_args(Artifact))


@given(PROJECTS, ARTIFACTS)
def test_a_flat_key_is_read_back(project: str, artifact: Artifact) -> None:
    assert parse_dbt_key(dbt_key(project, artifact)) == DbtKey(project, artifact)


@given(PROJECTS, DAYS, INVOCATIONS, ARTIFACTS)
def test_a_run_s_key_is_read_back(project: str, day: date, invocation: str, artifact: Artifact) -> None:
    key = dbt_run_key(project, day, invocation, artifact)
    assert parse_dbt_key(key) == DbtKey(project, artifact, day, invocation)


@pytest.mark.parametrize(
    "key",
    [
        "metadata/dbt/manifest.json",
        "metadata/dbt/shop/catalog.json",
        "metadata/dbt/shop/manifest.json.gz",
        "metadata/dbt/shop/dt=2026-02-30/a/manifest.json",
        "metadata/dbt/shop/dt=2026-02-01/manifest.json",
        "metadata/dbt/shop/dt=2026-02-01/../manifest.json",
        "metadata/dbt/../manifest.json",
        "metadata/dbt/shop/compiled/manifest.json",
        "metadata/dbt/shop/manifest.json\n",
    ],
)
def test_another_key_is_none(key: str) -> None:
    assert parse_dbt_key(key) is None


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "dt=2026-01-01", "a" * 101, "店", "a\n", "-a"])
def test_what_no_project_is_called_makes_no_key(name: str) -> None:
    with pytest.raises(DataInvalid) as caught:
        project_prefix(name)
    assert caught.value.state == "dbt_project"

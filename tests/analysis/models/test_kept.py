"""pipeline.analysis.models.kept: a version of an artifact is read once, and nothing is kept beyond its bound."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.analysis.models.kept import Kept
from pipeline.analysis.models.projects import Projects
from pipeline.errors import SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.lake.dbt_keys import dbt_key
from tests.analysis.models.shop import golden

NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)


@pytest.fixture
def fetched(lake: Lake) -> list[str]:
    """The keys whose bytes are asked for, in order."""
    keys: list[str] = []

    def note(params: dict[str, Any], **more: Any) -> None:
        keys.append(params["Key"])

    lake.s3.meta.events.register("before-parameter-build.s3.GetObject", note)
    return keys


def put(lake: Lake, name: str, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=dbt_key("shop", name), Body=body)  # type: ignore[arg-type]


def projects(lake: Lake) -> Projects:
    put(lake, "manifest", golden("manifest-v12"))
    put(lake, "run_results", golden("run_results-v6"))
    put(lake, "sources", golden("sources-v3"))
    return Projects(lake, lambda: NOW)


def test_what_was_read_once_is_not_fetched_again(lake: Lake, fetched: list[str]) -> None:
    shop = projects(lake)
    first = shop.judged("shop")
    assert fetched
    fetched.clear()
    assert shop.judged("shop") is first and fetched == []


def test_a_new_version_is_read(lake: Lake) -> None:
    shop = projects(lake)
    before = shop.judged("shop")
    put(lake, "manifest", golden("manifest-v11"))
    after = shop.judged("shop")
    assert (before.project.version, after.project.version) == (12, 11)


def test_what_cannot_be_read_is_tried_again(lake: Lake) -> None:
    shop = projects(lake)
    put(lake, "manifest", b"{")
    for _ in range(2):
        with pytest.raises(SchemaMismatch):
            shop.judged("shop")
    put(lake, "manifest", golden("manifest-v12"))
    assert shop.judged("shop").project.version == 12


def test_what_was_asked_longest_ago_goes_first_and_what_is_too_large_is_not_kept() -> None:
    kept, read = Kept(most=10), []

    def ask(name: str, size: int) -> str:
        return kept.of(name, size, lambda: read.append(name) or name)

    for name, size in (("a", 6), ("b", 4), ("a", 6), ("c", 4), ("b", 4), ("huge", 11), ("huge", 11)):
        assert ask(name, size) == name
    assert read == ["a", "b", "c", "b", "huge", "huge"]

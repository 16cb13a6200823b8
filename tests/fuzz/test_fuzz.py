"""Any bytes, in any door: an answer or one of our errors, never a traceback, never a key outside the lake.

hypothesis invents structure, atheris follows coverage; ``python -m tests.fuzz.run TARGET`` goes on for 20 minutes.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pages.ui import reads
from tests.fuzz.targets import TARGETS, run
from tests.pages.conftest import PAGE, opened
from tests.support.places import ROOT
from tests.support.quick import examples

SEEDS = Path(__file__).parent / "seeds"
RUNS = 2000
NAMES = (
    "runId tableName mode incrementalDays hop trigger scheduleArn scheduledTime look source time resources key files"
)
FIELDS = st.sampled_from(f"{NAMES} error day started_at status part_sizes exports export_metadata data".split())
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["../x", "%2f", "\0"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS | st.text(), inner, max_size=4)
)
OBJECTS = st.dictionaries(FIELDS | st.text(), VALUES, max_size=8)
BYTES = st.binary(max_size=2000) | (VALUES | OBJECTS).map(lambda value: json.dumps(value).encode())


@pytest.fixture(scope="module")
def embedded_page() -> Iterator[None]:
    """The page on the demo, the same one for every example."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in PAGE.items():
            environment.setenv(name, value)
        reads.forget_app()
        yield
    reads.forget_app()


@pytest.mark.parametrize("name", sorted(TARGETS))
@settings(max_examples=examples(100), derandomize=True)
@given(data=BYTES)
@example(data=b"[" * 100_000)
@example(data=b'{"export_metadata": ' + b'{"a":' * 50_000)
@example(data=b"raw/internal/dynamodb-exports/dt=2026-11-24/../t-1.json")
def test_any_bytes_give_an_answer_or_one_of_our_errors(name: str, data: bytes) -> None:
    run(TARGETS[name], data)


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine")
@pytest.mark.parametrize("name", sorted(TARGETS))
def test_coverage_guided_bytes_find_nothing(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.run", name, "--runs", str(RUNS)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


@settings(max_examples=examples(12), derandomize=True)
@given(
    values=st.dictionaries(
        st.sampled_from(["lang", "tab", "table", "status", "days", "sort", "run", "code", "state"]),
        st.sampled_from(["", "ja", "../../etc/passwd", "<b>x</b>", "%2e%2e%2f", "9" * 40, "-1", "history", "\0"])
        | st.text(max_size=40),
        max_size=5,
    )
)
def test_any_query_string_shows_the_page(embedded_page: None, values: dict[str, str]) -> None:
    page = opened(**{"language": values.pop("lang", "ja"), "tab": values.pop("tab", "status"), **values})
    assert not page.exception
    assert page.title[0].value in {"データパイプライン管理", "Data pipeline"}


@pytest.mark.parametrize("path", sorted(SEEDS.rglob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_once_stays_mended(path: Path) -> None:
    run(TARGETS[path.parent.name], path.read_bytes())

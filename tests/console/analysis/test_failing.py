"""pipeline.console.analysis.failing: rows of a test as a build has kept them, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.console.analysis.failing import MOST_FAILING, FailingRows, failing_rows
from pipeline.errors import SchemaMismatch


def test_rows_are_texts() -> None:
    kept = {"test.p.t": {"columns": ["id", "n"], "rows": [["<b>", None], ["x", 7]]}, "test.p.u": {}}
    assert failing_rows(kept, "test.p.t") == FailingRows(("id", "n"), (("<b>", None), ("x", "7")))


def test_a_test_without_rows_has_none() -> None:
    assert failing_rows({}, "test.p.t") == FailingRows()


def test_never_more_than_twenty_are_shown() -> None:
    kept = {"t": {"columns": ["id"], "rows": [[str(at)] for at in range(100)]}}
    assert len(failing_rows(kept, "t").rows) == MOST_FAILING


@pytest.mark.parametrize("raw", [7, [], {"columns": ["a"]}, {"columns": ["a"], "rows": [["1", "2"]]}, {"columns": 3}])
def test_what_is_no_rows_is_named(raw: Any) -> None:
    with pytest.raises(SchemaMismatch, match="test.p.t"):
        failing_rows({"test.p.t": raw}, "test.p.t")

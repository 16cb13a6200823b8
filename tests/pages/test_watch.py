"""pages.ui.watch: the end of a run is told once, with an address that leads to what it was."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def ended(table: str) -> None:
    """A session that saw a run going, and then its end."""
    from dataclasses import replace  # noqa: PLC0415 - what runs is this function's text alone
    from datetime import UTC, datetime  # noqa: PLC0415

    from pages.ui import watch  # noqa: PLC0415
    from pipeline.runs.run import Run  # noqa: PLC0415
    from pipeline.words.catalogue import Words  # noqa: PLC0415

    now = datetime(2026, 12, 1, tzinfo=UTC)
    run = Run("r-1", table, now.date(), now, now)
    watch.tell_ended(Words("en"), [run], now)
    watch.tell_ended(Words("en"), [replace(run, status="succeeded", finished_at=now)], now)
    watch.tell_ended(Words("en"), [replace(run, status="succeeded", finished_at=now)], now)


@pytest.mark.parametrize(
    ("table", "named", "address"),
    [
        ("pipeline.report.weekly-exports", "weekly", "(reports?report=weekly-exports&run=r-1&lang=en)"),
        ("my-table", "my", "(pipeline?tab=history&table=my-table&run=r-1&lang=en)"),
    ],
)
def test_the_end_of_a_run_leads_to_where_it_is_shown(table: str, named: str, address: str) -> None:
    page = AppTest.from_function(ended, args=(table,)).run()
    assert not page.exception
    (told,) = [toast.value for toast in page.toast]
    assert named in told and "pipeline.report" not in told and told.endswith(address)

"""pipeline.analysis.reports.blocks.history: a row a run, counts that add up, a chart where there is one to see."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from pipeline.analysis.reports.blocks.history import history
from pipeline.analysis.reports.document import Chart, Facts, Table
from pipeline.analysis.reports.forms.markdown import markdown
from pipeline.analysis.reports.shown import Shown
from pipeline.runs.run import Run
from tests.support.reports.documents import document
from tests.support.reports.exports import AT, past, run, week

SHOWN = Shown(document())


def facts(*runs: Run) -> dict[str, object]:
    (found,) = [part for part in history(past(runs), SHOWN) if isinstance(part, Facts)]
    return dict(found.rows)


def charts(*runs: Run) -> list[Chart]:
    return [part for part in history(past(runs), SHOWN) if isinstance(part, Chart)]


def table(*runs: Run) -> Table:
    (found,) = [part for part in history(past(runs), SHOWN) if isinstance(part, Table)]
    return found


def test_every_run_has_a_row_and_is_counted_once() -> None:
    told = facts(*week())
    assert len(table(*week()).rows) == told.pop("実行") == len(week())
    assert sum(Counter(told).values()) == len(week())  # type: ignore[arg-type]


def test_a_lost_run_counts_as_failed_and_a_going_one_as_neither() -> None:
    lost = run(28, status="running", finished_at=None, updated_at=AT - timedelta(hours=30))
    going = run(29, status="running", finished_at=None, started_at=AT, updated_at=AT)
    assert facts(lost, going) == {"実行": 2, "成功": 0, "失敗・中断": 1, "実行中": 1}


def test_what_was_counted_before_a_run_failed_is_no_result() -> None:
    failed = run(28, status="failed", records=12, bytes=34)
    assert table(failed).rows[0][5:7] == (None, None)


def test_a_document_without_an_entry_has_its_day_and_no_trigger() -> None:
    row = table(run(28, legacy=True)).rows[0]
    assert (row[0], row[3]) == (run(28).day, "—")


@pytest.mark.parametrize(("days", "drawn"), [(2, 0), (3, 1)])
def test_a_chart_needs_three_days(days: int, drawn: int) -> None:
    assert len(charts(*(run(29 - back) for back in range(days)))) == drawn


def test_a_failed_day_is_a_gap_and_each_days_newest_export_counts() -> None:
    newer = run(28, run_id="again", records=9_999, started_at=run(28).started_at + timedelta(hours=1))
    (chart,) = charts(newer, run(28), run(27, status="failed"), run(26), run(25))
    assert chart.series[0].values == (None, None, 1225.0, 1226.0, None, 9999.0, None)


def test_what_aws_has_said_stays_out() -> None:
    assert "secret words" not in markdown(document(*history(past(), SHOWN))).decode()

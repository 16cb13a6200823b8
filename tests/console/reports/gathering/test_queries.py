"""pipeline.console.reports.gathering.queries: SQL with the report's parameters, bound, of versions that are pinned."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.access import Person
from pipeline.analysis.query.engines import Engines
from pipeline.analysis.query.face import Engine, Query, Result, Watch
from pipeline.analysis.query.process import Limits
from pipeline.analysis.query.server import ServerEngine
from pipeline.analysis.reports.definitions.definition import ChartOfQuery, FreeText, Period, TableOfQuery
from pipeline.analysis.reports.document import Heading, Paragraph
from pipeline.aws import Cloud
from pipeline.console.app import App
from pipeline.console.reports.gathering.queries import BOUNDS
from pipeline.errors import Forbidden, FunctionFailed
from pipeline.lake.bucket import Lake
from pipeline.lake.keys import table_day_key
from pipeline.tables.manifest import Manifest
from tests.support.lakes.insights import lives
from tests.support.lakes.marts import publish_mart, publish_wellness
from tests.support.lakes.tables import make_day
from tests.support.reports.desk import (
    NOW,
    TABLE,
    TODAY,
    again,
    app_of,
    charts,
    gathered,
    report,
    same_bytes,
    states,
    tables,
    texts,
)

DAY = TODAY - timedelta(days=1)
NOTES = {"note": pa.table({"who": ["a", 'it\'s "me"; --', "{{from}}"], "n": pa.array([1, 2, 3], pa.int64())})}
SLOW = "SELECT count(*) FROM range(100000) a, range(100000) b, range(100000) c WHERE a.range + b.range < c.range"
MINE = "SELECT n FROM note WHERE who = {{person}}"


@pytest.fixture
def app(cloud: Cloud, lake: Lake, tmp_path: Path) -> App:
    return app_of(cloud, lake, tmp_path)


def test_person_and_days_are_bound_and_told_beside_the_sql(app: App, lake: Lake) -> None:
    make_day(lake, TABLE, NOTES, DAY)
    sql = "SELECT {{person}} AS who, {{from}} AS begun, {{ to }} AS ended, count(*) AS n FROM note"
    made = gathered(app, report(TableOfQuery(sql=sql), person="a"))
    assert [str(cell) for cell in tables(made)[0].rows[0]] == ["a", "2026-11-23", "2026-11-29", "3"]
    (asked,) = made.asked
    assert (asked.block, asked.sql) == (0, sql)
    assert dict(asked.parameters) == {"person": "a", "from": "2026-11-23", "to": "2026-11-29"}


@pytest.mark.parametrize(("person", "rows"), [('it\'s "me"; --', 1), ("{{from}}", 1), ("' OR '1'='1", 0), ("a", 1)])
def test_a_person_is_never_sql(app: App, lake: Lake, person: str, rows: int) -> None:
    make_day(lake, TABLE, NOTES, DAY)
    made = gathered(app, report(TableOfQuery(sql=MINE), person=person))
    assert not made.failed and len(tables(made)[0].rows) == rows


def test_a_block_about_a_person_fails_where_the_report_has_none(app: App, lake: Lake) -> None:
    make_day(lake, TABLE, NOTES, DAY)
    assert states(gathered(app, report(TableOfQuery(sql=MINE)))) == ["report_no_person"]


@pytest.mark.parametrize(
    ("sql", "state"),
    [
        ("SELEC 1", "sql_syntax"),
        ("SELECT nothing FROM note", "sql_unknown"),
        ("SELECT * FROM no_such_table", "sql_unknown"),
        ("SELECT * FROM mart_of_mine", "report_mart_missing"),
        ("SELECT {{who}}", "sql_parameter_missing"),
        ("SELECT '{{person}}'", "sql_parameter_quoted"),
        ("DROP TABLE note", "sql_not_select"),
        ("SELECT 1; SELECT 2", "sql_several"),
        ("SELECT * FROM read_csv('/etc/passwd')", "sql_refused"),
    ],
)
def test_sql_that_fails_is_told_in_its_place_and_the_next_block_stands(
    app: App, lake: Lake, sql: str, state: str
) -> None:
    make_day(lake, TABLE, NOTES, DAY)
    made = gathered(app, report(TableOfQuery(sql=sql), FreeText(text="後"), person="a"))
    assert [(one.block, one.kind, one.error.state) for one in made.failed] == [(0, "table", state)]
    assert [one.tone for one in made.document.parts if isinstance(one, Paragraph)] == ["warning", "plain"]
    assert texts(made)[1] == "後"


def test_a_query_that_takes_too_long_is_ended(app: App, lake: Lake, tmp_path: Path) -> None:
    make_day(lake, TABLE, NOTES, DAY)
    quick = ServerEngine(lake, lambda: tmp_path, 2**27, Limits(seconds=1.0))
    made = gathered(replace(app, engine=Engines({"server": quick})), report(TableOfQuery(sql=SLOW)))
    assert states(made) == ["sql_time"]


class Begun:
    """The engine, which tells when it has begun."""

    def __init__(self, inner: Engine) -> None:
        self.inner, self.has_begun = inner, threading.Event()

    def run(self, query: Query, days: Sequence[Manifest], watch: Watch) -> Result:
        self.has_begun.set()
        return self.inner.run(query, days, watch)


def test_a_report_that_nobody_wants_any_more_ends_its_query(app: App, lake: Lake, tmp_path: Path) -> None:
    begun = Begun(ServerEngine(lake, lambda: tmp_path, 2**27, Limits(seconds=600.0, cpu=600)))
    with pytest.raises(FunctionFailed) as caught:
        gathered(
            replace(app, engine=Engines({"server": begun})), report(TableOfQuery(sql=SLOW)), over=begun.has_begun.is_set
        )
    assert caught.value.state == "report_cancelled"


def test_of_two_million_rows_the_beginning_is_there_and_the_rest_is_told(app: App) -> None:
    made = gathered(app, report(TableOfQuery(sql="SELECT range AS n FROM range(2000000)")))
    assert not made.failed and len(tables(made)[0].rows) == BOUNDS.rows
    assert texts(made) == ["結果が大きいため、途中までを載せています。"]


def test_rows_that_are_long_are_cut_by_their_bytes(app: App) -> None:
    made = gathered(app, report(TableOfQuery(sql="SELECT repeat('あ', 10000) AS a FROM range(1000)")))
    assert not made.failed and len(tables(made)[0].rows) < 100
    assert texts(made) == ["結果が大きいため、途中までを載せています。"]


def test_no_row_is_a_table_without_rows_and_a_chart_without_points(app: App, lake: Lake) -> None:
    make_day(lake, TABLE, NOTES, DAY)
    none = "SELECT n, who FROM note WHERE n > 100"
    made = gathered(app, report(TableOfQuery(sql=none), ChartOfQuery(sql=none, x="who", y=("n",))))
    assert not made.failed and tables(made)[0].rows == () and charts(made)[0].x == ()


def test_a_chart_of_one_point_is_drawn(app: App, lake: Lake) -> None:
    make_day(lake, TABLE, NOTES, DAY)
    made = gathered(app, report(ChartOfQuery(sql=MINE + " LIMIT 1", x="n", y=("n",)), person="a"))
    assert charts(made)[0].series[0].values == (1.0,)
    assert same_bytes(made, made)


def test_a_column_that_a_chart_asks_for_and_the_query_has_not_fails(app: App) -> None:
    made = gathered(app, report(ChartOfQuery(sql="SELECT 1 AS a", x="day", y=("a",))))
    assert states(made) == ["report_column"]


def test_a_text_stands_as_it_was_typed(app: App) -> None:
    made = gathered(app, report(FreeText(text="<b>*a*</b> {{person}}\n=1+1"), FreeText(title="題", text="b")))
    assert texts(made) == ["<b>*a*</b> {{person}}\n=1+1", "b"]
    assert [part.text for part in made.document.parts if isinstance(part, Heading)] == ["題"]


def test_every_file_that_is_read_is_pinned_and_the_manifest_too(app: App, lake: Lake) -> None:
    day = make_day(lake, TABLE, NOTES, DAY)
    pins = {pin.key: pin for pin in gathered(app, report(TableOfQuery(sql="SELECT n FROM note"))).pins}
    assert set(pins) == {table_day_key(TABLE, DAY), day.files[0].key}
    assert pins[day.files[0].key].version_id == day.files[0].version_id


def test_documents_that_are_not_named_are_not_read(app: App, lake: Lake) -> None:
    make_day(lake, TABLE, NOTES, DAY)
    make_day(lake, "other-data", {"thing": NOTES["note"]}, DAY)
    made = gathered(app, report(TableOfQuery(sql="SELECT n FROM thing")))
    assert not made.failed and not any(TABLE in pin.key for pin in made.pins)


def test_tables_of_one_name_are_told_apart_as_the_page_does(app: App, lake: Lake) -> None:
    make_day(lake, TABLE, NOTES, DAY)
    make_day(lake, "other-data", {"note": pa.table({"n": pa.array([70], pa.int64())})}, DAY)
    both = "SELECT (SELECT sum(n) FROM note) AS own, (SELECT sum(n) FROM other_data_note) AS other"
    made = gathered(app, report(TableOfQuery(sql=both)))
    assert not made.failed and [str(cell) for cell in tables(made)[0].rows[0]] == ["6", "70"]
    alone = gathered(app, report(TableOfQuery(sql="SELECT n FROM other_data_note")))
    assert [str(row[0]) for row in tables(alone)[0].rows] == ["70"]


def test_made_again_it_is_of_the_same_versions_whatever_has_come_since(app: App, lake: Lake) -> None:
    make_day(lake, TABLE, NOTES, DAY)
    publish_wellness(lake, list(lives(TODAY, {"akari": 30})), DAY)
    wanted = report(
        TableOfQuery(sql="SELECT sum(n) AS n FROM note"),
        ChartOfQuery(sql="SELECT day, steps FROM mart_daily_wellness ORDER BY day", x="day", y=("steps",)),
    )
    first = gathered(app, wanted)
    make_day(lake, TABLE, {"note": pa.table({"n": pa.array([1000], pa.int64())})}, DAY)
    make_day(lake, TABLE, {"note": pa.table({"n": pa.array([2000], pa.int64())})}, TODAY)
    publish_wellness(lake, list(lives(TODAY, {"akari": 5})), DAY, "build-2")
    newer, second = gathered(app, wanted), again(app, wanted, first)
    assert str(tables(newer)[0].rows[0][0]) == "2000" and len(charts(newer)[0].x) == 5
    assert second == first and same_bytes(first, second)


def test_a_version_that_is_gone_is_named(app: App, lake: Lake) -> None:
    day = make_day(lake, TABLE, NOTES, DAY)
    wanted = report(TableOfQuery(sql="SELECT n FROM note"))
    first = gathered(app, wanted)
    file = day.files[0]
    lake.s3.delete_object(Bucket=lake.bucket, Key=file.key, VersionId=str(file.version_id))
    second = again(app, wanted, first)
    assert states(second) == ["report_version_gone"]
    assert file.key in second.failed[0].error.facts["resource"]


def test_a_manifest_whose_version_is_gone_is_named(app: App, lake: Lake) -> None:
    make_day(lake, TABLE, NOTES, DAY)
    wanted = report(TableOfQuery(sql="SELECT n FROM note"))
    first = gathered(app, wanted)
    key = table_day_key(TABLE, DAY)
    version = next(str(pin.version_id) for pin in first.pins if pin.key == key)
    lake.s3.delete_object(Bucket=lake.bucket, Key=key, VersionId=version)
    assert states(again(app, wanted, first)) == ["report_version_gone"]


def test_without_versions_what_was_written_over_is_told(app: App, lake: Lake) -> None:
    lake.s3.put_bucket_versioning(Bucket=lake.bucket, VersioningConfiguration={"Status": "Suspended"})
    make_day(lake, TABLE, NOTES, DAY)
    wanted = report(TableOfQuery(sql="SELECT n FROM note"))
    first = gathered(app, wanted)
    assert again(app, wanted, first) == first
    make_day(lake, TABLE, {"note": pa.table({"n": pa.array([1000], pa.int64())})}, DAY)
    assert states(again(app, wanted, first)) == ["report_version_changed"]


def test_tables_that_ended_days_ago_are_told(app: App, lake: Lake) -> None:
    make_day(lake, TABLE, NOTES, DAY - timedelta(days=9))
    (told,) = texts(gathered(app, report(TableOfQuery(sql="SELECT n FROM note"))))
    assert TABLE in told and "2026-11-20" in told


def test_a_mart_beside_others_is_found(app: App, lake: Lake) -> None:
    publish_mart(lake, "mart_other", [date(2026, 11, 1)])
    made = gathered(app, report(TableOfQuery(sql="SELECT day FROM mart_other")))
    assert tables(made)[0].rows == ((date(2026, 11, 1),),)


def test_a_fixed_period_gives_its_own_days(app: App) -> None:
    fixed = Period(kind="fixed", first=date(2026, 1, 1), last=date(2026, 1, 31))
    made = gathered(app, report(TableOfQuery(sql="SELECT {{from}} AS a, {{to}} AS b"), period=fixed))
    assert tables(made)[0].rows == (("2026-01-01", "2026-01-31"),)


@pytest.mark.parametrize("role", ["viewer", None])
def test_who_is_no_operator_gathers_nothing(cloud: Cloud, lake: Lake, tmp_path: Path, role: str | None) -> None:
    app = app_of(cloud, lake, tmp_path, Person("v@example.com", verified=True, role=role))  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        gathered(app, report(TableOfQuery(sql="SELECT 1 AS a")))


def test_the_moment_is_the_report_s(app: App) -> None:
    assert gathered(app, report(FreeText(text="a"))).document.made_at == NOW

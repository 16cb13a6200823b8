"""pipeline.cli.query: rows to stdout in the form that is asked for, everything else to stderr."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.analysis.query.kept.saved import SavedQueries
from pipeline.lake.bucket import Lake
from tests.analysis.query.athena.test_engine import Place
from tests.analysis.query.days import TABLES, stored
from tests.cli.test_main import aws, environment, pipeline
from tests.conftest import Clock
from tests.support.places import ROOT

SQL = "select SK, name, null as nothing from user order by SK"


@pytest.fixture
def craft(emulator_url: str, lake: Lake, tmp_path: Path) -> dict[str, str]:
    stored(lake, {**TABLES, "evil": [{"text": "=1+1"}]})
    cache = str(tmp_path / "cache")
    return aws(emulator_url, S3_BUCKET_NAME=lake.bucket, DYNAMODB_TABLE_NAME="craft", PIPELINE_QUERY_CACHE=cache)


def raw(craft: dict[str, str], *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pipeline", "query", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(**craft), input=given, capture_output=True, check=False)


def test_a_table_is_shown_and_what_it_is_of_is_told(craft: dict[str, str]) -> None:
    done = pipeline("query", SQL, **craft)
    assert done.stdout == "SK      name  nothing\nUSER#1  花子  NULL\nUSER#2  太郎  NULL\n"
    assert done.returncode == 0
    assert "2 rows, " in done.stderr and "craft of 2026-11-27 (run run-1)" in done.stderr
    assert '"action":"query"' in done.stderr and "select" not in done.stderr


def test_csv_json_and_parquet_hold_the_same_rows(craft: dict[str, str]) -> None:
    wanted = [{"SK": "USER#1", "name": "花子", "nothing": None}, {"SK": "USER#2", "name": "太郎", "nothing": None}]
    assert json.loads(raw(craft, SQL, "--format", "json").stdout) == wanted
    assert pq.read_table(io.BytesIO(raw(craft, SQL, "--format", "parquet").stdout)).to_pylist() == wanted
    text = raw(craft, SQL, "--format", "csv").stdout.decode("utf-8-sig")
    assert list(csv.DictReader(io.StringIO(text))) == [{**row, "nothing": ""} for row in wanted]


def test_a_csv_runs_no_formula(craft: dict[str, str]) -> None:
    assert raw(craft, "from evil", "--format", "csv").stdout.endswith(b"text\r\n'=1+1\r\n")


def test_sql_comes_from_standard_input_with_parameters(craft: dict[str, str]) -> None:
    sql = "select count(*) as n -- 日本語\nfrom session where minutes >= {{least}} and SK <> {{other}}"
    done = raw(craft, "-", "--param", "least=7400", "--param", "other=x=y'", "--format", "json", given=sql.encode())
    assert json.loads(done.stdout) == [{"n": 4}]
    assert raw(craft, "-", given=b"\xff").returncode == 2


def test_a_result_that_is_cut_says_so(craft: dict[str, str]) -> None:
    done = pipeline("query", "select range from range(20000)", **craft)
    assert len(done.stdout.splitlines()) == 10_001 and "Only the first 10,000 rows" in done.stderr


def test_a_fault_is_told_in_the_reader_s_language(craft: dict[str, str]) -> None:
    done = pipeline("query", "select nothing from session", **craft)
    assert (done.returncode, done.stdout) == (1, "") and "E003" in done.stderr and '"nothing" not found' in done.stderr
    said = pipeline("query", "select nothing from session", **{**craft, "LC_ALL": "ja_JP.UTF-8"}).stderr
    assert "テーブル、列または関数がありません" in said


def test_a_day_without_tables_and_wrong_usage_are_told(craft: dict[str, str]) -> None:
    done = pipeline("query", "select 1", "--day", "2020-01-01", **craft)
    assert (done.returncode, done.stderr.splitlines()[0][:4]) == (1, "E014")
    for wrong in (("--param", "1=2"), ("--engine", "none")):
        assert pipeline("query", "select 1", *wrong, **craft).returncode == 2


def test_what_was_made_for_one_command_is_there_for_the_next(craft: dict[str, str]) -> None:
    for _ in range(2):
        assert pipeline("query", "select 1", **craft).returncode == 0
    (made,) = Path(craft["PIPELINE_QUERY_CACHE"]).glob("*.duckdb")
    assert made.stat().st_size > 0


def test_a_saved_query_runs_by_its_name_with_its_parameters_and_is_listed(craft: dict[str, str], lake: Lake) -> None:
    shelf = SavedQueries(lake, lambda: datetime(2026, 11, 30, tzinfo=UTC))
    made = shelf.save("一人", "select name from user where SK = {{who}}", {"who": "USER#1"}, "a@example.com")
    assert json.loads(raw(craft, "--saved", "一人", "--format", "json").stdout) == [{"name": "花子"}]
    other = raw(craft, "--saved", made.id, "--param", "who=USER#2", "--format", "json")
    assert json.loads(other.stdout) == [{"name": "太郎"}]
    listed = raw(craft, "--list").stdout.decode()
    assert "一人" in listed and made.id in listed and "a@example.com" in listed and "USER#1" not in listed


def test_a_query_that_nobody_saved_is_told_as_one(craft: dict[str, str]) -> None:
    done = pipeline("query", "--saved", "none", **craft)
    assert (done.returncode, done.stdout) == (1, "") and "No such saved query" in done.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("select 1", "--list"), ("select 1", "--saved", "a"), ("--saved", "a", "--list")]
)
def test_one_thing_is_asked_at_a_time(craft: dict[str, str], arguments: tuple[str, ...]) -> None:
    done = raw(craft, *arguments)
    assert done.returncode == 2 and b"give one of SQL" in done.stderr


def test_athena_s_rows_are_shown_with_what_they_cost_before_and_after(
    emulator_url: str, lake: Lake, clock: Clock
) -> None:
    place = Place(emulator_url, lake, clock)
    place.cloud.athena.create_work_group(Name="from-a-command")
    place.queue(("minutes",), ("5",), ("7",))
    given = aws(emulator_url, S3_BUCKET_NAME=lake.bucket, DYNAMODB_TABLE_NAME="things", PIPELINE_ATHENA_USD_PER_TB="7")
    given |= {"PIPELINE_GLUE_DATABASE": place.engine.database, "PIPELINE_ATHENA_WORKGROUP": "from-a-command"}
    sql = "select minutes from task, things__all_records"
    done = pipeline("query", sql, "--engine", "athena", "--day", "2024-02-01", **given)
    assert done.stdout == "minutes\n      5\n      7\n"
    file = place.day.file("task")
    assert file and f"reads at most {file.size:,} bytes of this day: 0.000070 US dollars" in done.stderr
    assert "all days of things__all_records" in done.stderr and "Athena read 0 bytes" in done.stderr
    assert '"detail":"athena: 2024-02-01' in done.stderr and "select" not in done.stderr


def test_athena_is_refused_in_the_demo_and_where_it_is_not_set_up(craft: dict[str, str]) -> None:
    for given, setting in (({}, "PIPELINE_BACKEND"), (craft, "PIPELINE_GLUE_DATABASE")):
        done = pipeline("query", "select 1", "--engine", "athena", **given)
        assert (done.returncode, done.stdout) == (1, "") and "E013" in done.stderr and setting in done.stderr


def test_in_the_demo_tables_are_made_first_for_its_lake_is_new_with_each_command() -> None:
    done = pipeline("query", "select count(*) as n from session", "--format", "csv", PIPELINE_DEMO_SOURCES="off")
    assert done.returncode == 0 and int(done.stdout.splitlines()[1]) > 100

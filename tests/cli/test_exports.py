"""pipeline.cli.exports: several tables with a run each, and the history of one."""

from __future__ import annotations

import json
import re

from tests.cli.test_main import pipeline
from tests.conftest import MakeTable

ITEMS = [{"PK": "a", "SK": "b"}, {"PK": "c", "SK": "d"}]


def test_one_that_fails_keeps_none_of_the_others_back(demo: dict[str, str], make_table: MakeTable) -> None:
    first, last = make_table(ITEMS), make_table([])
    names = ("--table", first, "--table", "not-there", "--table", last, "--table", first)
    done = pipeline("export", *names, **demo)
    rows = [re.split(r" {2,}", line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and [row[0] for row in rows] == ["table", first, "not-there", last]
    assert [row[1:3] for row in rows[1:]] == [["Succeeded", "2"], ["Failed", "-"], ["Succeeded", "0"]]
    assert rows[2][-1] == "E014 Resource not found" and "not-there" in done.stderr
    assert done.stderr.count('"action":"export"') == 3


def test_tables_are_named_by_a_pattern_beside_names(demo: dict[str, str], make_table: MakeTable) -> None:
    one, other = make_table(ITEMS), make_table(ITEMS)
    done = pipeline("export", "--table", one, "--tables", f"{other[:-3]}???", "--json", **demo)
    ends = json.loads(done.stdout)
    assert done.returncode == 0
    assert [(end["tableName"], end["status"], end["itemCount"]) for end in ends] == [
        (one, "succeeded", 2),
        (other, "succeeded", 2),
    ]


def test_a_failure_is_an_object_beside_the_others(demo: dict[str, str], make_table: MakeTable) -> None:
    done = pipeline("export", "--table", "not-there", "--table", make_table(ITEMS), "--json", **demo)
    failed, succeeded = json.loads(done.stdout)
    assert (done.returncode, failed["status"], failed["code"]) == (1, "failed", "E014")
    assert succeeded["runId"] and succeeded["status"] == "succeeded"


def test_a_pattern_that_names_none_starts_nothing(demo: dict[str, str], make_table: MakeTable) -> None:
    done = pipeline("export", "--table", make_table(ITEMS), "--tables", "prod-*", **demo)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("E014 NOT_FOUND: No table is named like this") and '"export"' not in done.stderr


def test_the_demo_has_the_tables_that_are_named() -> None:
    done = pipeline("export", "--table", "prod-a", "--table", "prod-b", "--tables", "prod-*", "--json")
    ends = json.loads(done.stdout)
    assert [(end["tableName"], end["status"]) for end in ends] == [("prod-a", "succeeded"), ("prod-b", "succeeded")]


def test_the_history_of_one_table_is_its_own(demo: dict[str, str], make_table: MakeTable) -> None:
    table = make_table(ITEMS)
    pipeline("export", "--table", table, "--tables", table, **demo)
    runs = json.loads(pipeline("history", "--table", table, "--json", **demo).stdout)
    assert [run["table"] for run in runs] == [table]
    head, row = (re.split(r" {2,}", line) for line in pipeline("history", "--table", table, **demo).stdout.splitlines())
    assert row[head.index("table")] == table and row[head.index("run id")] == runs[0]["run_id"]


def test_a_table_without_runs_has_an_empty_history(demo: dict[str, str]) -> None:
    done = pipeline("history", "--table", "never-seen", "--days", "3", **demo)
    assert (done.returncode, done.stderr) == (0, "no runs in the last 3 days\n")
    assert json.loads(pipeline("history", "--table", "never-seen", "--json", **demo).stdout) == []

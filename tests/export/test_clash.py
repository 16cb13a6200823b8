"""A table with a re-imported export in it (case 07 of the reports) is exported, or refused by name, as set."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.check.content import read_content
from pipeline.documents.documents import Documents
from pipeline.errors import DataInvalid
from pipeline.export import native_files
from pipeline.export.job import Exporter, Options
from pipeline.function import events
from pipeline.function.handler import ExportFunction
from pipeline.jsonlog import JsonLog
from pipeline.runs.request import ExportRequest
from tests.conftest import MakeTable

SILENT = JsonLog("test", None, lambda line: None)
# Case 07, without its text.
REIMPORTED = {"PK": "A $x^2$", "SK": "1", "_exported_at": "2020-01-01T00:00:00Z", "n": 1}
PLAIN = {"PK": "B", "SK": "1", "n": 2}
TWICE = {"PK": "C", "SK": "1", "_exported_at": "2021-01-01T00:00:00Z", "_exported_at_previous": "2020-01-01T00:00:00Z"}


def export(exporter: Exporter, table: str, run_id: str = "r1") -> dict[str, Any]:
    """The body of the answer, and the records by their key."""
    result = exporter.run(ExportRequest(run_id, table), SILENT, lambda: 900.0)
    document = json.loads(b"".join(exporter.lake.stream(result.run.key or "")))
    return events.success_body(result) | {
        "run": result.run,
        "head": document["export_metadata"],
        "records": {record["PK"][0]: record for record in document["data"]},
    }


@pytest.fixture
def exporter(make_function: Callable[[str], ExportFunction]) -> Exporter:
    return make_function("unused-default").exporter


@pytest.fixture
def renaming(exporter: Exporter) -> Exporter:
    return replace(exporter, options=Options(on_clash="rename"))


def test_an_export_that_meets_a_clash_is_refused_by_name(exporter: Exporter, make_table: MakeTable) -> None:
    with pytest.raises(DataInvalid) as caught:
        export(exporter, make_table([PLAIN, REIMPORTED]))
    assert caught.value.state == "own_export_time"
    assert caught.value.facts["record"] == "PK=A $x^2$, SK=1"


def test_a_clash_is_renamed_and_told_where_that_is_set(renaming: Exporter, make_table: MakeTable) -> None:
    body = export(renaming, make_table([PLAIN, REIMPORTED, TWICE]))
    assert (body["itemCount"], body["renamedRecords"], body["head"]["renamed"]) == (3, 2, 2)
    assert any("_exported_at_previous" in warning for warning in body["warnings"])
    times = {name: {k: v for k, v in record.items() if "exported" in k} for name, record in body["records"].items()}
    now = body["head"]["exported_at"]
    assert times == {
        "A": {"_exported_at_previous": "2020-01-01T00:00:00Z", "_exported_at": now},
        "B": {"_exported_at": now},
        "C": {
            "_exported_at_previous": "2020-01-01T00:00:00Z",
            "_exported_at_previous_2": "2021-01-01T00:00:00Z",
            "_exported_at": now,
        },
    }


def test_the_ledger_keeps_how_many_were_renamed(renaming: Exporter, make_table: MakeTable) -> None:
    run = export(renaming, make_table([PLAIN, REIMPORTED]))["run"]
    (kept,) = renaming.ledger.history(run.day, run.day).runs
    assert kept.renamed == 1


def test_nothing_is_told_where_nothing_clashes(renaming: Exporter, make_table: MakeTable) -> None:
    body = export(renaming, make_table([PLAIN]))
    assert not {"renamedRecords", "warnings"} & set(body)
    assert "renamed" not in body["head"]


def test_a_run_that_goes_on_elsewhere_counts_what_both_renamed(renaming: Exporter, make_table: MakeTable) -> None:
    table = make_table([{**REIMPORTED, "PK": f"u{n}", "pad": "x" * 300_000} for n in range(40)])
    handed: list[dict[str, Any]] = []
    first = replace(renaming, carry_on=handed.append, options=Options(segments=1, on_clash="rename"))
    left = [900.0] * 8
    assert first.run(ExportRequest("r1", table), SILENT, lambda: left.pop() if left else 10.0).continues
    run = renaming.run(events.parse_event(handed[0], table, renaming.now()), SILENT, lambda: 900.0).run
    assert (run.records, run.renamed, run.hops) == (40, 40, 1)


def test_check_does_not_call_a_renamed_document_damaged(renaming: Exporter, make_table: MakeTable) -> None:
    run = export(renaming, make_table([PLAIN, REIMPORTED, TWICE]))["run"]
    content = read_content(renaming.lake, run, ("PK", "SK"))
    assert (content.records, content.without_time, content.duplicates) == (3, 0, 0)


def test_a_second_export_of_the_same_records_differs_in_nothing(renaming: Exporter, make_table: MakeTable) -> None:
    table = make_table([PLAIN, REIMPORTED, TWICE])
    before, after = export(renaming, table, "r1")["run"], export(renaming, table, "r2")["run"]
    documents = Documents(renaming.lake, lambda _: ("PK", "SK"))
    assert documents.diff(before, after).empty


def test_the_native_engine_s_records_show_it_in_the_same_way() -> None:
    line = {"Item": {"PK": {"S": "A"}, "_exported_at": {"S": "own"}, "_exported_at_previous": {"S": "older"}}}
    (record,) = native_files.records([json.dumps(line).encode()], "k")
    assert record == {"PK": "A", "_exported_at_previous": "older", "_exported_at_previous_2": "own"}

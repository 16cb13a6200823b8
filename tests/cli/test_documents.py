"""pipeline.cli.documents: downloads that are whole or not there, and what changed between two runs."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.cli.documents import FORMS
from pipeline.lake import keys
from pipeline.lake.bucket import Lake, sha256
from pipeline.lake.document import Head
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.cli.test_main import aws, environment, pipeline
from tests.support.forms.workbooks import sheets
from tests.support.places import ROOT

MEASURED = """
import resource, sys
from pipeline.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(end.code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""
NOW = datetime.now(UTC).replace(microsecond=0)


def records(demo: dict[str, str]) -> list[dict[str, Any]]:
    return list(json.loads(pipeline("download", "latest", "--output", "-", **demo).stdout)["data"])


def audited(told: str) -> list[tuple[str, str, str]]:
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    return [(line["action"], line["target"].split()[-1], line["outcome"]) for line in lines]


def in_workbook(body: bytes) -> list[dict[str, Any]]:
    """The rows of a workbook's first sheet by the keys' column, its first one."""
    cells = sheets(body)[0].cells
    assert cells["A1"] == "PK"
    rows = (re.fullmatch(r"A([0-9]+)", place) for place in cells)
    return [{"PK": cells[row[0]]} for row in rows if row and row[1] != "1"]


def stored(lake: Lake, items: int, filler: int = 10, **changes: Any) -> Run:
    """A run whose document lies in the lake as its entry says, but for the changes."""
    run = Run(f"{NOW:%Y%m%dT%H%M%SZ}-{items:08x}", "films", NOW.date(), NOW, NOW, status="succeeded", finished_at=NOW)
    lines = b",\n".join(b'{"id":%d,"text":"%s","_exported_at":"x"}' % (n, b"a" * filler) for n in range(items))
    body = Head("films", "2024-02-01T12:00:00Z", items).encode() + lines + b"\n]}\n"
    key = keys.export_key("films", run.day)
    answer = lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=body)
    facts = {"version_id": answer["VersionId"], "bytes": len(body), "checksum": sha256(body)}
    run = replace(run, **{"key": key, "records": items, **facts, **changes})
    Ledger(lake).open(run)
    return run


@pytest.fixture
def films(emulator_url: str, bucket: str) -> dict[str, str]:
    return aws(emulator_url, S3_BUCKET_NAME=bucket, DYNAMODB_TABLE_NAME="films")


def test_the_document_comes_as_it_is_with_size_and_checksum_told(demo: dict[str, str], tmp_path: Path) -> None:
    done = pipeline("download", "latest", "--output", str(tmp_path), **demo)
    (file,) = tmp_path.iterdir()
    body = file.read_bytes()
    assert (done.returncode, done.stdout) == (0, "")
    assert f"{file}, {len(body):,} bytes, SHA-256 {hashlib.sha256(body).hexdigest()}\n" in done.stderr
    history = json.loads(pipeline("history", "--json", "--table", demo["DYNAMODB_TABLE_NAME"], **demo).stdout)
    # The demo is shared: what another test has exported of a part of the table is newer, and is no latest export.
    run = next(run for run in history if run["mode"] == "full" and run["status"] == "succeeded")
    assert (len(body), json.loads(body)["export_metadata"]["run_id"]) == (run["bytes"], run["run_id"])
    assert audited(done.stderr) == [("download", "json", "done")]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_every_record_and_is_audited(demo: dict[str, str], tmp_path: Path, form: str) -> None:
    target = tmp_path / "it"
    done = pipeline("download", "latest", "--format", form, "--output", str(target), **demo)
    read = {
        "json": lambda body: json.loads(body)["data"],
        "csv": lambda body: list(csv.DictReader(io.StringIO(body.decode("utf-8-sig")))),
        "parquet": lambda body: pd.read_parquet(io.BytesIO(body)).to_dict("records"),
        "xlsx": in_workbook,
    }
    rows = read[form](target.read_bytes())
    assert sorted(row["PK"] for row in rows) == sorted(record["PK"] for record in records(demo))
    assert audited(done.stderr) == [("download", form, "done")]


def test_without_a_name_the_file_is_named_after_table_and_day(demo: dict[str, str], tmp_path: Path) -> None:
    assert pipeline("download", "latest", "--format", "csv", cwd=tmp_path, **demo).returncode == 0
    (file,) = tmp_path.iterdir()
    assert file.name.startswith("shared-demo-20") and file.suffix == ".csv"


def test_a_file_that_is_there_is_replaced_only_by_force(demo: dict[str, str], tmp_path: Path) -> None:
    target, link = tmp_path / "kept.json", tmp_path / "link.json"
    target.write_text("mine")
    link.symlink_to(target)
    for place in (target, link):
        done = pipeline("download", "latest", "--output", str(place), **demo)
        assert done.returncode == 1 and done.stderr.startswith("E003") and "--force" in done.stderr
    assert (target.read_text(), sorted(tmp_path.iterdir())) == ("mine", [target, link])
    assert pipeline("download", "latest", "--output", str(link), "--force", **demo).returncode == 0
    assert link.is_symlink() and json.loads(target.read_bytes()) and sorted(tmp_path.iterdir()) == [target, link]


def test_what_is_no_file_is_never_replaced(demo: dict[str, str], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for name in ("pipe", "nowhere"):
        done = pipeline("download", "latest", "--force", "--output", str(tmp_path / name), **demo)
        assert (done.returncode, done.stderr[:4]) == (1, "E003")
    assert pipeline("download", "latest", "--force", "--output", "/dev/null", **demo).returncode == 1
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("place", ["none/x.json", "file/x.json"])
def test_a_folder_that_is_not_there_is_one_line(demo: dict[str, str], tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    done = pipeline("download", "latest", "--output", str(tmp_path / place), **demo)
    assert (done.returncode, done.stderr) == (1, f"{(tmp_path / place).parent}: No such file or directory\n")


@pytest.mark.parametrize("change", [{"bytes": 5}, {"checksum": sha256(b"other")}], ids=["size", "checksum"])
def test_what_is_not_what_the_run_wrote_leaves_no_file(
    lake: Lake, films: dict[str, str], tmp_path: Path, change: dict[str, Any]
) -> None:
    run = stored(lake, 3, **change)
    done = pipeline("download", run.run_id, "--output", str(tmp_path), **films)
    assert done.returncode == 1 and "\nE003" in f"\n{done.stderr}" and "not what run" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_too_small_is_one_line_and_leaves_no_file(
    lake: Lake, films: dict[str, str], tmp_path: Path
) -> None:
    stored(lake, 2000, 1000)
    command = f'ulimit -f 100; "{sys.executable}" -m pipeline download latest --output "{tmp_path}"'
    env = environment(**films, PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=env, capture_output=True, text=True)
    told = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert (done.returncode, list(tmp_path.iterdir())) == (1, [])
    assert told == [f"{tmp_path}/films-{NOW.date()}.json: File too large"]
    assert audited(done.stderr) == [("download", "json", "failed")]


@pytest.mark.parametrize("rest", ["| head -c 5", "> /dev/full"])
def test_an_output_that_takes_no_more_is_one_line(lake: Lake, films: dict[str, str], rest: str) -> None:
    stored(lake, 2000, 1000)
    command = f'set -o pipefail; "{sys.executable}" -m pipeline download latest --output - {rest}'
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment(**films), capture_output=True, text=True)
    told = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert done.returncode == 1 and len(told) == 1 and audited(done.stderr) == [("download", "json", "failed")]


@pytest.mark.parametrize(("form", "items"), [("json", 64_000), ("csv", 16_000)])
def test_memory_does_not_grow_with_the_document(
    lake: Lake, films: dict[str, str], tmp_path: Path, form: str, items: int
) -> None:
    def megabytes(count: int) -> int:
        run = stored(lake, count, 1000)
        arguments = ["download", run.run_id, "--format", form, "--output", str(tmp_path / f"{count}.{form}")]
        program = [sys.executable, "-c", MEASURED, *arguments]
        done = subprocess.run(program, cwd=ROOT, env=environment(**films), capture_output=True, text=True, check=True)
        code, most = done.stderr.splitlines()[-1].split()
        assert (code, (tmp_path / f"{count}.{form}").stat().st_size > count * 1000) == ("0", True)
        return int(most)

    assert megabytes(items) - megabytes(10) < 12


def test_latest_is_the_newest_success_of_the_table(lake: Lake, films: dict[str, str]) -> None:
    run = stored(lake, 3)
    later = NOW + timedelta(seconds=5)
    failed = Run("20991231T000000Z-00000000", "films", NOW.date(), later, later, status="failed", finished_at=later)
    other = replace(run, run_id="another-table", table="others", started_at=later)
    for more in (failed, other):
        Ledger(lake).open(more)
    shown = pipeline("preview", "latest", "--rows", "1", "--json", **films)
    assert json.loads(shown.stdout)["export_metadata"]["record_count"] == 3
    assert pipeline("download", "latest", "--output", "-", "--table", "others", **films).returncode == 0
    refused = pipeline("download", failed.run_id, "--output", "-", **films)
    assert (refused.returncode, refused.stdout) == (1, "") and "wrote no document" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "latest"),
        ("diff", "latest"),
        ("download", "20240201T000000Z-abcdef01"),
        ("download", "99999999T000000Z-abcdef01"),
        ("download", "raw/internal/dynamodb-exports/dt=2024-02-01/films.json"),
    ],
)
def test_in_an_empty_lake_there_is_nothing_to_show(films: dict[str, str], arguments: tuple[str, ...]) -> None:
    done = pipeline(*arguments, **films)
    assert (done.returncode, done.stdout) == (1, "") and done.stderr.startswith("E014")


def test_a_run_is_compared_with_the_one_before(demo: dict[str, str]) -> None:
    found = json.loads(pipeline("diff", "latest", "--json", **demo).stdout)
    of_table = pipeline("history", "--json", "--table", demo["DYNAMODB_TABLE_NAME"], **demo).stdout
    # The demo lives: there may be a newer one by now.
    runs = [run for run in json.loads(of_table) if run["key"]]
    newest, before = next(pair for pair in pairwise(runs) if pair[0]["run_id"] == found["to"])
    assert found["from"] == before["run_id"]
    counts = found["counts"]
    assert counts["added"] + counts["changed"] + counts["same"] == newest["records"]
    assert len(found["added"]) == min(100, counts["added"])
    text = pipeline("diff", newest["run_id"], before["key"], **demo).stdout
    assert f"Added: {counts['added']}\n" in text and text.startswith(f"from: {before['run_id']}")
    assert text.count("\n+ ") == len(found["added"])


def test_a_run_without_one_before_says_so(lake: Lake, films: dict[str, str]) -> None:
    run = stored(lake, 3)
    done = pipeline("diff", run.run_id, **films)
    assert done.returncode == 1 and "there is no run of films before" in done.stderr


def test_runs_of_two_tables_are_not_compared(lake: Lake, films: dict[str, str]) -> None:
    run = stored(lake, 3)
    Ledger(lake).open(replace(run, run_id="another-table", table="others"))
    done = pipeline("diff", run.run_id, "another-table", **films)
    assert done.returncode == 1 and "two tables" in done.stderr

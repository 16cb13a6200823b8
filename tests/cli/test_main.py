"""python -m pipeline: the command line as a person calls it, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo import demo_of
from tests.support.places import ROOT

MOVIES = ROOT.parent / "shared" / "data" / "moviedata.json"


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what would change the command's settings or language."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PIPELINE_", "S3_"))}
    return {**clean, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT), **more}


def pipeline(*arguments: str, cwd: Path = ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *arguments]
    env = environment(**more)
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)


def aws(url: str, **environment: str) -> dict[str, str]:
    return {
        "PIPELINE_BACKEND": "aws",
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIATESTINGTESTING12",
        "AWS_SECRET_ACCESS_KEY": "very-secret",
        **environment,
    }


def test_an_export_prints_the_contract_body_and_its_progress_apart() -> None:
    done = pipeline("export", "--json")
    body = json.loads(done.stdout)
    assert done.returncode == 0
    assert body["itemCount"] > 500 and body["exportMode"] == "full"
    assert body["s3Location"].startswith("s3://moderation-craft-data-800860245583/raw/internal/dynamodb-exports/dt=")
    assert "Traceback" not in done.stderr


def test_an_incremental_export_has_its_own_key(demo: dict[str, str]) -> None:
    done = pipeline("export", "--mode", "incremental", "--days", "2", "--json", **demo)
    body = json.loads(done.stdout)
    assert ".incremental." in body["s3Location"]
    assert 0 < body["itemCount"] < 100


@pytest.mark.skipif(not MOVIES.exists(), reason="the shared sample is not beside this checkout")
def test_the_films_are_exported_and_come_back_equal_record_by_record() -> None:
    sample = {"PIPELINE_SAMPLE_FILE": str(MOVIES), "PIPELINE_SAMPLE_KEY": "year:N,title:S"}
    films = demo_of("films", **sample)
    done = pipeline("export", "--json", **films)
    assert (done.returncode, json.loads(done.stdout)["itemCount"]) == (0, 881)
    key = json.loads(pipeline("history", "--json", "--table", "films", **films).stdout)[0]["key"]
    shown = json.loads(pipeline("preview", key, "--rows", "1000", "--json", **films).stdout, parse_float=Decimal)

    def by_key(records: list[dict[str, Any]]) -> dict[tuple[int, str], dict[str, Any]]:
        return {(record["year"], record["title"]): record for record in records}

    wanted = by_key(json.loads(MOVIES.read_text("utf-8"), parse_float=Decimal))
    found = by_key([{k: v for k, v in row.items() if k != "_exported_at"} for row in shown["data"]])
    assert found == wanted


def test_the_history_lists_runs_newest_first(demo: dict[str, str]) -> None:
    exports = ("--table", demo["DYNAMODB_TABLE_NAME"])
    runs = json.loads(pipeline("history", "--json", *exports, **demo).stdout)
    starts = [run["started_at"] for run in runs]
    assert len(runs) >= 7 and starts == sorted(starts, reverse=True)
    text = pipeline("history", *exports, **demo).stdout.splitlines()
    assert len(text) == len(runs) + 1 and "Failed" in "".join(text)


def test_a_preview_is_found_by_key_address_or_run_id(demo: dict[str, str]) -> None:
    run = json.loads(pipeline("history", "--json", "--table", demo["DYNAMODB_TABLE_NAME"], **demo).stdout)[0]
    address = f"s3://{demo['S3_BUCKET_NAME']}/{run['key']}"
    for name in (run["key"], address, run["run_id"]):
        shown = json.loads(pipeline("preview", name, "--rows", "2", "--json", **demo).stdout)
        assert len(shown["data"]) == 2 and shown["export_metadata"]["record_count"] == run["records"]


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "word"),
    [
        (("export",), {"PIPELINE_BACKEND": "both"}, "E013 CONFIG", "PIPELINE_BACKEND"),
        (("history",), {"S3_BUCKET_NAME": "No Bucket"}, "E013 CONFIG", "S3_BUCKET_NAME"),
        (("export",), {"PIPELINE_SAMPLE_FILE": "pyproject.toml"}, "E003 DATA_VALIDATION", "not JSON"),
        (("export",), {"PIPELINE_SAMPLE_FILE": "nowhere.json"}, "E014 NOT_FOUND", "nowhere.json"),
    ],
)
def test_a_failure_exits_1_with_code_cause_and_remedy(
    arguments: tuple[str, ...], environment: dict[str, str], code: str, word: str
) -> None:
    failed_with(pipeline(*arguments, **environment), code, word)


@pytest.mark.parametrize(
    ("key", "code", "word"),
    [
        ("raw/internal/dynamodb-exports/dt=2000-01-01/none.json", "E014 NOT_FOUND", "history"),
    ],
)
def test_a_preview_of_nothing_exits_1_with_code_cause_and_remedy(
    demo: dict[str, str], key: str, code: str, word: str
) -> None:
    failed_with(pipeline("preview", key, **demo), code, word)


def failed_with(done: subprocess.CompletedProcess[str], code: str, word: str) -> None:
    assert done.returncode == 1
    assert done.stderr.startswith(code)
    assert word in done.stderr and len(done.stderr.splitlines()) == 4
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_on_aws_a_missing_bucket_is_named_and_no_credential_is_shown(emulator_url: str) -> None:
    done = pipeline("history", **aws(emulator_url, S3_BUCKET_NAME="not-there-at-all"))
    assert done.returncode == 1
    assert done.stderr.startswith("E014") and "not-there-at-all" in done.stderr
    assert "very-secret" not in done.stderr and "AKIATESTING" not in done.stderr


def test_on_aws_a_missing_function_is_named(emulator_url: str, bucket: str) -> None:
    done = pipeline("export", **aws(emulator_url, S3_BUCKET_NAME=bucket, LAMBDA_EXPORT_FUNCTION="not-there"))
    assert done.returncode == 1
    assert "\nE014" in done.stderr and "not-there" in done.stderr


def test_on_aws_without_credentials_the_error_is_authentication(tmp_path: Path, emulator_url: str) -> None:
    done = pipeline(
        "history",
        PIPELINE_BACKEND="aws",
        AWS_ENDPOINT_URL=emulator_url,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "none"),
        AWS_CONFIG_FILE=str(tmp_path / "none"),
    )
    assert (done.returncode, done.stderr[:4]) == (1, "E001")
    assert ".env.local" in done.stderr


def test_errors_are_in_japanese_under_a_japanese_locale() -> None:
    done = pipeline("history", PIPELINE_BACKEND="both", LC_ALL="ja_JP.UTF-8")
    assert "設定エラー" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("export", "--days", "3"),
        ("export", "--mode", "half"),
        ("history", "--days", "0"),
        ("preview",),
        ("run", "weather", "--from", "9999-12-31"),
        ("run", "weather", "--to", "2026-01-01"),
        ("run", "weather", "--from", "2026-01-02", "--to", "2026-01-01"),
        ("export", "--table", "../x"),
        ("history", "--table", "x"),
        ("preview", "../../etc/passwd"),
        ("preview", "🏃"),
        ("download", "raw/internal/dynamodb-exports/dt=2024-02-01/../x.json"),
        ("download", "latest", "--output", ""),
        ("download", "latest", "--format", "doc"),
        ("diff",),
    ],
)
def test_wrong_usage_exits_2(arguments: tuple[str, ...]) -> None:
    assert pipeline(*arguments).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("weather", "--from", "2999-01-01", "--to", "2999-01-02"), "The range ends in the future"),
        (("weather", "--from", "1900-01-01", "--to", "1900-01-02"), "The range begins too early"),
        (("weather", "--from", "2000-01-01"), "The range is too long"),
    ],
)
def test_days_that_the_source_cannot_have_are_wrong_usage_with_their_remedy(
    demo: dict[str, str], arguments: tuple[str, ...], word: str
) -> None:
    done = pipeline("run", *arguments, **demo)
    assert (done.returncode, done.stdout) == (2, "") and word in done.stderr


def test_a_source_that_is_not_there_is_not_found_and_the_others_are_named(demo: dict[str, str]) -> None:
    done = pipeline("run", "wether", **demo)
    assert done.returncode == 1 and done.stderr.startswith("E014") and "there are: weather" in done.stderr


def test_the_help_tells_the_exit_codes() -> None:
    assert "exit codes: 0 done, 1 failed" in pipeline("--help").stdout

"""pipeline.cli.output: every command on outputs of every encoding, on closed ones, and with texts of other people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.output import escaped
from tests.cli.test_main import environment, pipeline
from tests.support.demo import demo_of
from tests.support.places import ROOT

CASE = ROOT.parent / "shared" / "cases" / "03-emoji.json"
# The case's two records, and others of the kind: a control character, marks that join, letters beyond the BMP, a NUL.
RECORDS: list[dict[str, Any]] = [
    {"id": "1", "memo": "朝ラン 🏃 完了", "name": "髙橋"},
    {"id": "2", "memo": "café – naïve"},
    {"id": "3", "memo": "👨‍👩‍👧 \u001b[31mred\u0000", "𠮷野家": "한국어 ☃ €"},
]
EACH = """
import sys
from pipeline.cli.main import main
for arguments in sys.argv[1:]:
    try:
        main(arguments.split())
    except SystemExit as end:
        sys.stderr.write(f"\\0{end.code}")
        sys.stderr.flush()
        sys.stdout.write("\\0")
        sys.stdout.flush()
"""
COMMANDS = (
    *("history", "history --json", "preview latest", "preview latest --json", "diff latest", "diff latest --json"),
    *("check", "logs --hours 200", "run 🏃", "preview 🏃", "--version", "--help", "export --table 🏃"),
    *("download latest --output -", "export --tables *emoji*", "health"),
)
# Several demos share one emulator here, so that health is not good.
CODES = [*[0] * 8, 1, 2, 0, 0, 2, 0, 0, 1]
# Nothing is coerced to UTF-8: the locale's own ASCII, with the errors that Python gives it.
PLAIN_C = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@pytest.fixture(scope="module")
def emoji(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A demo whose table, bucket and function have a plain name, and whose records have everything else."""
    sample = tmp_path_factory.mktemp("emoji") / "sample.json"
    sample.write_text(json.dumps(RECORDS), "utf-8")
    return demo_of("shared-emoji", PIPELINE_SAMPLE_FILE=str(sample), PIPELINE_SAMPLE_KEY="id:S")


def each(settings: dict[str, str], *commands: str) -> tuple[list[bytes], list[int], str]:
    """What each of some commands writes to stdout, how each ends, and what they tell together."""
    program = [sys.executable, "-c", EACH, *commands]
    done = subprocess.run(program, cwd=ROOT, env=environment(**settings), capture_output=True, check=True)
    told = done.stderr.decode("utf-8", "replace")
    codes = [int(part.partition("\n")[0].partition("{")[0][:1]) for part in told.split("\0")[1:]]
    return done.stdout.split(b"\0")[:-1], codes, told


@pytest.mark.parametrize(
    ("encoding", "settings"),
    [
        ("cp932", {"PYTHONIOENCODING": "cp932", "LC_ALL": "ja_JP.UTF-8"}),
        ("cp1252", {"PYTHONIOENCODING": "cp1252:strict", "LC_ALL": "ja_JP.UTF-8"}),
        ("ascii", PLAIN_C),
        pytest.param("ascii", {"PYTHONIOENCODING": "ascii"}, marks=pytest.mark.soak),
        pytest.param("utf-8", {"PYTHONIOENCODING": "utf-8"}, marks=pytest.mark.soak),
    ],
    ids=["cp932", "cp1252", "c_locale", "ascii", "utf-8"],
)
def test_every_command_prints_on_every_encoding(emoji: dict[str, str], encoding: str, settings: dict[str, str]) -> None:
    written, codes, told = each({**emoji, **settings}, *COMMANDS)
    assert "Traceback" not in told and codes == CODES, told
    of = dict(zip(COMMANDS, written, strict=True))
    shown = {command: text.decode(encoding) for command, text in of.items() if not command.startswith("download")}
    for command in ("history --json", "preview latest --json", "diff latest --json"):
        assert json.loads(shown[command])
    by_id = {record["id"]: record for record in json.loads(shown["preview latest --json"])["data"]}
    found = [{name: value for name, value in by_id[key].items() if name != "_exported_at"} for key in sorted(by_id)]
    assert found == RECORDS[: len(found)] and found
    # As they lie in the lake, whatever the terminal reads.
    assert json.loads(of["download latest --output -"].decode("utf-8"))["export_metadata"]["record_count"] == len(found)


@pytest.mark.skipif(not CASE.exists(), reason="the shared cases are not beside this checkout")
def test_the_records_of_the_case_are_among_those_of_this_test() -> None:
    assert json.loads(CASE.read_text("utf-8")) == RECORDS[:2]


def test_what_cannot_be_shown_is_escaped_and_the_rest_stays() -> None:
    error = UnicodeEncodeError("cp932", "完了🏃é", 2, 4, "")
    assert escaped(error) == ("\\ud83c\\udfc3\\u00e9", 4)
    assert escaped(UnicodeEncodeError("utf-8", "\udc80", 0, 1, ""))[0] == "\\udc80"


def test_no_control_character_of_other_people_s_text_reaches_the_terminal(emoji: dict[str, str]) -> None:
    for command in (("preview", "latest"), ("diff", "latest"), ("run", "\x1b[31mred"), ("preview", "\x1b]0;x\x07")):
        done = pipeline(*command, **emoji)
        assert not {"\x1b", "\x07", "\0"} & set(done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("closed", "code", "told"),
    [
        (">&-", 1, "standard output is closed\n"),
        ("2>&-", 0, ""),
        ("<&-", 0, ""),
        ("2>/dev/full", 0, ""),
        ("<&- >&- 2>&-", 1, ""),
    ],
)
def test_streams_that_are_closed_or_full_are_no_traceback(
    demo: dict[str, str], closed: str, code: int, told: str
) -> None:
    command = f'"{sys.executable}" -m pipeline history {closed}'
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, env=environment(**demo), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (code, told)


def test_an_audited_action_succeeds_where_its_audit_line_cannot_be_told(demo: dict[str, str], tmp_path: Path) -> None:
    target = tmp_path / "x.json"
    command = f'"{sys.executable}" -m pipeline download latest --output "{target}" 2>&-'
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, env=environment(**demo), capture_output=True)
    assert (done.returncode, done.stdout) == (0, b"") and json.loads(target.read_bytes())


@pytest.mark.parametrize("locale", ["ja_JP.UTF-8", "C.UTF-8"])
def test_what_is_said_is_in_the_language_of_the_locale(demo: dict[str, str], locale: str) -> None:
    answers = {name: pipeline(name, LC_ALL=locale, **demo) for name in ("history", "health", "check")}
    words = {name: done.stdout for name, done in answers.items()} | {"progress": answers["check"].stderr}
    japanese = {name: any("\u3040" <= sign <= "\u9fff" for sign in text) for name, text in words.items()}
    assert japanese == dict.fromkeys(words, locale.startswith("ja"))
    assert not locale.startswith("ja") or "Enabled" not in words["health"]


def test_nothing_is_written_as_python_writes_it(demo: dict[str, str]) -> None:
    shown = pipeline("health", **demo).stdout + pipeline("run", "weather").stdout
    assert "days: Got" in shown and "+00:00" not in shown and "{'" not in shown and "datetime" not in shown


def test_settings_of_aws_that_the_demo_has_no_use_for_are_told_once() -> None:
    given = {"AWS_SECRET_ACCESS_KEY": "very-secret", "S3_BUCKET_NAME": "my-lake-of-aws", "PIPELINE_KMS_KEY": "none"}
    done = pipeline("history", "--table", "my-table", **given)
    (told,) = [line for line in done.stderr.splitlines() if "PIPELINE_BACKEND=aws" in line]
    assert "S3_BUCKET_NAME, AWS_SECRET_ACCESS_KEY." in told and done.returncode == 0
    assert "KMS" not in told and "very-secret" not in done.stderr and "DYNAMODB" not in told


def test_what_is_told_is_what_was_set_and_not_what_an_option_gave() -> None:
    assert "Of no use" not in pipeline("export", "--table", "my-table").stderr


def test_the_streams_numbers_are_taken_by_nothing_of_ours() -> None:
    program = "import os; from pipeline.cli.output import prepare_streams; prepare_streams(); print(os.open('.', 0))"
    command = f'"{sys.executable}" -c "{program}" <&-'
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True)
    assert int(done.stdout) > 2, done.stderr

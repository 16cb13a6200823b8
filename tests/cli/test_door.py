"""python -m pipeline as a door: help, version, completion, and how it ends when a reader or a person goes away."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.main import TABLE
from tests.cli.test_main import aws, environment, pipeline
from tests.support.places import ROOT
from tests.support.slow_export import slow_export

WHAT_HELP_LOADS = """
import sys
from pipeline.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    tops = {name.partition(".")[0] for name in sys.modules}
    print(end.code, sorted(tops & {"babel", "boto3", "botocore", "dotenv", "moto", "pandas", "streamlit", "werkzeug"}))
"""


def start(*arguments: str, **more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pipeline", *arguments]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # A suite in the background of a shell is deaf to Ctrl-C, and so would this command be.
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(command, cwd=ROOT, env=environment(**more), text=True, preexec_fn=heard, **pipes)


@pytest.mark.parametrize("name", TABLE)
def test_each_command_has_its_help(name: str) -> None:
    done = pipeline(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: python -m pipeline {name} ")
    assert TABLE[name][1].partition(";")[0].rstrip(".") in " ".join(done.stdout.split())


def test_the_list_of_commands_is_in_the_order_of_work_and_loads_none_of_them() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHAT_HELP_LOADS, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = [line.split()[0] for line in done.stdout.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()]
    assert listed == list(TABLE)
    assert done.stdout.endswith("0 []\n")


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    done = pipeline("--version")
    assert (done.returncode, done.stdout) == (0, f"{project['name']} {project['version']}\n")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("pipeline h", ["history", "health"]),
        ("pipeline export --m", ["--mode"]),
        ("pipeline export --mode ", ["full", "incremental"]),
    ],
)
def test_a_shell_is_offered_what_fits(words: str, offered: list[str]) -> None:
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")), "_PIPELINE_COMPLETE": "bash_complete"}
    done = pipeline(**asked)
    assert (done.returncode, done.stdout.split()) == (0, [f"plain,{text}" for text in offered])


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash on this machine")
def test_bash_completes_the_program_that_the_readme_makes(tmp_path: Path) -> None:
    program = tmp_path / "pipeline"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pipeline "$@"\n')
    program.chmod(0o755)
    script = """
    eval "$(_PIPELINE_COMPLETE=bash_source pipeline)"
    COMP_WORDS=(pipeline dest) COMP_CWORD=1
    _pipeline_completion pipeline
    echo "${COMPREPLY[@]}"
    """
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=ROOT, env=environment(PATH=path), capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("destroy\n", "")


def test_a_reader_that_goes_away_ends_it_with_one_line(emulator_url: str, bucket: str) -> None:
    with start("history", **aws(emulator_url, S3_BUCKET_NAME=bucket)) as going:
        assert going.stdout and going.stderr
        going.stdout.close()
        assert going.stderr.read() == "stopped: whoever read the output has gone\n"
    assert going.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_named_in_one_line(emulator_url: str, bucket: str) -> None:
    command = [sys.executable, "-m", "pipeline", "history"]
    env = environment(**aws(emulator_url, S3_BUCKET_NAME=bucket))
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=ROOT, env=env, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "no space left on the disk: standard output\n")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_run_is_followed_ends_with_one_line_and_leaves_nothing(sent: int, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with start("export", TMPDIR=str(temporary), **slow_export(tmp_path)) as going:
        assert going.stdout and going.stderr
        progress = next(line for line in going.stderr if line.startswith("running:"))
        assert list(temporary.glob("export-function-*"))
        going.send_signal(sent)
        told = [line for line in going.stderr if not line.startswith(("running:", "{"))]
        assert (told, going.stdout.read()) == (["interrupted\n"], ""), progress
    assert (going.returncode, list(temporary.iterdir())) == (1, [])


@pytest.mark.parametrize(
    ("locale", "words"), [("C.UTF-8", "Configuration error"), ("ja_JP.UTF-8", "設定エラー")], ids=["en", "ja"]
)
@pytest.mark.parametrize("text", ["A=管理者".encode("shift_jis"), "A=b".encode("utf-16"), b"A=b\0"])
def test_a_settings_file_that_is_no_utf_8_is_named(tmp_path: Path, text: bytes, locale: str, words: str) -> None:
    (tmp_path / ".env.local").write_bytes(text)
    done = pipeline("history", cwd=tmp_path, LC_ALL=locale)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"E013 CONFIG: {words}\n")
    assert ".env.local cannot be read as UTF-8 text" in done.stderr and len(done.stderr.splitlines()) == 4


def test_a_mark_that_an_editor_puts_before_utf_8_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    (tmp_path / ".env.local").write_text("PIPELINE_BACKEND=both\n", "utf-8-sig")
    done = pipeline("history", cwd=tmp_path)
    assert done.returncode == 1 and "PIPELINE_BACKEND='both' is not valid" in done.stderr


def test_a_check_s_findings_are_one_json_document(emulator_url: str, bucket: str) -> None:
    done = pipeline("check", "--read-data", "--json", **aws(emulator_url, S3_BUCKET_NAME=bucket))
    assert (done.returncode, json.loads(done.stdout)) == (0, {"runs": 0, "documents": 0, "clean": True, "findings": []})


def test_the_log_as_json_is_an_object_a_line() -> None:
    lines = [json.loads(line) for line in pipeline("logs", "--hours", "2000", "--json").stdout.splitlines()]
    assert lines and all(line["at"].endswith("Z") for line in lines)


def test_checks_that_are_bad_exit_1_with_their_json_whole(emulator_url: str) -> None:
    done = pipeline("health", "--json", **aws(emulator_url, S3_BUCKET_NAME="not-there-at-all"))
    assert (done.returncode, json.loads(done.stdout)["clean"]) == (1, False)

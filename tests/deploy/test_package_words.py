"""pipeline.deploy.package: a function that tells people of something has the words for it in its zip, and no others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.deploy import package

TELLING = """
from datetime import UTC, datetime
from pipeline.notices.notice import Notice
from pipeline.notices.wording import message
"""
PROGRAM = """
made = Notice("run_failed", "c", datetime.now(UTC), "movies", "/debug/pipeline", (("code", "E005"),))
for language in ("ja", "en"):
    print(ascii(message([made], language, "").title))
print("babel" in __import__("sys").modules)
"""


@pytest.fixture
def handler(tmp_path: Path) -> Path:
    path = tmp_path / "telling_handler.py"
    path.write_text(TELLING + PROGRAM, "utf-8")
    return path


def words_in(files: package.Files) -> set[str]:
    return {name.partition("words/")[2] for name in files if name.endswith(".toml")}


def test_the_words_of_notices_and_errors_are_in_the_zip_of_who_tells(handler: Path) -> None:
    found = words_in(package.own_files(handler))
    both = {f"{language}/{name}.toml" for language in ("ja", "en") for name in ("notices", "errors")}
    assert both <= found and all(name.partition("/")[2].startswith(("notices", "errors")) for name in found)


def test_who_tells_nothing_has_no_words(tmp_path: Path) -> None:
    silent = tmp_path / "silent_handler.py"
    silent.write_text("import pipeline.clock\n", "utf-8")
    assert words_in(package.own_files(silent)) == set()


def test_messages_can_be_made_of_what_is_in_the_zip_alone(handler: Path, tmp_path: Path) -> None:
    for name, body in package.own_files(handler).items():
        path = tmp_path / "task" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, '.'); import {handler.stem}"]
    done = subprocess.run(command, cwd=tmp_path / "task", capture_output=True, text=True, check=False)
    title = ascii("実行が失敗しました：movies")
    assert (done.stderr, done.stdout.split("\n")[:3]) == ("", [title, "'Run failed: movies'", "False"])

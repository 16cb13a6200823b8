"""pipeline.embedded.boot: the function's interpreter starts from the zip alone, and ends with whoever started it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.embedded.boot import ABSENT, Absent
from pipeline.embedded.runtime_api import BOOT

# A runtime client that says what it was given, then works on.
CLIENT = """
import importlib.util, json, sys, threading

def main(arguments):
    try:
        found = importlib.util.find_spec("moto")
    except ModuleNotFoundError as error:
        found = str(error)
    brought = importlib.util.find_spec("pyarrow") is not None
    print(json.dumps([arguments, sys.path[0], sys.flags.isolated, found, brought]), flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A task root whose zip brought a runtime client of its own."""
    client = tmp_path / "awslambdaric"
    client.mkdir()
    (client / "__init__.py").touch()
    (client / "__main__.py").write_text(CLIENT)
    return tmp_path


@pytest.fixture
def started(root: Path) -> subprocess.Popen[bytes]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-I", str(BOOT), "my_handler.handler", "pyarrow"]
    return subprocess.Popen(command, env={"LAMBDA_TASK_ROOT": str(root)}, **pipes)  # type: ignore[call-overload, no-any-return]


def test_it_starts_the_zip_s_client_in_isolation_and_ends_with_its_parent(
    started: subprocess.Popen[bytes], root: Path
) -> None:
    with started as process:
        assert process.stdin and process.stdout
        arguments, first, isolated, found, brought = json.loads(process.stdout.readline())
        assert (arguments, first, isolated) == (["bootstrap", "my_handler.handler"], str(root), 1)
        assert (found, brought) == ("No module named 'moto'", True)
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(10) == 0


@pytest.mark.parametrize("name", ["pandas", "pandas.core.frame"])
def test_an_absent_library_is_not_found_nor_its_modules(name: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=f"No module named '{name}'") as caught:
        Absent(ABSENT).find_spec(name)
    assert caught.value.name == name


@pytest.mark.parametrize("name", ["json", "pandasticsearch", "pipeline"])
def test_whatever_else_is_left_to_those_who_look_next(name: str) -> None:
    assert Absent(ABSENT).find_spec(name) is None  # type: ignore[func-returns-value]

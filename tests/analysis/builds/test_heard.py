"""What children say, and how they ended: lines in any pieces, and each ending as the error that its situation is."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from pipeline.analysis.builds import faults
from pipeline.analysis.builds.artifacts import cleaning
from pipeline.analysis.builds.children import BUILD
from pipeline.analysis.builds.heard import Fault, Heard
from pipeline.analysis.query.process import Ended
from pipeline.words.catalogue import LANGUAGES, catalogue

LINES = [
    {"planned": 3},
    {"node": "model.a", "status": "success"},
    {"node": "test.b", "status": "fail"},
    {"model": "model.a", "rows": 7},
    {"test": "test.b", "columns": ["x"], "rows": [["1"]]},
    {"mart": "m", "records": 7, "columns": [["day", "DATE"]]},
    {"done": True},
]
SECRET = "hunter2-not-to-be-told"  # noqa: S105 - looked for


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_lines_are_heard_in_whatever_pieces_they_come(size: int) -> None:
    whole = b"".join(json.dumps(line).encode() + b"\n" for line in LINES)
    heard = Heard()
    for start in range(0, len(whole), size):
        heard.hear(whole[start : start + size])
    assert (heard.planned, heard.ended, heard.rows, heard.marts) == (3, 2, {"model.a": 7}, {"m": 7})
    assert heard.columns == {"m": [["day", "DATE"]]}
    assert heard.failing == {"test.b": {"columns": ["x"], "rows": [["1"]]}} and heard.done


def test_what_is_no_line_is_passed_over() -> None:
    heard = Heard()
    heard.hear(b'no json\n[1]\n{"planned": 2}\n{"node": "cut')
    assert (heard.planned, heard.ended, heard.done) == (2, 0, False)


ENDS = {
    "build_time": [Ended("late", b"", -9, 600.0, 0), Ended("ended", b"", -signal.SIGXCPU, 9.0, 0)],
    "build_memory": [Ended("ended", b"", -signal.SIGKILL, 9.0, 0), Ended("ended", b"", -signal.SIGSEGV, 9.0, 0)],
    "build_interrupted": [Ended("cancelled", b"", -9, 1.0, 0)],
    "build_ended": [Ended("ended", b"", 1, 1.0, 0), Ended("flooded", b"", 0, 1.0, 0)],
}


@pytest.mark.parametrize("state", ENDS)
def test_each_ending_is_a_situation(state: str) -> None:
    for ended in ENDS[state]:
        error = faults.of_end(ended, BUILD)
        assert error and error.state == state
    assert faults.of_end(Ended("ended", b"", 0, 1.0, 0), BUILD) is None


FAULTS = {
    "build_parse": [Fault("parse", "CompilationError", "x"), Fault("run", "RuntimeError", "Found a cycle: a --> b")],
    "build_disk": [
        Fault("ended", "OSError", "[Errno 28] No space left on device"),
        Fault("run", "E", "File too large"),
    ],
    "build_memory": [
        Fault("ended", "MemoryError", ""),
        Fault("landing", "OutOfMemoryException", "Out of Memory Error"),
    ],
    "build_landing": [Fault("landing", "InvalidInputException", "No magic bytes found")],
    "build_library": [Fault("ended", "ModuleNotFoundError", "No module named 'dbt'")],
    "build_ended": [Fault("ended", "KeyError", "'x'"), Fault("reading", "CatalogException", "no such table")],
}


@pytest.mark.parametrize("state", FAULTS)
def test_each_fault_is_a_situation_with_texts_in_both_languages(state: str) -> None:
    for fault in FAULTS[state]:
        assert faults.of_fault(fault, BUILD, cleaning()).state == state
    parts = {f"situations.{state}.{part}" for part in ("title", "cause", "remedy")}
    assert all(parts <= catalogue(language).keys() for language in LANGUAGES)


@pytest.mark.parametrize("place", [Path.cwd(), "/check/it/main", "/x/y", "/データ/倉庫"])
def test_a_fault_tells_no_secret_and_no_place_of_this_machine(place: object) -> None:
    message = f"in {place}/models/a.sql\n  api_token: {SECRET} and {SECRET} again"
    error = faults.of_fault(Fault("parse", "CompilationError", message), BUILD, cleaning({"api_token": SECRET}))
    assert SECRET not in error.message and str(place) not in error.message and "a.sql" in error.message

"""The suite can fail: each of these faults in the code turns its tests red."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.places import ROOT

LAST_PARTS = "            self._send_part(last)\n            self._land()\n"
FIRST_PART = "            self._upload_part(1, packed_head + self._held)\n"
KEPT = ("pipeline", "lambda", "pages", "tests", "pyproject.toml")


@dataclass(frozen=True)
class Mutant:
    """``old`` in ``file`` becomes ``new``; ``tests`` (with blanks between several) must notice."""

    name: str
    file: str
    old: str
    new: str
    tests: str


MUTANTS = [
    Mutant(
        "published before it is verified",
        "pipeline/lake/upload.py",
        "return confirm(self._lake, published)",
        "return published",
        "tests/lake/test_upload.py::test_what_s3_holds_is_compared_with_what_was_sent",
    ),
    Mutant(
        "checksum not compared",
        "pipeline/lake/publish.py",
        'return stored is not None and stored.partition("-")[0] == sent.partition("-")[0]',
        "return True",
        "tests/check/test_runs.py::test_a_flipped_byte_is_found_by_its_checksum",
    ),
    Mutant(
        "checksum not sent",
        "pipeline/lake/bucket.py",
        ', "ChecksumAlgorithm": "SHA256", "ChecksumSHA256": sha256(body)}',
        "}",
        "tests/lake/test_bucket.py::test_small_objects_are_encrypted_and_carry_a_checksum",
    ),
    Mutant(
        "lease off",
        "pipeline/runs/lease.py",
        "return not lease.released and now < lease.expires_at <= now + timedelta(seconds=MOST_SECONDS)",
        "return False",
        "tests/runs/test_lease.py::test_a_held_table_is_refused_and_names_its_holder",
    ),
    Mutant(
        "part 1 first",
        "pipeline/lake/upload.py",
        LAST_PARTS + FIRST_PART,
        FIRST_PART + LAST_PARTS,
        "tests/lake/test_upload.py::test_a_large_document_is_uploaded_in_parts_with_the_first_one_last",
    ),
    Mutant(
        "fence off",
        "pipeline/lake/publish.py",
        "if token.isdigit() and int(token) > target.fencing_token:",
        "if False:",
        "tests/lake/test_upload.py::test_an_older_run_never_replaces_a_newer_one",
    ),
    Mutant(
        "cursor moves before its records are written",
        "pipeline/export/scan_engine.py",
        "        if chunk.records:\n",
        "        if chunk.records and chunk.position != 'done':\n",
        "tests/export/test_job.py::test_the_document_holds_exactly_the_tables_items",
    ),
    Mutant(
        "no second look once the lease is taken",
        "pipeline/runs/lifecycle.py",
        "ended = self._wait_for_lease() or self._success()",
        "ended = self._wait_for_lease()",
        "tests/runs/test_lifecycle.py::test_a_twin_that_ends_the_run_between_the_look_and_the_lease_gives_its_success",
    ),
]


def assert_noticed(mutant: Mutant, folder: Path) -> None:
    """A copy of the tree with this fault has red tests."""
    for name in KEPT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(source, folder / name)
    target = folder / mutant.file
    text = target.read_text("utf-8")
    assert text.count(mutant.old) == 1
    target.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *mutant.tests.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
    assert "FAILED" in done.stdout


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_mutant_is_noticed(mutant: Mutant, tmp_path: Path) -> None:
    assert_noticed(mutant, tmp_path)

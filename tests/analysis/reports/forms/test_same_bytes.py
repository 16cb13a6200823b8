"""The same document is the same bytes: a second time, in another process, whatever the clock, the disk or the zone."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.analysis.reports.forms.formats import FORMATS
from tests.support.places import ROOT
from tests.support.reports.documents import week

# Without a file: its limit of 0 bytes is a disk that is full.
ELSEWHERE = """
import resource, sys
from hashlib import sha256
from pipeline.analysis.reports.forms.formats import FORMATS
from tests.support.reports.documents import week
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
print(*(f"{name}={sha256(form.make(week())).hexdigest()}" for name, form in FORMATS.items()))
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = {"TZ": "America/New_York", "PYTHONHASHSEED": "7", "LC_ALL": "C", "HOME": str(folder)}
    environment |= {"TMPDIR": str(folder / "gone"), "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [sys.executable, "-B", "-c", ELSEWHERE]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert list(Path(folder).iterdir()) == []
    return dict(pair.split("=") for pair in done.stdout.split())


@pytest.mark.parametrize("name", FORMATS)
def test_a_form_is_the_same_again_and_elsewhere_with_a_full_disk(name: str, elsewhere: dict[str, str]) -> None:
    first, second = (sha256(FORMATS[name].make(week())).hexdigest() for _ in range(2))  # type: ignore[index]
    assert first == second == elsewhere[name]

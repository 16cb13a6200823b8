"""What the attacks of every folder begin with: tables, a secret beside them and in the environment, an open gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.analysis.child import GATE, OPEN, PLANTED, spoiled
from tests.analysis.query.days import TABLES, built


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the tables, with a secret beside it."""
    folder = tmp_path_factory.mktemp("beside")
    (folder / "secret.txt").write_text(f"{PLANTED}\n1,2,3\n")
    return built(folder, TABLES)


@pytest.fixture(scope="module")
def without_gate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program without its gate, which is a courtesy and not the guard."""
    return spoiled(tmp_path_factory.mktemp("program") / "child.py", GATE, OPEN)


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret in this process's environment."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", PLANTED)

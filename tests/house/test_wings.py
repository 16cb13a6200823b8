"""The floor plan: which wing a module stands in, who may import whom, and that these rules can fail.

Every rule looks into every folder; a rule that would be satisfied by an empty house is none.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.places import ROOT

MODULES_A_FOLDER = 16
FOLDERS = ("pages", "pipeline")
GROUND = {
    "access",
    "aws",
    "aws_answers",
    "backoff",
    "boto3_version",
    "clock",
    "config",
    "errors",
    "jsonlog",
    "decoding",
    "redaction",
    "settings_values",
    "untrusted",
}
WINGS = {"words", "lake", "runs", "monitor", "export", "sources", "function", "documents", "tables", "check", "deploy"}
WINGS |= {"analysis", "embedded", "console", "cli", "notices"}


def modules() -> list[Path]:
    """Every module of the console and of the package, in whatever folder."""
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def layers() -> list[list[str]]:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    contracts = tools["importlinter"]["contracts"]
    assert not any("ignore_imports" in contract for contract in contracts)
    return [contract["layers"] for contract in contracts if contract["type"] == "layers"]


def test_imports_point_down_only() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_house_has_the_wings_of_its_plan() -> None:
    assert {path.name for path in (ROOT / "pipeline").iterdir() if (path / "__init__.py").is_file()} == WINGS
    assert {path.stem for path in (ROOT / "pipeline").glob("*.py")} == GROUND | {"__init__", "__main__"}


def test_every_module_stands_on_a_floor() -> None:
    placed = {name for contract in layers() for layer in contract for name in re.split(r" [|:] ", layer)}
    dotted = [(path, path.relative_to(ROOT).with_suffix("").parts) for path in modules() if path.stem != "__init__"]
    assert len(dotted) > len(WINGS)
    homeless = [
        relative(path)
        for path, parts in dotted
        if not {".".join(parts[:depth]) for depth in range(2, len(parts) + 1)} & placed
    ]
    assert homeless == []


def test_the_contract_by_wings_stays_readable() -> None:
    assert len(layers()[0]) <= 18


def test_a_folder_holds_no_more_modules_than_one_can_overlook() -> None:
    everywhere = [*modules(), *(ROOT / "tests").rglob("*.py")]
    held = Counter(path.parent for path in everywhere if path.stem != "__init__")
    assert {relative(folder): number for folder, number in held.items() if number > MODULES_A_FOLDER} == {}


@pytest.mark.parametrize("path", [path for path in modules() if path.stem == "__init__"], ids=relative)
def test_a_wing_s_init_is_a_docstring_and_nothing_else(path: Path) -> None:
    """Zip and cold start follow imports: what a wing's __init__ imported, everybody would pay for."""
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


def test_every_folder_of_modules_is_a_package() -> None:
    assert {relative(path.parent) for path in modules() if not (path.parent / "__init__.py").is_file()} == set()


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_imports_are_absolute(path: Path) -> None:
    """The packager does not follow relative imports."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    assert [node.lineno for node in nodes if node.level] == []


def test_nobody_imports_the_door() -> None:
    doors = re.compile(r"^\s*(from|import) (streamlit_app|pages\.frame)\b|from pages import .*\bframe\b", re.MULTILINE)
    assert [relative(path) for path in modules() if doors.search(path.read_text("utf-8"))] == []


@dataclass(frozen=True)
class Mutant:
    """What ``spoil`` does to a copy of the house; ``test`` must notice."""

    name: str
    test: str

    def spoil(self, house: Path) -> None:
        getattr(self, f"_{self.name}")(house / "pipeline")

    def _module_in_the_wrong_wing(self, package: Path) -> None:
        shutil.move(package / "export" / "checkpoint.py", package / "lake" / "checkpoint.py")
        for path in package.parent.rglob("*.py"):
            text = path.read_text("utf-8")
            path.write_text(text.replace("pipeline.export.checkpoint", "pipeline.lake.checkpoint"), "utf-8")

    def _wing_whose_init_imports(self, package: Path) -> None:
        with (package / "lake" / "__init__.py").open("a", encoding="utf-8") as file:
            file.write("\nfrom pipeline.lake.keys import export_key\n")

    def _folder_of_17_modules(self, package: Path) -> None:
        held = sum(path.stem != "__init__" for path in (package / "lake").glob("*.py"))
        for number in range(held, MODULES_A_FOLDER + 1):
            (package / "lake" / f"room_{number}.py").write_text('"""One more."""\n', "utf-8")


MUTANTS = (
    Mutant("module_in_the_wrong_wing", "test_imports_point_down_only"),
    Mutant("wing_whose_init_imports", "test_a_wing_s_init_is_a_docstring_and_nothing_else"),
    Mutant("folder_of_17_modules", "test_a_folder_holds_no_more_modules_than_one_can_overlook"),
)


def judged(house: Path, test: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", test, "tests/house/test_wings.py"]
    return subprocess.run([*command, "-o", "addopts="], cwd=house, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of what the rules look at."""
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "*.svg"))
    for name in ("house/test_wings.py", "support/places.py", "support/__init__.py", "house/__init__.py", "__init__.py"):
        (tmp_path / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_rule_turns_the_house_red(house: Path, mutant: Mutant) -> None:
    assert judged(house, mutant.test).returncode == 0, "the copy itself does not stand"
    mutant.spoil(house)
    done = judged(house, mutant.test)
    assert done.returncode == 1, done.stdout[-2000:]

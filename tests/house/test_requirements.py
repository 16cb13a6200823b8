"""What the requirements ask for and what the locks pin agree, and the console runs by what its own lock names.

Each requirements.txt takes in the lock beside it first; `.ci/lock` writes the locks.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.places import ROOT

RUN, TESTS, CI, LAMBDA = (ROOT / folder / "requirements.txt" for folder in (".", "tests", ".ci", "lambda"))
TABLES = LAMBDA.with_name("tables-requirements.txt")
FILES = [RUN, TESTS, CI, LAMBDA, TABLES]
# A version with its hashes, and nothing else: no address of a registry, no path of the machine that wrote it.
LOCK = re.compile(
    r"(?:[a-z0-9-]+(?:\[[a-z0-9, -]+\])?==[\w.!+]+(?: ; [\w.'<>=!() ]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n)+"
)
PIN = re.compile(r"^[a-z0-9-]+.*?(?= \\$)", re.MULTILINE)
ROOMS = [ROOT / name for name in ("pages", "pipeline", "lambda")]
CODE = [ROOT / "streamlit_app.py", *(path for room in ROOMS for path in room.rglob("*.py"))]
OURS = {"pages", "pipeline", "streamlit_app"}
# Used where somebody installed it.
OPTIONAL = {"isal"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def taken_in(path: Path) -> list[Path]:
    """The files that a requirements file names by -r, in its order, each followed by those that it names itself."""
    names = re.findall(r"^-r (\S+)$", path.read_text("utf-8"), re.MULTILINE)
    return [each for name in names for each in (path.parent / name, *taken_in(path.parent / name))]


def asked(path: Path) -> list[Requirement]:
    """What a file itself asks for; a reason stands behind two blanks or more, or one and a hash sign."""
    lines = [re.split(r"\s+#", line)[0] for line in path.read_text("utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r "))]


def pinned(lock: Path) -> dict[str, str]:
    """Version by name, the extras with it: pip, up to 23.2, looks for the pin of "moto[s3]" under that very name."""
    pins = [Requirement(line) for line in PIN.findall(lock.read_text("utf-8"))]
    return {named(pin): str(pin.specifier).removeprefix("==") for pin in pins}


def named(requirement: Requirement) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return canonicalize_name(requirement.name) + extras


def disagreements(path: Path) -> list[str]:
    """Whatever a file asks for and the locks that it takes in do not give."""
    locks = [lock for lock in taken_in(path) if lock.suffix == ".lock"]
    pins = {name: version for lock in locks for name, version in pinned(lock).items()}
    pairs = [(requirement, pins.get(named(requirement))) for requirement in asked(path)]
    return [
        f"{named(requirement)}{requirement.specifier}, locked: {version}"
        for requirement, version in pairs
        if version is None or not requirement.specifier.contains(version, prereleases=True)
    ]


def imported(path: Path) -> Iterator[str]:
    """First part of every name that a file imports when it runs, inside functions too."""
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0]


def written(folder: Path, requirements: str, lock: str) -> Path:
    (folder / "requirements.lock").write_text(lock, "utf-8")
    (folder / "requirements.txt").write_text(f"-r requirements.lock\n{requirements}", "utf-8")
    return folder / "requirements.txt"


def test_every_requirements_file_of_the_tree_is_looked_at_and_locked() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = [name for name in done.stdout.splitlines() if re.search(r"requirements[^/]*\.(?:txt|in)$", name)]
    assert sorted(tracked) == sorted(relative(path) for path in FILES)
    command = (ROOT / ".ci" / "lock").read_text("utf-8")
    assert [name for name in tracked if not re.search(rf" {re.escape(name)} ", command)] == []


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_each_requirement_has_its_reason(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith(("#", "-r "))]
    assert lines and [line for line in lines if not re.search(r" # \S", line)] == []


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_each_requirement_stands_once(path: Path) -> None:
    brought = [other for other in taken_in(path) if other.suffix == ".txt"]
    names = sorted(canonicalize_name(requirement.name) for file in (path, *brought) for requirement in asked(file))
    assert names == sorted(set(names))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_lock_stands_before_whatever_is_asked_for(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    files = [line for line in lines if line.startswith("-")]
    assert files[-1] == f"-r {path.with_suffix('.lock').name}" and lines[: len(files)] == files


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_locks_give_what_is_asked_for(path: Path) -> None:
    assert disagreements(path) == []


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_lock_holds_versions_and_hashes_only(path: Path) -> None:
    assert LOCK.fullmatch(path.with_suffix(".lock").read_text("utf-8"))


def names(path: Path) -> set[str]:
    """The names in a file's own lock, without extras."""
    return {name.partition("[")[0] for name in pinned(path.with_suffix(".lock"))}


def test_the_tests_lock_adds_to_the_runs_and_repeats_nothing() -> None:
    assert names(TESTS) & names(RUN) == set()


def test_the_tables_lock_adds_to_the_exports_and_repeats_nothing() -> None:
    assert LAMBDA in taken_in(TABLES)
    assert names(TABLES) & names(LAMBDA) == set()


@pytest.mark.parametrize("path", [LAMBDA, TABLES], ids=relative)
def test_each_function_runs_the_same_libraries_here_as_on_aws(path: Path) -> None:
    run, function = pinned(RUN.with_suffix(".lock")), pinned(path.with_suffix(".lock"))
    assert function.keys() == {requirement.name for requirement in asked(path)}
    assert {name: run[name] for name in function} == function


def test_whatever_the_console_imports_is_in_its_own_lock() -> None:
    """A library that only the tests bring would be missing where somebody just runs the console."""
    tops = {top for path in CODE for top in imported(path)} - sys.stdlib_module_names - OURS - OPTIONAL
    of, locked = packages_distributions(), names(RUN)
    assert {"streamlit", "moto", "orjson"} <= tops
    assert [top for top in sorted(tops) if not any(canonicalize_name(name) in locked for name in of.get(top, ()))] == []


def test_readme_and_ci_run_the_same_commands() -> None:
    install = "python3 -m venv .venv && .venv/bin/pip install -q -r"
    run = f"{install} requirements.txt && .venv/bin/streamlit run streamlit_app.py"
    tests = f"{install} tests/requirements.txt && .venv/bin/python -m pytest"
    readme = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert run in readme and tests in readme
    assert tests in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


HASHED = f" \\\n    --hash=sha256:{'0' * 64}\n"


@pytest.mark.parametrize(
    ("requirements", "lock", "wrong"),
    [
        ("boto3>=1.44,<2  # a", f"boto3==1.43.9{HASHED}", ["boto3<2,>=1.44, locked: 1.43.9"]),
        ("boto3>=1.44,<2  # a", f"botocore==1.44.8{HASHED}", ["boto3<2,>=1.44, locked: None"]),
        ("tzdata  # a", f"orjson==3.13.0{HASHED}", ["tzdata, locked: None"]),
        ("moto[s3,ssm]>=5  # a", f"moto==5.2.5{HASHED}", ["moto[s3,ssm]>=5, locked: None"]),
        ("moto[s3,ssm]>=5  # a", f"moto[s3, ssm]==5.2.5{HASHED}", []),
        ("Babel>=2.17; sys_platform == 'linux'  # a", f"babel==2.19.0 ; sys_platform == 'linux'{HASHED}", []),
    ],
)
def test_a_disagreement_is_named(tmp_path: Path, requirements: str, lock: str, wrong: list[str]) -> None:
    assert disagreements(written(tmp_path, requirements, lock)) == wrong


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://mirror.example/simple\n",
        f"six @ file:///srv/six.whl{HASHED}",
        "six==1.17.0\n",
        f"six>=1.17.0{HASHED}",
        "# via -r /srv/requirements.txt\n",
    ],
)
def test_a_lock_with_an_address_a_path_or_no_hash_is_refused(line: str) -> None:
    lock = f"orjson==3.13.0{HASHED}"
    assert LOCK.fullmatch(lock) and not LOCK.fullmatch(lock + line)

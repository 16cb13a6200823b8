"""The rules of the house, kept by tests: who imports whom, how long functions are, what is never written."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.places import ROOT

CODE = [
    ROOT / "streamlit_app.py",
    *sorted((ROOT / "pages").rglob("*.py")),
    *sorted((ROOT / "pipeline").rglob("*.py")),
    *sorted((ROOT / "lambda").rglob("*.py")),
]
TEST_FILES = sorted((ROOT / "tests").rglob("*.py"))
PAGES = [path for path in CODE if path.name == "page.py"]
MEDIAN, MOST, LONGEST = 6, 20, 50


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def bodies(paths: list[Path]) -> Iterator[tuple[str, int]]:
    """Name and length of every function's body, its docstring left out."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
                yield f"{relative(path)}:{node.name}", length


def contracts(kind: str) -> list[dict[str, list[str]]]:
    """The import contracts of a kind, in the order of pyproject.toml."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    return [contract for contract in tools["importlinter"]["contracts"] if contract["type"] == kind]


def imported(path: Path) -> Iterator[str]:
    """First part of every name that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def test_plain_rooms_import_only_the_standard_library_orjson_and_msgspec() -> None:
    plain = contracts("forbidden")[-1]["source_modules"]
    assert {"pipeline.errors", "pipeline.export.dynamodb_json", "pipeline.lake.document"} <= set(plain)
    tops = {top for name in plain for top in imported(ROOT / f"{name.replace('.', '/')}.py")}
    assert tops <= sys.stdlib_module_names | {"pipeline", "orjson", "msgspec"}


def test_functions_are_short() -> None:
    lengths = sorted(length for _, length in bodies(CODE))
    assert [name for name, length in bodies(CODE) if length > LONGEST] == []
    assert statistics.median(lengths) <= MEDIAN
    assert lengths[int(len(lengths) * 0.95)] <= MOST


@pytest.mark.parametrize("path", CODE + TEST_FILES, ids=relative)
def test_files_are_short_and_say_what_they_are_for(path: Path) -> None:
    text = path.read_text("utf-8")
    limit = 40 if path.name in {"streamlit_app.py", "export_handler.py"} else 300
    limit = 120 if path in PAGES else limit
    within_tests = path in TEST_FILES
    assert len(text.splitlines()) <= (400 if within_tests else limit)
    assert ast.get_docstring(ast.parse(text)) or not text.strip()


def test_no_room_is_called_by_what_it_is_not() -> None:
    assert [relative(path) for path in CODE if re.search("util|helper|manager|misc", path.name)] == []


def test_no_test_replaces_our_own_functions() -> None:
    banned = re.compile(r"unittest\.mock|mock\." + r"patch|monkeypatch\.set" + r"attr")
    assert [relative(path) for path in TEST_FILES if banned.search(path.read_text("utf-8"))] == []


IMPORT_ALL = """
import gc, importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
client = getattr(sys.modules.get("botocore.client"), "BaseClient", ())
heavy = {"streamlit", "pandas", "plotly", "moto", "duckdb", "dbt"} & {name.split(".")[0] for name in sys.modules}
print([thing for thing in gc.get_objects() if isinstance(thing, client)], sorted(heavy))
"""


def test_importing_the_package_leaves_no_client_behind_and_loads_nothing_heavy() -> None:
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in CODE if "pipeline" in path.parts]
    assert {"pipeline.lake.bucket", "pipeline.console.app"} <= set(modules)
    command = [sys.executable, "-c", IMPORT_ALL, *modules]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[] []\n"


@pytest.mark.parametrize("path", [path for path in CODE if "pipeline" in path.parts], ids=relative)
def test_no_client_is_made_at_import(path: Path) -> None:
    """Calls at module level never reach boto3."""
    tree = ast.parse(path.read_text("utf-8"))
    statements = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If)]
    called = [ast.unparse(node.func) for top in statements for node in ast.walk(top) if isinstance(node, ast.Call)]
    called = [name for name in called if not name.startswith(("'", '"'))]
    assert [name for name in called if "client" in name.lower() or "Session" in name or "boto3" in name] == []


# How AWS's listings name the mark that the next page is asked for with. (A scan's LastEvaluatedKey is read from raw
# bytes, which botocore's paginator would take apart first.)
PAGE_MARKS = {
    *"NextToken nextToken ContinuationToken NextContinuationToken NextMarker KeyMarker NextKeyMarker".split(),
    *"UploadIdMarker PartNumberMarker NextPartNumberMarker ExclusiveStartTableName VersionIdMarker".split(),
}


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_listings_are_paged_by_botocore(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    named = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named |= {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}
    assert named & PAGE_MARKS == set()


@pytest.mark.parametrize("path", [path for path in CODE if "pages" in path.parts], ids=relative)
def test_pages_act_through_the_app_s_checked_methods_only(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"console\.(?:lake|ledger|leases|starter|cloud|_\w+)\b", text) == []
    # Whoever holds the App in nobody's hands stands before the check, not behind it; lifespan has it made, no more.
    assert "reads.base()" not in text or path.name in {"signed_in.py", "lifespan.py"}


@pytest.mark.parametrize("path", [path for path in CODE if "pages" in path.parts], ids=relative)
def test_session_state_keys_have_one_owner(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"session_state(?:\.get\(|\[)\s*[\"']", text) == []
    assert re.findall(r"session_state\.(?!get\b|(?:setdefault|pop)\(state\.)[a-z]\w*", text) == []


def test_the_example_names_every_setting_and_no_credential() -> None:
    example = (ROOT / ".env.local.example").read_text("utf-8")
    read = set(re.findall(r'"((?:[A-Z0-9]+_)+[A-Z0-9]+)"', (ROOT / "pipeline" / "config.py").read_text("utf-8")))
    assert {"PIPELINE_BACKEND", "PIPELINE_SAMPLE_KEY"} < read <= set(re.findall(r"[A-Z0-9_]+", example))
    assert re.findall(r"^#?AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)=(.*)$", example, re.MULTILINE) == ["", ""]


def test_nothing_tracked_names_a_registry_or_a_machine() -> None:
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "deb." + "debian.org", "/" + "root/"]
    hosts += ["/" + "work/", "/" + "home/"]
    found = []
    for path in tracked():
        if path.suffix not in {".png", ".zip", ".gz", ".otf"}:
            text = path.read_text("utf-8")
            found += [f"{relative(path)}: {host}" for host in hosts if host in text]
    assert found == []


def test_the_top_level_holds_only_what_the_frame_allows() -> None:
    allowed = set("streamlit_app.py pages pipeline lambda tests README.md pyproject.toml".split())
    allowed |= set(
        "requirements.txt requirements.lock CHANGELOG.md .streamlit .ci .env.local.example .gitignore LICENSE".split()
    )
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= allowed

"""What the READMEs say is so: commands run as they are written, paths and links lead somewhere, rooms are named.

A block of commands is run, or a comment directly above it says why not (``tests/support/fences.py``).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.deploy import package
from tests.house.test_wings import layers
from tests.support.fences import COMMANDS, Command, Fence, commands, fences, prose, tracked
from tests.support.places import ROOT
from tests.support.terminal import Shown, pattern, shapes, typed

README_LINES, WING_LINES = 200, 60
DOCUMENTS = tracked("*.md")
FENCES = [fence for path in DOCUMENTS for fence in fences(path, path.read_text("utf-8"))]
TO_RUN = [fence for fence in FENCES if fence.language in COMMANDS and not fence.note("not run")]
# Python is the recipe of ADDING.md, which tests/support/sources/recipe.py runs.
SHOWN_ONLY = {"json", "toml", "ini", "nginx", "text", "python"}
# Documents name these; they are the reader's own, or lie in the lake.
NOT_TRACKED = {".streamlit/secrets.toml", ".env.local", "export-arm64.zip"}
LAKE = ("raw/", "staging/", "metadata/", "config/", "reports/")
CODE = ("lambda/", "pages/", "pipeline/")
RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
SERVE = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
HELP = """
import runpy, sys
for command in sys.argv[1:]:
    print(end="\\0", flush=True)
    sys.argv = ["pipeline", *filter(None, [command]), "--help"]
    try:
        runpy.run_module("pipeline", run_name="__main__")
    except SystemExit as end:
        assert not end.code
"""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def place(fence: Fence) -> str:
    return f"{name(fence.document)}:{fence.line}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """This checkout, and room for what the commands write."""
    for entry in ("pipeline", "pages", "lambda", "tests"):
        (tmp_path / entry).symlink_to(ROOT / entry)
    return tmp_path


@pytest.fixture
def account() -> Iterator[str]:
    """An account in which nothing has ever been deployed: an emulator of its own, in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.terminate()


def environ(**more: str) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PIPELINE_", "S3_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{clean['PATH']}"
    return {**clean, "PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "200", "NO_COLOR": "1", **more}


def of(fence: Fence, account: str) -> dict[str, str]:
    """The environment that a block's commands are typed in."""
    if fence.note("run") != "emulator":
        return environ(PIPELINE_BACKEND="embedded")
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "ap-northeast-1"}
    return environ(PIPELINE_BACKEND="aws", AWS_ENDPOINT_URL=account, S3_BUCKET_NAME="my-lake-1", **keys)


def entered(command: Command, before: str, folder: Path, environment: dict[str, str]) -> Shown:
    """Type one command; ``<run id>`` is the first one that the command before it has printed."""
    seen = RUN_ID.search(before)
    text = command.text.replace("<run id>", seen[0] if seen else "<run id>")
    return typed(text, folder, environment, re.findall(r"\[y/N\] (\w+)$", "\n".join(command.shown), re.MULTILINE))


@pytest.mark.parametrize("fence", TO_RUN, ids=place)
def test_a_command_shows_what_its_readme_shows(fence: Fence, folder: Path, request: pytest.FixtureRequest) -> None:
    account = request.getfixturevalue("account") if fence.note("run") == "emulator" else ""
    for file, text in fence.files().items():
        (folder / file).write_text(text, "utf-8")
    if "export-arm64.zip" in "\n".join(fence.lines):
        package.build(folder / "export-arm64.zip", dict)
    before = ""
    for command in commands(fence):
        shown = entered(command, before, folder, of(fence, account))
        assert pattern(command.shown).fullmatch(shapes(shown.text)), f"{command.text}\n{shown.text}"
        assert shown.code == (1 if re.match(r"E\d{3} ", "".join(command.shown[:1])) else 0)
        before = shown.text


def test_every_block_says_what_it_is_and_a_command_that_is_not_run_says_why() -> None:
    assert [place(fence) for fence in FENCES if fence.language not in COMMANDS | SHOWN_ONLY] == []
    reasons = {place(fence): fence.note("not run") for fence in FENCES if fence not in TO_RUN}
    assert [at for at, reason in reasons.items() if reason and len(reason.split()) < 4] == []


def test_the_two_commands_that_a_newcomer_types_and_the_demo_are_among_the_blocks() -> None:
    """The collection has not gone blind: these are known to be there."""
    texts = {command.text for fence in FENCES if fence.language in COMMANDS for command in commands(fence)}
    assert any("streamlit run streamlit_app.py" in text for text in texts)
    assert {"python -m pipeline export", "python -m pipeline check --read-data", "python -m pipeline destroy"} <= texts
    assert len(TO_RUN) >= 5


@pytest.mark.parametrize(
    ("text", "runs", "why"),
    [
        ("```sh\nls\n```", ["ls"], ""),
        ("<!-- not run: it needs a moon -->\n```sh\nls\n```", ["ls"], "it needs a moon"),
        ("<!-- not run: it needs a moon -->\n\n```sh\nls\n```", ["ls"], ""),
        ("```console\n$ ls\nls\n\n$ pwd\n```", ["ls", "pwd"], ""),
        ("   ```sh\n   # no\n   a \\\n     b\n   ```", ["a    b"], ""),
    ],
)
def test_blocks_are_read_as_they_are_meant(text: str, runs: list[str], why: str) -> None:
    (fence,) = fences(ROOT / "README.md", text)
    assert [command.text for command in commands(fence)] == runs
    assert fence.note("not run") == why


def test_output_that_differs_from_what_is_shown_is_seen() -> None:
    shown = pattern(["ok  2 runs", "…", "last 20240201T000000Z-abcdef01", "head…"])
    assert shown.fullmatch(shapes("ok 17 runs\nmore\nlast 20260201T000000Z-12345678\nheadline\n"))
    for wrong in ("ok 17 runs\n", "bad 17 runs\nlast 20240201T000000Z-abcdef01\nhead\n", "ok 1 runs\nhead\n"):
        assert not shown.fullmatch(shapes(wrong))


@pytest.mark.parametrize("fence", [fence for fence in FENCES if fence.language in {"json", "toml"}], ids=place)
def test_an_example_can_be_read_by_what_it_is_for(fence: Fence) -> None:
    text = "\n".join(fence.lines)
    assert json.loads(text) if fence.language == "json" else tomllib.loads(text)


def helped(*commands: str) -> list[str]:
    """What ``python -m pipeline COMMAND --help`` prints for each, in one process; "" is the command line itself."""
    program = [sys.executable, "-c", HELP, *commands]
    done = subprocess.run(program, cwd=ROOT, env=environ(), capture_output=True, text=True, check=True)
    return done.stdout.split("\0")[1:]


def named() -> Iterator[tuple[str, str]]:
    """Commands that the text names in backticks, each with its options; in README's table they stand alone."""
    for row in re.findall(r"(?m)^\| (`[a-z].*?) \| ", (ROOT / "README.md").read_text("utf-8")):
        yield from re.findall(r"`([a-z]+)([^`]*)`", row)
    for path in DOCUMENTS:
        yield from re.findall(r"`python -m pipeline ([a-z]+)([^`]*)`", prose(path.read_text("utf-8")))


def test_commands_and_options_in_the_text_are_those_of_the_command_line() -> None:
    known = re.findall(r"(?m)^ {2,4}([a-z]+) {2,}\S", helped("")[0])
    helps = dict(zip(known, helped(*known), strict=True))
    assert {"export", "run", "deploy"} <= set(known) == {command for command, _ in named()}
    used = [(command, option) for command, rest in named() for option in re.findall(r"--[a-z-]+", rest)]
    assert len(used) > 10 and [(command, option) for command, option in used if option not in helps[command]] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_modules_that_are_to_be_run_exist(path: Path) -> None:
    modules = re.findall(r"python -m (tests[\w.]*)", path.read_text("utf-8"))
    assert [module for module in modules if not (ROOT / f"{module.replace('.', '/')}.py").is_file()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_documents_are_short(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    limit = README_LINES if path == ROOT / "README.md" else WING_LINES if path.name == "README.md" else README_LINES
    assert lines <= limit


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path.read_text("utf-8"))):
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if target.startswith(("http://", "https://")):
            continue
        headings = re.findall(r"(?m)^#+ (.*)$", there.read_text("utf-8")) if there.suffix == ".md" and anchor else []
        if not there.exists() or (anchor and anchor not in map(slug, headings)):
            broken.append(target)
    assert broken == []


def paths_in(text: str) -> Iterator[str]:
    """What stands in backticks and looks like a file or a folder of this repository."""
    for span in re.findall(r"`([^`\s]+)`", prose(text)):
        file = re.fullmatch(r"[\w./-]+\.(?:py|toml|yaml|md|txt|png)|\.(?:ci|env|streamlit|gitignore)[\w./-]*", span)
        folder = re.fullmatch(r"(?:[a-z_]+/)+|(?:pages|pipeline|lambda|tests)/[\w./-]+", span)
        if (file or folder) and not span.startswith(LAKE) and span not in NOT_TRACKED:
            yield span


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_paths_in_backticks_exist(path: Path) -> None:
    # pages/README.md tells of ui/, too.
    missing = [
        span
        for span in paths_in(path.read_text("utf-8"))
        if not any((folder / span).exists() for folder in (path.parent, path.parent / "ui", ROOT))
    ]
    assert missing == []


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if name(path).startswith(CODE)], ids=name)
def test_a_wing_s_readme_names_every_room(path: Path) -> None:
    rooms = {room.name for room in path.parent.glob("*.py")} - {"__init__.py"}
    text = "".join(beside.read_text("utf-8") for beside in path.parent.glob("*.md"))
    assert [room for room in sorted(rooms) if f"`{room}`" not in text] == []


def test_documents_that_code_words_and_settings_lead_to_exist() -> None:
    leads = [
        (path, lead)
        for path in tracked("pages", "pipeline", "lambda", ".env.local.example")
        if path.suffix in {".py", ".toml", ".yaml", ".example"}
        for lead in re.findall(r"[\w/]+\.md\b", path.read_text("utf-8"))
    ]
    missing = [(path, lead) for path, lead in leads if not ((ROOT / lead).is_file() or (path.parent / lead).is_file())]
    assert leads and missing == []


def test_every_wing_has_a_readme_and_the_house_names_it() -> None:
    wings = [path for path in (ROOT / "pipeline").iterdir() if (path / "__init__.py").is_file()]
    house = (ROOT / "pipeline" / "README.md").read_text("utf-8")
    assert len(wings) >= 10
    assert [wing.name for wing in wings if not (wing / "README.md").is_file()] == []
    assert [wing.name for wing in wings if f"({wing.name}/README.md)" not in house] == []


def test_the_house_says_who_may_import_whom_as_the_contract_does() -> None:
    (drawn,) = [fence for fence in FENCES if name(fence.document) == "pipeline/README.md" and fence.language == "text"]
    shown = [set(floor.split(", ")) for floor in " ".join(drawn.lines).split(" → ")]
    assert shown == [set(layer.replace("pipeline.", "").split(" | ")) for layer in layers()[0]]


def test_the_pages_readme_names_every_folder_and_what_pages_share() -> None:
    folders = [path for path in (ROOT / "pages").iterdir() if (path / "__init__.py").is_file()]
    text = (ROOT / "pages" / "README.md").read_text("utf-8")
    shared = [path for path in (ROOT / "pages" / "ui").glob("*.py") if path.name != "__init__.py"]
    assert folders and [path.name for path in folders if not re.search(rf"[`\[]{path.name}/", text)] == []
    assert shared and [path.name for path in shared if f"`{path.name}`" not in text] == []


def test_the_settings_table_names_every_setting() -> None:
    table = (ROOT / "pipeline" / "SETTINGS.md").read_text("utf-8")
    config = (ROOT / "pipeline" / "config.py").read_text("utf-8")
    example = (ROOT / ".env.local.example").read_text("utf-8")
    read = set(re.findall(r'"((?:PIPELINE|S3|LAMBDA|DYNAMODB|AWS)_[A-Z0-9_]+)"', config))
    # Addresses of providers are made of their names; the example spells them out.
    read |= set(re.findall(r"(?m)^#?(PIPELINE_[A-Z0-9_]+)=", example))
    assert {"PIPELINE_BACKEND", "S3_BUCKET_NAME", "PIPELINE_GOOGLE_HEALTH_URL"} <= read
    assert [variable for variable in sorted(read) if f"`{variable}`" not in table] == []
    assert [variable for variable in re.findall(r"`(PIPELINE_[A-Z0-9_]+)`", table) if variable not in read] == []

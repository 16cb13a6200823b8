"""Builds the function's zip: export_handler.py at the root beside pipeline/, and what lambda/requirements.txt names.

Same tree, same bytes: sorted entries, one time, one mode, nothing compiled; of pipeline/ only what the handler imports.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.errors import DataInvalid, ExternalApiDown, NotFound

Architecture = Literal["arm64", "x86_64"]
ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
REQUIREMENTS = ROOT / "lambda" / "requirements.txt"
HANDLER = ROOT / "lambda" / "export_handler.py"
TABLES_HANDLER = ROOT / "lambda" / "tables_handler.py"
RUNTIME_PYTHON = "3.13"
# AWS Lambda Developer Guide, "Lambda quotas": 50 MB zipped when uploaded directly.
MOST_BYTES = 50_000_000
FETCH_SECONDS = 300
# boto3 and what it is made of; all of them in Python alone, so that one pin does for every platform.
BOTO3 = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
_PLATFORMS: dict[Architecture, str] = {"arm64": "manylinux2014_aarch64", "x86_64": "manylinux2014_x86_64"}
# The earliest time that a zip can say.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE, _UNIX = 0o100644 << 16, 3
# What an installer notes about itself, compiled files and programs: no part of a library.
_LEFT_OUT = re.compile(r"(^|/)(__pycache__|bin|tests)/|\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$")
_OURS = "pipeline"
# A line that begins with a dash names another file, not a library.
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
# An address, and what pip's connection errors call a host; either may tell of a registry or hold its credentials.
_ADDRESS = re.compile(r"\S*://\S+|\b(?:host=)?'?[\w.-]+'?(?:,\s*port=|:)\d+|\S+@\S+|host='[^']*'")

Files = dict[str, bytes]
Libraries = Callable[[], Files]


@dataclass(frozen=True)
class Package:
    """A zip on disk; ``sha256`` in hex, ``size`` in bytes, ``unpacked`` the bytes of its files."""

    path: Path
    sha256: str
    size: int
    unpacked: int
    files: int


def build(path: Path, libraries: Libraries, most_bytes: int = MOST_BYTES) -> Package:
    """Write the zip to ``path``.

    Raise DataInvalid when it is larger than Lambda takes, ExternalApiDown from pip, NotFound without a place to write.
    """
    files = {**libraries(), **own_files()}
    body = _zipped(files)
    if len(body) > most_bytes:
        message = f"the package has {len(body):,} bytes, Lambda takes {most_bytes:,}; see lambda/requirements.txt"
        raise DataInvalid(message, situation="package", record=path.name, field="size")
    _publish(path, body)
    return Package(path, hashlib.sha256(body).hexdigest(), len(body), sum(map(len, files.values())), len(files))


def opened(path: Path, most_bytes: int = MOST_BYTES) -> Package:
    """A zip that was built before. Raise NotFound without one, DataInvalid when it is none of ours or too large."""
    try:
        body = path.read_bytes() if path.stat().st_size <= most_bytes else b""
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
    except OSError as error:
        raise NotFound(f"{path}: {error.strerror}", resource=str(path)) from error
    except zipfile.BadZipFile as error:
        message = f"{path} is not a zip of at most {most_bytes:,} bytes"
        raise DataInvalid(message, situation="package", record=path.name, field="size") from error
    if HANDLER.name not in {entry.filename for entry in entries}:
        message = f"{path} has no {HANDLER.name} at its root; python -m pipeline package builds one"
        raise DataInvalid(message, situation="package", record=path.name, field=HANDLER.name)
    unpacked = sum(entry.file_size for entry in entries)
    return Package(path, hashlib.sha256(body).hexdigest(), len(body), unpacked, len(entries))


def wheels(architecture: Architecture, with_boto3: bool = False) -> Files:
    """The libraries of lambda/requirements.txt for Lambda's platform, by pip; ``with_boto3`` also this checkout's own
    boto3, which Lambda takes before the runtime's. Source: pip, "pip install --platform"."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as beside:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        command += ["--only-binary=:all:", "--implementation=cp", f"--python-version={RUNTIME_PYTHON}"]
        command += [f"--platform={_PLATFORMS[architecture]}", f"--target={folder}", f"--requirement={REQUIREMENTS}"]
        if with_boto3:
            pins = Path(beside) / "boto3.txt"
            pins.write_text(pinned_boto3(), "utf-8")
            command.append(f"--requirement={pins}")
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)  # noqa: S603 - fixed words
        except subprocess.TimeoutExpired as error:
            raise ExternalApiDown(f"pip did not answer in {FETCH_SECONDS} s", provider="pip") from error
        if done.returncode:
            raise ExternalApiDown(f"pip: {last_word(done.stderr)}", provider="pip")
        return dict(_read_all(Path(folder)))


def installed() -> Files:
    """The same libraries as they are installed here: for the function that runs on this very machine."""
    return {path: body for name in required() for path, body in files_of(name).items()}


def files_of(name: str) -> Files:
    """A library's files as they are installed here."""
    files: Files = {}
    for file in importlib.metadata.files(name) or ():
        path = Path(str(file.locate()))
        if not _LEFT_OUT.search(file.as_posix()) and ".." not in file.parts and path.is_file():
            files[file.as_posix()] = path.read_bytes()
    return files


def pinned_boto3() -> str:
    """The lines of requirements.lock for boto3 and what it is made of, with their hashes. Raise NotFound."""
    entries = {
        name: text for text in re.split(r"\n(?=\S)", LOCK.read_text("utf-8")) if (name := text.partition("==")[0])
    }
    missing = [name for name in BOTO3 if name not in entries]
    if missing:
        raise NotFound(f"{LOCK.name} pins no {missing[0]}", resource=LOCK.name)
    return "\n".join(entries[name] for name in BOTO3) + "\n"


def required() -> list[str]:
    """The names in lambda/requirements.txt."""
    lines = REQUIREMENTS.read_text("utf-8").splitlines()
    return [match[0] for line in lines if (match := _NAME.match(line))]


def own_files(handler: Path = HANDLER) -> Files:
    """The handler, and the modules of pipeline/ that it reaches by imports; also those inside functions."""
    files: Files = {handler.name: handler.read_bytes()}
    waiting = [handler]
    while waiting:
        for path in _reached(waiting.pop()):
            name = path.relative_to(ROOT).as_posix()
            if name not in files:
                files[name] = path.read_bytes()
                waiting.append(path)
    return files


def _reached(path: Path) -> Iterator[Path]:
    for node in _run(ast.parse(path.read_bytes())):
        for name in _imported(node):
            parts = name.split(".")
            for depth in range(1, len(parts) + 1):
                module = ROOT.joinpath(*parts[:depth])
                yield from (file for file in (module.with_suffix(".py"), module / "__init__.py") if file.is_file())


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    # What stands under TYPE_CHECKING is never run.
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            yield node
            yield from _run(node)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names] if (node.module or "").startswith(_OURS) else []
    return [alias.name for alias in node.names if alias.name.startswith(_OURS)] if isinstance(node, ast.Import) else []


def _zipped(files: Files) -> bytes:
    buffer = io.BytesIO()
    # Stored, not deflated: zlib's versions differ in their bytes, and the whole is small.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr, entry.create_system = _MODE, _UNIX
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def _publish(path: Path, body: bytes) -> None:
    # Renamed when whole: a zip that is there already stays until then.
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(body)
        beside.replace(path)
    except OSError as error:
        raise NotFound(f"{path} cannot be written: {error.strerror}", resource=str(path)) from error


def _read_all(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not _LEFT_OUT.search(name):
            yield name, path.read_bytes()


def last_word(stderr: str) -> str:
    """The last thing that pip said, without addresses."""
    # pip's own last word; an address may hold a registry's credentials.
    errors = [line for line in stderr.splitlines() if line.startswith("ERROR:")] or stderr.splitlines()[-1:]
    return _ADDRESS.sub("[address]", errors[-1])[:300] if errors else "failed without a word"

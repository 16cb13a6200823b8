"""Builds the function's zip: export_handler.py at the root beside pipeline/, and what lambda/requirements.txt names.

Same tree, same bytes: sorted entries, one time, one mode, nothing compiled, no tests, no screen.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.errors import DataInvalid, ExternalApiDown

Architecture = Literal["arm64", "x86_64"]
ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "lambda" / "requirements.txt"
HANDLER = ROOT / "lambda" / "export_handler.py"
RUNTIME_PYTHON = "3.13"
# AWS Lambda Developer Guide, "Lambda quotas": 50 MB zipped when uploaded directly.
MOST_BYTES = 50_000_000
FETCH_SECONDS = 300
_PLATFORMS: dict[Architecture, str] = {"arm64": "manylinux2014_aarch64", "x86_64": "manylinux2014_x86_64"}
# The earliest time that a zip can say.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE, _UNIX = 0o100644 << 16, 3
# What an installer notes about itself, compiled files and programs: no part of a library.
_LEFT_OUT = re.compile(r"(^|/)(__pycache__|bin|tests)/|\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$")
_NAME = re.compile(r"^[A-Za-z0-9._-]+")
_ADDRESS = re.compile(r"\S*://\S+")

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
    """Write the zip to ``path``. Raise DataInvalid when it is larger than Lambda takes, ExternalApiDown from pip."""
    files = {**libraries(), **_own_files()}
    path.parent.mkdir(parents=True, exist_ok=True)
    # Stored, not deflated: zlib's versions differ in their bytes, and the whole is small.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr, entry.create_system = _MODE, _UNIX
            archive.writestr(entry, files[name])
    size = path.stat().st_size
    if size > most_bytes:
        path.unlink()
        raise DataInvalid(
            f"the package has {size:,} bytes, Lambda takes {most_bytes:,}", record=path.name, field="size"
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Package(path, digest, size, sum(map(len, files.values())), len(files))


def wheels(architecture: Architecture, python: str = RUNTIME_PYTHON) -> Files:
    """The libraries of lambda/requirements.txt for Lambda's platform, by pip. Source: pip, "pip install --platform"."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        command += ["--only-binary=:all:", "--implementation=cp", f"--python-version={python}"]
        command += [f"--platform={_PLATFORMS[architecture]}", f"--target={folder}", f"--requirement={REQUIREMENTS}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)  # noqa: S603 - fixed words
        except subprocess.TimeoutExpired as error:
            raise ExternalApiDown(f"pip did not answer in {FETCH_SECONDS} s", provider="pip") from error
        if done.returncode:
            raise ExternalApiDown(f"pip: {_said(done.stderr)}", provider="pip")
        return dict(_read_all(Path(folder)))


def installed() -> Files:
    """The same libraries as they are installed here: for the function that runs on this very machine."""
    found: Files = {}
    for name in required():
        for file in importlib.metadata.files(name) or ():
            path = Path(str(file.locate()))
            if not _LEFT_OUT.search(file.as_posix()) and ".." not in file.parts and path.is_file():
                found[file.as_posix()] = path.read_bytes()
    return found


def required() -> list[str]:
    """The names in lambda/requirements.txt."""
    lines = REQUIREMENTS.read_text("utf-8").splitlines()
    return [match[0] for line in lines if (match := _NAME.match(line))]


def _own_files() -> Files:
    sources = sorted((ROOT / "pipeline").rglob("*.py"))
    return {HANDLER.name: HANDLER.read_bytes()} | {
        path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sources
    }


def _read_all(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not _LEFT_OUT.search(name):
            yield name, path.read_bytes()


def _said(stderr: str) -> str:
    # pip's own last word; an address may hold a registry's credentials.
    errors = [line for line in stderr.splitlines() if line.startswith("ERROR:")] or stderr.splitlines()[-1:]
    return _ADDRESS.sub("[address]", errors[-1])[:300] if errors else "failed without a word"

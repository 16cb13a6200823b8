"""The libraries of a zip: by pip for Lambda's processor, or as they are installed on this machine.

Every one of them is pinned with its hashes; what pip says is told without addresses.
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pipeline.deploy.bundles import EXPORT, ROOT, Bundle
from pipeline.errors import ExternalApiDown, NotFound

Architecture = Literal["arm64", "x86_64"]
LOCK = ROOT / "requirements.lock"
RUNTIME_PYTHON = "3.13"
FETCH_SECONDS = 300
# boto3 and what it is made of; all of them in Python alone, so that one pin does for every platform.
BOTO3 = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
_MACHINES: dict[Architecture, str] = {"arm64": "aarch64", "x86_64": "x86_64"}
# The runtime is Amazon Linux 2023, whose glibc is 2.34. AWS Lambda Developer Guide, "Lambda runtimes". The older
# platform first: where a library has wheels for both, the zip stays as it was; pyarrow has the newer one only.
_PLATFORMS = ("manylinux2014", "manylinux_2_28")
# A line that begins with a dash names another file, not a library.
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
_FILE = re.compile(r"^-r (\S+\.txt)$")
# An address, and what pip's connection errors call a host; either may tell of a registry or hold its credentials.
_ADDRESS = re.compile(r"\S*://\S+|\b(?:host=)?'?[\w.-]+'?(?:,\s*port=|:)\d+|\S+@\S+|host='[^']*'")

Files = dict[str, bytes]


def wheels(bundle: Bundle, architecture: Architecture, with_boto3: bool = False) -> Files:
    """What a bundle requires for Lambda's platform, by pip; ``with_boto3`` also this checkout's own boto3, which Lambda
    takes before the runtime's. Raise ExternalApiDown. Source: pip, "pip install --platform"."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as beside:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        command += ["--only-binary=:all:", "--implementation=cp", f"--python-version={RUNTIME_PYTHON}"]
        command += [f"--platform={platform}_{_MACHINES[architecture]}" for platform in _PLATFORMS]
        command += [f"--target={folder}", f"--requirement={bundle.requirements}"]
        if with_boto3:
            pins = Path(beside) / "boto3.txt"
            pins.write_text(pinned_boto3(), "utf-8")
            command.append(f"--requirement={pins}")
        _run(command)
        return dict(_read_all(Path(folder), bundle.left_out))


def installed(bundle: Bundle = EXPORT) -> Files:
    """The same libraries as they are installed here: for the function that runs on this very machine."""
    names = required(bundle.requirements)
    return {path: body for name in names for path, body in files_of(name, bundle.left_out).items()}


def files_of(name: str, left_out: re.Pattern[str] = EXPORT.left_out) -> Files:
    """A library's files as they are installed here."""
    files: Files = {}
    for file in importlib.metadata.files(name) or ():
        path = Path(str(file.locate()))
        if not left_out.search(file.as_posix()) and ".." not in file.parts and path.is_file():
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


def required(requirements: Path = EXPORT.requirements) -> list[str]:
    """The names in a requirements file, and before them those in the files that it takes in."""
    lines = requirements.read_text("utf-8").splitlines()
    taken_in = [match[1] for line in lines if (match := _FILE.match(line))]
    above = [name for file in taken_in for name in required(requirements.parent / file)]
    return above + [match[0] for line in lines if (match := _NAME.match(line))]


def last_word(stderr: str) -> str:
    """The last thing that pip said, without addresses."""
    # pip's own last word; an address may hold a registry's credentials.
    errors = [line for line in stderr.splitlines() if line.startswith("ERROR:")] or stderr.splitlines()[-1:]
    return _ADDRESS.sub("[address]", errors[-1])[:300] if errors else "failed without a word"


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)  # noqa: S603 - fixed words
    except subprocess.TimeoutExpired as error:
        raise ExternalApiDown(f"pip did not answer in {FETCH_SECONDS} s", provider="pip") from error
    if done.returncode:
        raise ExternalApiDown(f"pip: {last_word(done.stderr)}", provider="pip")


def _read_all(folder: Path, left_out: re.Pattern[str]) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not left_out.search(name):
            yield name, path.read_bytes()

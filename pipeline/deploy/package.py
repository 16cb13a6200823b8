"""Builds a function's zip: its handler at the root beside pipeline/, and the libraries that its requirements name.

Same tree, same bytes: sorted entries, one time, one mode, nothing compiled; of pipeline/ only what the handler imports.
"""

from __future__ import annotations

import ast
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.deploy.bundles import EXPORT, READ_BESIDE, ROOT, Bundle
from pipeline.deploy.libraries import Files
from pipeline.errors import DataInvalid, NotFound

# The earliest time that a zip can say.
_TIME = (1980, 1, 1, 0, 0, 0)
# AWS Lambda Developer Guide, "Lambda quotas".
MOST_UNPACKED = 250_000_000
_MODE, _UNIX = 0o100644 << 16, 3
_OURS = "pipeline"
Libraries = Callable[[], Files]


@dataclass(frozen=True)
class Package:
    """A zip on disk; ``sha256`` in hex, ``size`` in bytes, ``unpacked`` the bytes of its files."""

    path: Path
    sha256: str
    size: int
    unpacked: int
    files: int


def build(path: Path, libraries: Libraries, bundle: Bundle = EXPORT) -> Package:
    """Write a bundle's zip to ``path``.

    Raise DataInvalid when it is larger than Lambda takes, ExternalApiDown from pip, NotFound without a place to write.
    """
    files = {**libraries(), **own_files(bundle.handler)}
    body = _zipped(files)
    if len(body) > bundle.most_bytes:
        where = f"lambda/{bundle.requirements.name}"
        message = f"the package has {len(body):,} bytes, Lambda takes {bundle.most_bytes:,}; see {where}"
        raise DataInvalid(message, situation="package", record=path.name, field="size")
    _publish(path, body)
    return Package(path, hashlib.sha256(body).hexdigest(), len(body), sum(map(len, files.values())), len(files))


def opened(path: Path, bundle: Bundle = EXPORT) -> Package:
    """A zip that was built before. Raise NotFound without one, DataInvalid when it is none of this function or too
    large."""
    try:
        body = path.read_bytes() if path.stat().st_size <= bundle.most_bytes else b""
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
    except OSError as error:
        raise NotFound(f"{path}: {error.strerror}", resource=str(path)) from error
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        message = f"{path} is not a zip of at most {bundle.most_bytes:,} bytes"
        raise DataInvalid(message, situation="package", record=path.name, field="size") from error
    handler = bundle.handler.name
    if handler not in {entry.filename for entry in entries}:
        built = f"python -m pipeline package --function {bundle.name} builds one"
        message = f"{path} has no {handler} at its root; {built}"
        raise DataInvalid(message, situation="package", record=path.name, field=handler)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED:
        message = f"{path} unpacks to {unpacked:,} bytes, Lambda takes {MOST_UNPACKED:,}"
        raise DataInvalid(message, situation="package", record=path.name, field="size")
    return Package(path, hashlib.sha256(body).hexdigest(), len(body), unpacked, len(entries))


def own_files(handler: Path = EXPORT.handler) -> Files:
    """The handler, and the modules of pipeline/ that it reaches by imports; also those inside functions. With them what
    they read beside themselves."""
    files: Files = {handler.name: handler.read_bytes()}
    waiting = [handler]
    while waiting:
        for path in _reached(waiting.pop()):
            name = path.relative_to(ROOT).as_posix()
            if name not in files:
                files[name] = path.read_bytes()
                waiting.append(path)
    return {**files, **{name: body for module in files for name, body in _beside(module)}}


def _beside(module: str) -> Iterator[tuple[str, bytes]]:
    folder = (ROOT / module).parent
    for pattern in READ_BESIDE.get(module, ()):
        yield from ((path.relative_to(ROOT).as_posix(), path.read_bytes()) for path in folder.glob(pattern))


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
    # Stored, not deflated: zlib's versions differ in their bytes, and only the unpacked size counts for Lambda.
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

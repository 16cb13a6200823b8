"""The files that the browser's engine is made of, as ``component/build.mjs`` has written them. Loads nothing heavy.

Each is served under a name that holds its hash; what is not in the list is not served.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parents[1] / "static" / "explore"
# The part of their addresses that stands behind the app's.
FOLDER = "engine"


@dataclass(frozen=True)
class Asset:
    """One file: ``path`` in its address, ``file`` as it lies here (gzip), ``size`` unpacked, in bytes; ``sha256`` of
    what it unpacks to, ``gzip_sha256`` of itself."""

    path: str
    file: str
    mime: str
    size: int
    sha256: str
    gzip_sha256: str

    @property
    def place(self) -> Path:
        """Where it lies."""
        return STATIC / self.file


@cache
def assets() -> dict[str, Asset]:
    """Every file by what it is: module, worker, engine, json, parquet."""
    return {name: Asset(**told) for name, told in _listed()["files"].items()}


@cache
def served() -> dict[str, Asset]:
    """Every file by the path in its address."""
    return {asset.path: asset for asset in assets().values()}


def addresses(base: str) -> dict[str, str]:
    """What the page needs to know, under the app's address: the module, the worker, the engine, and the folder in which
    the engine looks for its extensions."""
    named = {name: f"{base}/{FOLDER}/{assets()[name].path}" for name in ("module", "worker", "engine")}
    return {**named, "extensions": f"{base}/{FOLDER}/{_listed()['extensions']}"}


@cache
def _listed() -> dict[str, Any]:
    listed: dict[str, Any] = json.loads((STATIC / "assets.json").read_text("utf-8"))
    return listed

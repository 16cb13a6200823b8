"""The texts of one language by their keys (``ja/*.toml``, ``en/*.toml``), without Babel: the function reads them, too.

A function's zip holds the files that its messages need (``pipeline/deploy/bundles.py``), and those only.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("ja", "en")
DEFAULT_LANGUAGE = "ja"
TEXT = Path(__file__).parent


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of a language, by dotted key. Raise ValueError for a key that two files have."""
    texts: dict[str, str] = {}
    for path in sorted((TEXT / language).glob("*.toml")):
        more = _flat(tomllib.loads(path.read_text("utf-8")), "")
        if twice := texts.keys() & more.keys():
            raise ValueError(f"{path.name}: {', '.join(sorted(twice))} stands in another file, too")
        texts |= more
    return texts


def _flat(table: dict[str, Any], prefix: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            texts |= _flat(value, f"{prefix}{name}.")
        else:
            texts[f"{prefix}{name}"] = value
    return texts

"""Which kinds of sources there are, and how one is made of its configuration.

A new kind is one line here, one file beside it, one test, and one section in each catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.errors import DataInvalid
from pipeline.sources.source import Source

Build = Callable[["Registry", str, Mapping[str, Any]], Source]
KINDS: dict[str, Build] = {}


@dataclass(frozen=True)
class Registry:
    """Makes sources; what they share is handed to them here."""

    settings: Settings
    cloud: Cloud
    now: Callable[[], datetime]

    def build(self, kind: str, name: str, options: Mapping[str, Any]) -> Source:
        """A source of this kind. Raise DataInvalid for an unknown kind or invalid options."""
        if kind not in KINDS:
            raise DataInvalid(f"there is no kind of source {kind!r:.40}", record=name, field="kind")
        return KINDS[kind](self, name, options)

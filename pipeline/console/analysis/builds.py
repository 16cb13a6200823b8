"""Builds of our own models for people: whoever may see the console sees them, an operator sees rows that failed tests.

An audit line says which build; never a value of a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.analysis.models.builds import OUR_PROJECT, Build, BuildIndex, Builds
from pipeline.console.audit import Actor
from pipeline.lake import model_keys
from pipeline.lake.bucket import Lake


@dataclass(frozen=True)
class BuildBoard:
    """Builds in somebody's hands. Every method raises Forbidden for a person who may not, what the lake raises, and
    SchemaMismatch, which names its key, for what is no record."""

    lake: Lake
    actor: Actor

    def index(self) -> BuildIndex:
        """The newest builds in short, and each node's last runs."""
        self.actor.require("see")
        return Builds(self.lake).index()

    def kept(self, day: date, run_id: str) -> Build | None:
        """One build whole; None where there is none."""
        self.actor.require("see")
        return Builds(self.lake).load(day, run_id)

    def failing(self, day: date, run_id: str) -> dict[str, Any]:
        """Rows that a build's tests have failed for, by their unique ids; none where none were kept."""
        with self.actor.doing("download", f"failing rows of {run_id}"):
            stored = self.lake.read_json(model_keys.failing_key(OUR_PROJECT, day, run_id))
            return dict(stored[0].get("tests", {})) if stored else {}

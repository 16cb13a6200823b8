"""Why a run took its engine: a code and its numbers, which a screen says in its own words. Pure.

The ledger also keeps the sentence, for whoever reads the JSON; it is never read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pipeline.untrusted import count, quoted

Code = Literal["asked", "within", "past_with_recovery", "past_without_recovery", "past_recovery_unknown"]
_SENTENCES: dict[Code, str] = {
    "asked": "PIPELINE_ENGINE={setting}",
    "within": "{size:,} bytes are within the {limit:,} that one invocation scans",
    "past_with_recovery": "{past} is ENABLED",
    "past_without_recovery": "{past} is DISABLED",
    "past_recovery_unknown": "{past} is unknown (dynamodb:DescribeContinuousBackups is not allowed)",
}
_PAST = "{size:,} bytes are past the {limit:,} that one invocation scans, and point-in-time recovery"


@dataclass(frozen=True)
class EngineReason:
    """``asked``: by the ``setting`` (``scan``, ``native``); else the table's ``size`` is ``within`` or ``past`` the
    ``limit`` of one invocation's scan, both in bytes, and recovery, which a native export needs, is on or off."""

    code: Code
    setting: str = ""
    size: int = 0
    limit: int = 0

    @property
    def sentence(self) -> str:
        """The reason in English, for the ledger's readers."""
        past = _PAST.format(size=self.size, limit=self.limit)
        return _SENTENCES[self.code].format(setting=self.setting, size=self.size, limit=self.limit, past=past)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> EngineReason | None:
        """Read what the ledger keeps; None for a code of a later version, whose sentence stands beside it. Raise
        KeyError, TypeError, ValueError."""
        if not isinstance(raw["code"], str) or not isinstance(raw["setting"], str):
            raise ValueError(f"engine_why={quoted(raw)}")
        known = next((code for code in get_args(Code) if code == raw["code"]), None)
        return cls(known, raw["setting"], count(raw["size"]), count(raw["limit"])) if known else None

"""Why a run, or one day of a source, failed: what the ledger keeps of an error. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.clock import parse_utc
from pipeline.errors import FunctionFailed, MemoryExceeded, PipelineError
from pipeline.redaction import redact

_CODE = re.compile(r"E[0-9]{3}")
UNKNOWN = "E000"


@dataclass(frozen=True)
class RunError:
    """A code of pipeline.errors and one sentence; ``state`` narrows the code down (``revoked``, ``no_place``…);
    ``until`` is the time (ISO 8601, UTC) before which a provider will not answer."""

    code: str
    message: str
    state: str = ""
    until: str = ""

    @classmethod
    def of(cls, error: PipelineError) -> RunError:
        """What is kept of an error."""
        return cls(error.code, error.message, error.state, error.facts.get("until", ""))

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> RunError:
        """Read what ``to_json`` wrote. Raise KeyError, TypeError, AttributeError, ValueError."""
        until = parse_utc(raw["until"]).isoformat() if raw.get("until") else ""
        # The code stands in a title that is read as Markdown.
        code = str(raw["code"]) if _CODE.fullmatch(str(raw["code"])) else UNKNOWN
        return cls(code, redact(str(raw["message"])), redact(str(raw.get("state") or "")), until)

    def to_json(self) -> dict[str, str]:
        """Without what it does not say."""
        return {name: value for name, value in asdict(self).items() if value or name == "message"}


def recorded_as(error: BaseException, job: str) -> PipelineError:
    """How the ledger tells of whatever ended a job (``export``, ``fetch``)."""
    if isinstance(error, PipelineError):
        return error
    if isinstance(error, MemoryError):
        return MemoryExceeded("the function ran out of memory")
    return FunctionFailed(f"the {job} stopped on {type(error).__name__}: {redact(str(error))}")

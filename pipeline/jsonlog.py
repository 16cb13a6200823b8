"""Structured log lines (PRODUCT §4): one JSON object a line, as CloudWatch Logs Insights reads them.

Metadata is for facts (counts, keys, codes); what looks like a credential or a signed link is blanked out on its way.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from pipeline.redaction import blank_all, redact

SERVICE = "data-pipeline"
Emit = Callable[[str], None]


class JsonLog:
    """Writes the log lines of one invocation."""

    def __init__(self, function: str, request_id: str | None, emit: Emit | None = None) -> None:
        self._function = function
        self._request_id = request_id
        self._emit = emit or _to_stdout

    def info(self, message: str, **metadata: Any) -> None:
        self._line(logging.INFO, message, metadata)

    def warning(self, message: str, **metadata: Any) -> None:
        self._line(logging.WARNING, message, metadata)

    def error(self, message: str, **metadata: Any) -> None:
        self._line(logging.ERROR, message, metadata)

    def _line(self, level: int, message: str, metadata: dict[str, Any]) -> None:
        fields = {
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": logging.getLevelName(level),
            "service": SERVICE,
            "function": self._function,
            "requestId": self._request_id,
            "message": redact(message),
            "metadata": blank_all(metadata),
        }
        self._emit(orjson.dumps(fields, default=str).decode())


def _to_stdout(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

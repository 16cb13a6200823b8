"""The function's door: event → export → response (PRODUCT §4).

The runtime calls ``handler(event, context)``; clients are made at the first event and kept for the next ones.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from pipeline.function.handler import ExportFunction


@cache
def _function() -> ExportFunction:
    return ExportFunction.from_env(os.environ)


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer 200 or 500; on the schedule a failure is raised after the ledger has recorded it."""
    return _function().answer(event, context)

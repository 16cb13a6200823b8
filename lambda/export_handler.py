"""The function's door: event → export → response (PRODUCT §4).

The runtime calls ``handler(event, context)``; the embedded backend passes its own ``function`` instead of AWS's.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from pipeline.function import ExportFunction


@cache
def _on_aws() -> ExportFunction:
    return ExportFunction.from_env(os.environ)


def handler(event: Any, context: Any, function: ExportFunction | None = None) -> dict[str, Any]:
    """Answer 200 or 500; on the schedule a failure is raised after the ledger has recorded it."""
    return (function or _on_aws()).answer(event, context)

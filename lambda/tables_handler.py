"""The tables' function's door: event → tables of days → response (pipeline/tables/function).

The runtime calls ``handler(event, context)``; clients are made at the first event and kept for the next ones.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from pipeline.tables.function.handler import TablesFunction


@cache
def _function() -> TablesFunction:
    return TablesFunction.from_env(os.environ)


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer 200 or 500; what a table failed of stands in the ledger and in the answer."""
    return _function().answer(event, context)

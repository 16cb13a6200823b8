"""Records as text that a table shows: nested values as JSON, numbers with every digit. Pure.

The same for exports and for sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pandas as pd

from pipeline.lake.document import exact


def table(records: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Records as a table of text: nested values as JSON, numbers with every digit."""
    return pd.DataFrame([{name: cell(value) for name, value in row.items()} for row in records], dtype=object)


def cell(value: Any) -> str | None:
    """A value as text: nested ones as JSON, numbers with every digit."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return orjson.dumps(exact(value)).decode()
    return orjson.dumps(value).decode() if isinstance(value, bool) else str(value)

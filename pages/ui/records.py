"""Records as text that a table shows: nested values as JSON, numbers with every digit, long texts cut. Pure.

The same for exports and for sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from pipeline.documents.cells import Shown, shown


def table(records: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Records as a table of text."""
    return frame(shown(records))


def frame(made: Shown) -> pd.DataFrame:
    """What a preview shows as a table."""
    return pd.DataFrame(list(made.rows), dtype=object)

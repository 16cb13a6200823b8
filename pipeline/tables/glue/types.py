"""Our types as Glue writes them: Hive's names, which Athena reads. Pure.

Source: Amazon Athena User Guide, "Data types in Amazon Athena" (timestamps there have milliseconds).
"""

from __future__ import annotations

import re

from pipeline.errors import SchemaMismatch
from pipeline.untrusted import quoted

_PLAIN = {
    "boolean": "boolean",
    "int64": "bigint",
    "double": "double",
    "text": "string",
    # In UTC, and Japan's clock beside it.
    "timestamp": "timestamp",
    "timestamp_jst": "timestamp",
}
_DECIMAL = re.compile(r"decimal\(38,(?:[0-9]|[12][0-9]|3[0-8])\)")
_LIST = re.compile(r"list<(.+)>")


def glue_type(written: str) -> str:
    """The type of a column that manifests write so. Raise SchemaMismatch for one that they do not write."""
    inner = _LIST.fullmatch(written)
    if inner:
        return f"array<{glue_type(inner[1])}>"
    if _DECIMAL.fullmatch(written):
        return written
    if written not in _PLAIN:
        text = f"{quoted(written)} is no type of a column"
        raise SchemaMismatch(text, expected="a type of tables", found=quoted(written))
    return _PLAIN[written]

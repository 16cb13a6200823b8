"""What Glue calls tables, columns and the day: names that Athena reads, made of ours the same way each time. Pure.

Athena finds a Parquet file's columns by their names, so a column that Glue does not take is left out, never renamed.
Sources: AWS Glue Web API Reference, "Column"; Amazon Athena User Guide, "Name databases, tables, and columns".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

DAY = "dt"
# In bytes of UTF-8, of columns and of tables.
LONGEST = 255
# Stands in no name of a kind's table, so that what is before it and behind it is told apart again.
_BETWEEN = "__"
_LONGEST_DOCUMENT = 120
_PLAIN = re.compile(rf"[a-z0-9-]{{1,{_LONGEST_DOCUMENT}}}")
_ODD = re.compile(r"[^a-z0-9]+")
# "Single-line string pattern": no control characters, and no half of a surrogate pair.
_COLUMN = re.compile("[\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")


def table_name(document: str, kind: str) -> str:
    """The Glue table of a kind of a document's records: ``moderation_craft_data__session``. Ends its document's part
    with a digest where letters do not tell it from others (``A.b`` from ``a-b``)."""
    told = _ODD.sub("_", document.lower()).strip("_")[:_LONGEST_DOCUMENT]
    if _PLAIN.fullmatch(document):
        told = document.replace("-", "_")
    else:
        told = f"{told}_{hashlib.blake2b(document.encode(), digest_size=4).hexdigest()}".lstrip("_")
    return f"{told}{_BETWEEN}{kind}"


def column_name(name: str) -> str:
    """A column as Glue has it: in small letters, since Athena does not see case (our names never differ in case
    only)."""
    return name.lower()


def takes(name: str) -> bool:
    """Whether Glue takes a column of this name."""
    return len(column_name(name).encode("utf-8", "surrogatepass")) <= LONGEST and bool(_COLUMN.fullmatch(name))


def day_column(names: Iterable[str]) -> str:
    """What the day's partition is called beside columns of these names: ``dt``, or with ``_`` behind it."""
    taken, day = set(map(column_name, names)), DAY
    while day in taken:
        day += "_"
    return day

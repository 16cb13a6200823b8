"""What a record is one of, and what SQL calls the table of its kind: a name made by us, never the record's own. Pure.

Names only grow in number: one that was given stays, so every day's files of a kind lie in one folder.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from typing import Any

from pipeline.tables.manifest import ALL_RECORDS
from pipeline.tables.values import whole

ENTITY_TYPE = "entity_type"
# Records that do not say what they are; and the kinds beyond the first hundred.
UNNAMED, OTHERS = "records", "other_entities"
MOST_ENTITIES = 100
LONGEST_ENTITY = 200
_LONGEST_NAME = 60
_PREFIX = re.compile(r"([A-Za-z][A-Za-z0-9_.-]{0,63})#")
_ODD = re.compile(r"[^a-z0-9]+")
# What DuckDB or Athena reads as its own word. Sources: duckdb_keywords() of 2.0.1; Amazon Athena User Guide, "Escape
# reserved keywords".
_WORDS = frozenset(
    "all alter analyse analyze and anti any array as asc asof asymmetric at authorization between binary both by "
    "case cast check collate collation column columns concurrently constraint create cross cube current_date "
    "current_time current_timestamp current_user deallocate default deferrable delete desc describe distinct do "
    "drop else end escape except execute exists extract false fetch for foreign freeze from full generated glob "
    "group grouping having ilike in initially inner insert intersect into is isnull join lambda lateral leading "
    "left like limit localtime localtimestamp map natural normalize not notnull null offset on only or order "
    "outer overlaps pivot pivot_longer pivot_wider placing positional prepare primary qualify references "
    "returning right rollup select semi show similar skip some struct summarize symmetric table tablesample then "
    "to trailing true try_cast tuple uescape union unique unnest unpack unpivot using values variadic verbose "
    "when where window with".split()
)


def entity_of(record: Mapping[str, Any], sort_key: str) -> str:
    """What a record calls itself by its ``entity_type``, else by what stands before ``#`` in its sort key; empty where
    it says neither."""
    told = record.get(ENTITY_TYPE)
    if isinstance(told, str) and 0 < len(told) <= LONGEST_ENTITY:
        return whole(told)
    key = record.get(sort_key)
    prefix = _PREFIX.match(key) if isinstance(key, str) else None
    return prefix[1] if prefix else ""


def made_name(entity: str, taken: Collection[str]) -> str:
    """What SQL calls the table of a kind, beside the names that are ``taken``; ends with a digest of the kind where its
    letters do not tell it from others."""
    told = _ODD.sub("_", entity.lower()).strip("_")
    plain = f"t_{told}" if told[:1].isdigit() else told
    if plain in _WORDS:
        plain += "_"
    if plain and len(plain) <= _LONGEST_NAME and plain not in taken and plain not in {ALL_RECORDS, UNNAMED, OTHERS}:
        return plain
    digest = hashlib.blake2b(entity.encode(), digest_size=5).hexdigest()
    return f"{plain[:_LONGEST_NAME].rstrip('_') or 'entity'}_{digest}"

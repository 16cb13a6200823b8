"""The schema object of a table: read, changed by compare-and-set, and never narrowed.

Two that widen it at once both get what they wanted: who comes second widens what the first has written.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.errors import RateLimited
from pipeline.lake import keys
from pipeline.lake.bucket import Conflict, Lake
from pipeline.tables.schema import TableSchema, parsed, to_json

ATTEMPTS = 5


class Schemas:
    """Reads and writes schemas. Raises what Lake raises; SchemaMismatch for what is no schema."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def load(self, table: str) -> tuple[TableSchema, str | None]:
        """What is known of a table, and the state of its object (None: nothing is known yet)."""
        key = keys.schema_key(table)
        stored = self._lake.read_json(key)
        return (parsed(stored[0], key), stored[1]) if stored else (TableSchema(table), None)

    def change(self, table: str, widen: Callable[[TableSchema], TableSchema]) -> tuple[TableSchema, str | None]:
        """Write what ``widen`` makes of the schema, tried again on whatever somebody else has written meanwhile. Raise
        RateLimited when it keeps changing."""
        for _ in range(ATTEMPTS):
            before, etag = self.load(table)
            after = widen(before)
            if after == before:
                return before, etag
            try:
                return after, self._lake.write_json(keys.schema_key(table), to_json(after), etag)
            except Conflict:
                continue
        raise RateLimited(f"{keys.schema_key(table)} was changed {ATTEMPTS} times while it was being widened")

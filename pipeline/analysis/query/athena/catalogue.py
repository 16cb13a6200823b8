"""A day's rows in Glue's tables: looked up, and held against the manifest, before anything is read and paid for.

Glue's table is of one version and a range of days; a day that is not in it would be no rows, and no error either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.analysis.query.athena.statement import Part, Rows
from pipeline.aws import Cloud, translated
from pipeline.errors import NotFound, SchemaMismatch
from pipeline.tables.glue.names import column_name

_RANGE = re.compile(r"(?P<first>\d{4}-\d{2}-\d{2}),NOW")


@dataclass(frozen=True)
class GlueDays:
    """Glue's tables of one database, of files in one bucket."""

    cloud: Cloud
    bucket: str
    database: str

    def rows(self, part: Part, day: date) -> Rows:
        """Where a part's rows of a day are. Raise NotFound, SchemaMismatch (``query_catalogue``) where they are not,
        Forbidden naming the action."""
        table, name = self._table(part), f"{self.database}.{part.glue}"
        folder = f"s3://{self.bucket}/{part.file.key.rpartition('/dt=')[0]}/"
        found = str(table.get("StorageDescriptor", {}).get("Location", ""))
        day_column = _day_column(table, day)
        if found != folder or day_column is None:
            text = f"Glue's table {name} does not have {part.document} of {day}"
            raise SchemaMismatch(text, situation="query_catalogue", expected=folder, found=found, resource=name)
        there = {column["Name"] for column in table["StorageDescriptor"]["Columns"]}
        columns = tuple(column.name for column in part.file.columns if column_name(column.name) in there)
        return Rows(columns, day_column, day.isoformat())

    def _table(self, part: Part) -> Mapping[str, Any]:
        name = f"{self.database}.{part.glue}"
        try:
            with translated("glue:GetTable", name):
                return dict(self.cloud.glue.get_table(DatabaseName=self.database, Name=part.glue)["Table"])
        except NotFound as error:
            text = f"Glue has no table {name}"
            raise NotFound(text, resource=name, action="glue:GetTable", situation="query_catalogue") from error


def _day_column(table: Mapping[str, Any], day: date) -> str | None:
    """What the day's column is called; None where the projected days are without this one."""
    names = [str(key["Name"]) for key in table.get("PartitionKeys", ())]
    told = table.get("Parameters", {}).get(f"projection.{names[0]}.range", "") if names else ""
    projected = _RANGE.fullmatch(told)
    return names[0] if projected and projected["first"] <= day.isoformat() else None

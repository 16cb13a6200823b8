"""What Glue is to hold of a document's tables: one definition a kind of records, made of the schema alone. Pure.

The day is projected, so that no crawler and no partition is needed. Sources: AWS Glue Web API Reference, "TableInput";
Amazon Athena User Guide, "Use partition projection with Amazon Athena".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from pipeline.lake import keys
from pipeline.tables.glue.names import column_name, day_column, table_name, takes
from pipeline.tables.glue.types import glue_type
from pipeline.tables.manifest import ALL_RECORDS, Column
from pipeline.tables.schema import TableSchema, columns_of

# Whose a table is; one without it is somebody else's.
OURS = "pipeline-console.of"
LEFT_OUT = "pipeline-console.left-out"
# What decides where a table's rows are: of these nothing stays that is not ours.
OWN_PARAMETERS = ("pipeline-console.", "projection.", "storage.location.template")
_MOST_TOLD = 50
_STORED = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}


@dataclass(frozen=True)
class Definition:
    """One Glue table. ``of`` is the folder of its kind, of any version; ``folder`` that of the version that is written
    now; ``first`` the first day that has tables; ``left_out`` the columns that Glue does not take."""

    name: str
    of: str
    folder: str
    first: date
    columns: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...] = ()

    def to_input(self) -> dict[str, Any]:
        """As Glue is given it."""
        columns = [{"Name": name, "Type": kind} for name, kind in self.columns]
        return {
            "Name": self.name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": self.parameters(),
            "PartitionKeys": [{"Name": self.day, "Type": "string"}],
            "StorageDescriptor": {"Columns": columns, "Location": self.folder, **_STORED},
        }

    def parameters(self) -> dict[str, str]:
        """Its table parameters."""
        projected = f"projection.{self.day}"
        told = {LEFT_OUT: orjson.dumps(self.left_out[:_MOST_TOLD]).decode()} if self.left_out else {}
        return {
            "EXTERNAL": "TRUE",
            "classification": "parquet",
            OURS: self.of,
            "projection.enabled": "true",
            f"{projected}.type": "date",
            f"{projected}.format": "yyyy-MM-dd",
            f"{projected}.range": f"{self.first.isoformat()},NOW",
            f"{projected}.interval": "1",
            f"{projected}.interval.unit": "DAYS",
            "storage.location.template": f"{self.folder}dt=${{{self.day}}}/",
            **told,
        }

    @property
    def day(self) -> str:
        """What the day's column is called."""
        return day_column(name for name, _ in self.columns)


def definitions(schema: TableSchema, bucket: str, first: date) -> Iterator[Definition]:
    """The tables of a document, ``all_records`` among them."""
    for kind in (*schema.kinds, ALL_RECORDS):
        of = f"s3://{bucket}/{keys.TABLES}{schema.table}/{kind}/"
        columns, left_out = _columns(columns_of(schema, kind))
        folder = f"{of}v={schema.version(kind)}/"
        yield Definition(table_name(schema.table, kind), of, folder, first, tuple(columns.items()), left_out)


def same(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    """Whether a table of Glue's is what is wanted; what others have added to it does not count."""
    parameters = there.get("Parameters", {})
    stored, stored_there = wanted["StorageDescriptor"], there.get("StorageDescriptor", {})
    return (
        {name: value for name, value in parameters.items() if name in wanted["Parameters"] or is_own(name)}
        == wanted["Parameters"]
        and _typed(stored["Columns"]) == _typed(stored_there.get("Columns", ()))
        and _typed(wanted["PartitionKeys"]) == _typed(there.get("PartitionKeys", ()))
        and wanted["TableType"] == there.get("TableType")
        and all(stored[name] == stored_there.get(name) for name in ("Location", "InputFormat", "OutputFormat"))
        and stored["SerdeInfo"]["SerializationLibrary"] == stored_there.get("SerdeInfo", {}).get("SerializationLibrary")
    )


def is_own(parameter: str) -> bool:
    """Whether a table parameter is ours to set and to take away."""
    return parameter.startswith(OWN_PARAMETERS)


def _columns(shown: Sequence[Column]) -> tuple[dict[str, str], tuple[str, ...]]:
    columns: dict[str, str] = {}
    left_out = []
    for column in shown:
        name = column_name(column.name)
        if takes(column.name) and name not in columns:
            columns[name] = glue_type(column.type)
        else:
            left_out.append(column.name)
    return columns, tuple(left_out)


def _typed(columns: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [(column["Name"], column.get("Type", "")) for column in columns]

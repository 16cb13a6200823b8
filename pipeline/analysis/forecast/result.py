"""One forecast as it is kept: what it was made of and by which code, the outlook, and how earlier ones did. Pure.

The same input, code and moment give the same bytes on every machine: numbers have six digits, files are written alike.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from pipeline.analysis.forecast.completion import Completion
from pipeline.analysis.forecast.earlier import Earlier
from pipeline.analysis.forecast.growth import Growth
from pipeline.analysis.forecast.morning import Morning
from pipeline.analysis.forecast.outlook import Ahead, Outlook
from pipeline.errors import SchemaMismatch
from pipeline.untrusted import quoted

VERSION: Final = 1


@dataclass(frozen=True)
class DataVersion:
    """One object that went in, as it was: a mart's file."""

    key: str
    version_id: str | None
    checksum: str | None = None


@dataclass(frozen=True)
class Predictions:
    """The file of what every candidate foresaw; ``checksum`` S3's own SHA-256 (base64), ``size`` in bytes."""

    key: str
    version_id: str | None
    checksum: str
    size: int
    rows: int


@dataclass(frozen=True)
class Project:
    """What a completion is about; whose finished ``tasks`` and whose ``worked`` minutes it was foreseen by."""

    id: str
    name: str
    tasks: Literal["project", "person"] = "project"
    worked: Literal["project", "person"] = "person"


@dataclass(frozen=True)
class Forecast:
    """What run ``run_id`` foresaw on UTC day ``day``: of ``data``, by the code of hash ``code``, drawn with ``seed``.
    Exactly one of ``outlook``, ``morning``, ``completion``, ``growth`` is there, by its target; a completion has its
    ``project``."""

    run_id: str
    person: str
    target: str
    day: date
    made_at: datetime
    seed: int
    code: str
    data: tuple[DataVersion, ...]
    outlook: Outlook | None = None
    morning: Morning | None = None
    completion: Completion | None = None
    growth: Growth | None = None
    earlier: Earlier | None = None
    predictions: Predictions | None = None
    project: Project | None = None
    version: Literal[1] = VERSION


_FORM: TypeAdapter[Forecast] = TypeAdapter(Forecast)
_COLUMNS = ("candidate", "used", "horizon", "day", "value", "low", "high", "baseline")


def to_json(made: Forecast) -> dict[str, Any]:
    """Its form in the lake."""
    form: dict[str, Any] = _FORM.dump_python(made, mode="json")
    return form


def parsed(raw: Any, key: str) -> Forecast:
    """Read what ``to_json`` wrote. Raise SchemaMismatch naming ``key``."""
    try:
        return _FORM.validate_python(raw)
    except ValidationError as error:
        text = f"{key} is no forecast: {quoted(str(error), 200)}"
        raise SchemaMismatch(text, key=key, expected="a forecast", found=quoted(raw)) from error


@cache
def code_hash() -> str:
    """SHA-256 of this room's modules, in the order of their names: what was computed by other code is told apart."""
    digest = hashlib.sha256()
    room = Path(__file__).parent
    for name in sorted(path.relative_to(room).as_posix() for path in room.rglob("*.py")):
        digest.update(f"{name}\0".encode() + (room / name).read_bytes() + b"\0")
    return digest.hexdigest()


def parquet(rows: Sequence[Ahead]) -> bytes:
    """A row a candidate and day: candidate, used, horizon, day, value, low, high, baseline."""
    # Imported here: whoever only reads forecasts needs none of it.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    kinds = (pa.string(), pa.bool_(), pa.int32(), pa.date32(), *(pa.float64(),) * 4)
    told = [
        (row.candidate, row.is_used, row.horizon, row.ahead.day, row.ahead.value, row.ahead.low, row.ahead.high)
        + (row.ahead.baseline,)
        for row in rows
    ]
    columns = zip(*told, strict=True) if told else ((),) * len(_COLUMNS)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, names=list(_COLUMNS)), out, compression="zstd")
    return out.getvalue()

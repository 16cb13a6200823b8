"""The addresses of forecasts: a run's record and its predictions, by person and target. Pure.

They tell of people, as the records themselves do: they lie where a viewer's policy does not reach.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from urllib.parse import quote, unquote_to_bytes

from pipeline.clock import parse_day
from pipeline.errors import DataInvalid
from pipeline.lake.keys import day_prefix, valid_run_id
from pipeline.untrusted import quoted

FORECASTS = "metadata/forecasts/"
FileKind = Literal["json", "parquet"]

# An id, and its escaped form: a key has at most 1,024 bytes.
_LONGEST_PERSON, _LONGEST_PART = 100, 700
_TARGET = re.compile(r"[a-z][a-z0-9_]{0,59}")
_KEY = re.compile(
    re.escape(FORECASTS)
    + r"(?P<person>[A-Za-z0-9_~%-]{1,700})/"
    + rf"(?P<target>{_TARGET.pattern})/"
    + r"dt=(?P<day>\d{4}-\d{2}-\d{2})/(?P<run_id>[A-Za-z0-9][A-Za-z0-9_-]{0,99})"
    + rf"\.(?P<kind>{'|'.join(get_args(FileKind))})"
)


@dataclass(frozen=True)
class ForecastKey:
    """What a key says: whose, of what, made on which UTC day by which run; the record or the predictions."""

    person: str
    target: str
    day: date
    run_id: str
    kind: FileKind


def forecasts_prefix(person: str, target: str) -> str:
    """Where all forecasts of a person's target stand; ``person`` is any id of 1 to 100 characters, escaped here. Raise
    DataInvalid."""
    if not _TARGET.fullmatch(target):
        raise _refused(target, "target")
    return f"{FORECASTS}{_escaped(person)}/{target}/"


def forecast_key(person: str, target: str, day: date, run_id: str) -> str:
    """Key of a run's record. Raise DataInvalid."""
    return f"{day_prefix(forecasts_prefix(person, target), day)}{valid_run_id(run_id)}.json"


def predictions_key(person: str, target: str, day: date, run_id: str) -> str:
    """Key of what every candidate of a run foresaw. Raise DataInvalid."""
    return f"{forecast_key(person, target, day, run_id).removesuffix('.json')}.parquet"


def parse_forecast_key(key: str) -> ForecastKey | None:
    """Read either key; None when it is neither."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    try:
        person, day = unquote_to_bytes(match["person"]).decode(), parse_day(match["day"])
        if _escaped(person) != match["person"]:
            return None
    except (ValueError, DataInvalid):
        return None
    kind: FileKind = match["kind"]  # type: ignore[assignment]
    return ForecastKey(person, match["target"], day, match["run_id"], kind)


def _escaped(person: str) -> str:
    """One part of a key, whatever the id holds: no slash, and none of the dots that lead elsewhere."""
    if not 1 <= len(person) <= _LONGEST_PERSON or not person.isprintable():
        raise _refused(person, "person")
    part = quote(person, safe="").replace(".", "%2E")
    if len(part) > _LONGEST_PART:
        raise _refused(person, "person")
    return part


def _refused(name: str, field: str) -> DataInvalid:
    return DataInvalid(f"{quoted(name, 120)} names no {field} of forecasts", record=FORECASTS, field=field)

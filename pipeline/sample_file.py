"""A user's own sample (PIPELINE_SAMPLE_FILE): a JSON array, checked against what DynamoDB can hold.

Every refusal names the record and the field; nothing is loaded from a file that is refused.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from pipeline.errors import DataInvalid, NotFound

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_RECORDS = 100_000
# Amazon DynamoDB Developer Guide, "Constraints": item size, nesting, number precision and range.
MAX_ITEM_BYTES = 400 * 1024
MAX_DEPTH = 32
MAX_DIGITS = 38
_LARGEST, _SMALLEST = Decimal("9.9999999999999999999999999999999999999E+125"), Decimal("1E-130")

Key = Sequence[tuple[str, str]]
Item = dict[str, Any]


def load_file(path: str, key: Key) -> list[Item]:
    """Records as values for boto3's TypeSerializer; ``key`` is ((name, "S"|"N"|"B"), …).

    Raise NotFound for a missing file, DataInvalid (facts: record, field) for one that cannot be loaded.
    """
    records = _parse(_read(path), path)
    if not isinstance(records, list):
        _refuse(path, "file", f"is no JSON array of objects but {type(records).__name__}")
    if len(records) > MAX_RECORDS:
        _refuse(path, "file", f"holds {len(records)} records; at most {MAX_RECORDS} are loaded")
    items = [_item(record, number, key) for number, record in enumerate(records, start=1)]
    _refuse_duplicates(items, key)
    return items


def _read(path: str) -> bytes:
    try:
        if Path(path).stat().st_size > MAX_FILE_BYTES:
            _refuse(path, "file", f"is larger than {MAX_FILE_BYTES} bytes")
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise NotFound(
            f"PIPELINE_SAMPLE_FILE {path} does not exist", resource=path, action="PIPELINE_SAMPLE_FILE"
        ) from error
    except (OSError, ValueError) as error:
        raise DataInvalid(f"{path} cannot be read: {type(error).__name__}", record=path, field="file") from error


def _parse(body: bytes, path: str) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise DataInvalid(f"{path} is not JSON in UTF-8: {error}", record=path, field="file") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _item(record: Any, number: int, key: Key) -> Item:
    where = f"record {number}"
    if not isinstance(record, dict):
        _refuse(where, "record", f"is no JSON object but {type(record).__name__}")
    for name, value in record.items():
        if not name:
            _refuse(where, name, "has an empty name")
        _check(value, where, name, depth=1)
    item = {**record, **{name: _key_value(record, name, kind, where) for name, kind in key}}
    size = len(json.dumps(record, default=str, ensure_ascii=False).encode("utf-8", "replace"))
    if size > MAX_ITEM_BYTES:
        _refuse(where, "record", f"has about {size} bytes; DynamoDB holds at most {MAX_ITEM_BYTES}")
    return item


def _check(value: Any, where: str, field: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        _refuse(where, field, f"is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, Decimal):
        _check_number(value, where, field)
    elif isinstance(value, str):
        _check_text(value, where, field)
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _check(inner, where, field, depth + 1)


def _check_number(value: Decimal, where: str, field: str) -> None:
    digits = len("".join(map(str, value.as_tuple().digits)).strip("0"))
    if digits > MAX_DIGITS:
        _refuse(where, field, f"has {digits} digits; DynamoDB keeps {MAX_DIGITS}")
    if value and not _SMALLEST <= abs(value) <= _LARGEST:
        _refuse(where, field, "is outside DynamoDB's range of numbers")


def _check_text(value: str, where: str, field: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataInvalid(f"{where}: {field} is not valid Unicode", record=where, field=field) from error


def _key_value(record: Item, name: str, kind: str, where: str) -> Any:
    value = record.get(name)
    if kind == "B" and isinstance(value, str):
        value = _binary(value, where, name)
    wanted = {"S": str, "N": Decimal, "B": bytes}[kind]
    if not isinstance(value, wanted):
        _refuse(where, name, f"is the key and must be of type {kind}")
    if value in ("", b""):
        _refuse(where, name, "is the key and must not be empty")
    return value


def _binary(value: str, where: str, name: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataInvalid(f"{where}: {name} is not base64", record=where, field=name) from error


def _refuse_duplicates(items: Sequence[Item], key: Key) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for number, item in enumerate(items, start=1):
        mark = tuple(item[name] for name, _ in key)
        if mark in seen:
            _refuse(f"record {number}", key[0][0], f"has the same key as record {seen[mark]}")
        seen[mark] = number


def _refuse(record: str, field: str, why: str) -> NoReturn:
    raise DataInvalid(f"{record}: {field} {why}", record=record, field=field)

"""A user's own sample (PIPELINE_SAMPLE_FILE): a JSON array, checked against what DynamoDB can hold.

Every refusal names the record and the field; nothing is loaded from a file that is refused.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation
from pathlib import Path
from stat import S_ISREG
from typing import Any

from pipeline.errors import DataInvalid, NotFound

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_RECORDS = 100_000
# Amazon DynamoDB Developer Guide, "Constraints" and "Naming rules": item and key sizes (partition, sort), names of
# attributes at any depth (at least one character, at most 64 KB), nesting, numbers.
MAX_ITEM_BYTES = 400 * 1024
MAX_KEY_BYTES = (2048, 1024)
MAX_NAME_BYTES = 65_535
MAX_DEPTH = 32
MAX_DIGITS = 38
_EXPONENTS = range(-130, 126)
_EXACT = Context(prec=MAX_DIGITS, traps=[Inexact])

Key = Sequence[tuple[str, str]]
Item = dict[str, Any]


def load_file(path: str, key: Key) -> list[Item]:
    """Records as values for boto3's TypeSerializer; ``key`` is ((name, "S"|"N"|"B"), …).

    Raise NotFound for a missing file, DataInvalid (facts: record, field) for one that cannot be loaded.
    """
    records = _parse(_read(path), path)
    if not isinstance(records, list):
        raise _fault(path, "file", f"is no JSON array of objects but {_kind(records)}")
    if len(records) > MAX_RECORDS:
        raise _fault(path, "file", f"holds {len(records)} records; at most {MAX_RECORDS} are loaded")
    items = [_item(record, f"record {number}", key) for number, record in enumerate(records, start=1)]
    _refuse_duplicates(items, key)
    return items


def _read(path: str) -> bytes:
    try:
        state = Path(path).stat()
        if not S_ISREG(state.st_mode):
            raise _fault(path, "file", "is no regular file")
        if state.st_size > MAX_FILE_BYTES:
            raise _fault(path, "file", f"has {state.st_size} bytes; at most {MAX_FILE_BYTES} are read")
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        name = _shown(path)
        message = f"PIPELINE_SAMPLE_FILE {name} does not exist"
        raise NotFound(message, resource=name, action="PIPELINE_SAMPLE_FILE") from error
    except (OSError, ValueError) as error:
        raise _fault(path, "file", f"cannot be read: {type(error).__name__}") from error


def _parse(body: bytes, path: str) -> Any:
    # NaN and numbers that Decimal cannot hold pass here, so that the refusal can name their record and field.
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            parse_float=_decimal,
            parse_int=_decimal,
            parse_constant=Decimal,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as error:
        raise _fault(path, "file", f"is not JSON in UTF-8: {error}") from error


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("Infinity")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # json keeps the last of two members of one name and drops the other without a word.
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has two members {_shown(twice)!r}")
    return members


def _item(record: Any, where: str, key: Key) -> Item:
    if not isinstance(record, dict):
        raise _fault(where, "record", f"is no JSON object but {_kind(record)}")
    item = {_name(name, where, name): _value(value, where, name, depth=1) for name, value in record.items()}
    for (name, kind), limit in zip(key, MAX_KEY_BYTES, strict=False):
        if name not in item:
            raise _fault(where, name, "is the key and is missing")
        item[name] = _key_value(item[name], kind, where, name)
        if _size(item[name]) > limit:
            raise _fault(where, name, f"is the key and longer than {limit} bytes")
    size = _size(item)
    if size > MAX_ITEM_BYTES:
        raise _fault(where, "record", f"has about {size} bytes; DynamoDB holds at most {MAX_ITEM_BYTES}")
    return item


def _name(name: str, where: str, field: str) -> str:
    """An attribute's name, of the record itself (then it is the ``field``, too) or of a map inside that field."""
    if not name:
        why = "has an attribute with an empty name inside a map" if field else "(an attribute's name) is empty"
        raise _fault(where, field, why)
    if len(_text(name, where, field).encode()) > MAX_NAME_BYTES:
        raise _fault(where, field, f"has an attribute's name longer than {MAX_NAME_BYTES} bytes")
    return name


def _value(value: Any, where: str, field: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _fault(where, field, f"is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, Decimal):
        return _number(value, where, field)
    if isinstance(value, str):
        return _text(value, where, field)
    if isinstance(value, list):
        return [_value(inner, where, field, depth + 1) for inner in value]
    if isinstance(value, dict):
        return {_name(name, where, field): _value(inner, where, field, depth + 1) for name, inner in value.items()}
    return value


def _number(value: Decimal, where: str, field: str) -> Decimal:
    if not value.is_finite() or (value and value.adjusted() not in _EXPONENTS):
        raise _fault(where, field, "is no number in DynamoDB's range")
    try:
        # boto3's serializer refuses what is longer than 38 digits, also when those beyond are zeros.
        return _EXACT.plus(value) if value else Decimal(0)
    except Inexact as error:
        raise _fault(where, field, f"has more than {MAX_DIGITS} digits") from error


def _text(value: str, where: str, field: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _fault(where, field, "is not valid Unicode") from error
    return value


def _key_value(value: Any, kind: str, where: str, name: str) -> Any:
    if kind == "B" and isinstance(value, str):
        value = _binary(value, where, name)
    wanted = {"S": str, "N": Decimal, "B": bytes}[kind]
    if not isinstance(value, wanted):
        raise _fault(where, name, f"is the key and must be of type {kind}, not {_kind(value)}")
    if value in ("", b""):
        raise _fault(where, name, "is the key and must not be empty")
    return value


def _binary(value: str, where: str, name: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _fault(where, name, "is not base64") from error


def _size(value: Any) -> int:
    # Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats"; near enough to refuse before DynamoDB does.
    if isinstance(value, str | bytes):
        return len(value.encode("utf-8") if isinstance(value, str) else value)
    if isinstance(value, Decimal):
        return len(value.as_tuple().digits) // 2 + 2
    if isinstance(value, dict):
        return 3 + sum(1 + _size(name) + _size(inner) for name, inner in value.items())
    if isinstance(value, list):
        return 3 + sum(1 + _size(inner) for inner in value)
    return 1


def _refuse_duplicates(items: Sequence[Item], key: Key) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for number, item in enumerate(items, start=1):
        mark = tuple(item[name] for name, _ in key)
        if mark in seen:
            raise _fault(f"record {number}", key[0][0], f"has the same key as record {seen[mark]}")
        seen[mark] = number


def _fault(record: str, field: str, why: str) -> DataInvalid:
    record, field = _shown(record), _shown(field)
    return DataInvalid(f"{record}: {field} {why}", record=record, field=field)


def _shown(text: str) -> str:
    # A lone surrogate cannot be printed, and a name may be as long as the file.
    return text[:200].encode("utf-8", "backslashreplace").decode()


def _kind(value: Any) -> str:
    return {type(None): "null", bool: "a boolean", Decimal: "a number", str: "a string", list: "an array"}.get(
        type(value), "an object"
    )

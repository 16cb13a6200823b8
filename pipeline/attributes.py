"""DynamoDB's JSON into plain JSON: the fast path of the export. Pure.

Numbers travel as text from DynamoDB to the document (orjson.Fragment), so that none of their 38 digits meets a float.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from pipeline.errors import DataInvalid, TransformFailed

EXPORTED_AT = "_exported_at"
# RFC 8259, section 6. A Fragment is written unchecked, so every number is checked here.
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def encode_records(items: Iterable[dict[str, Any]], exported_at: str, key_names: tuple[str, ...]) -> Iterator[bytes]:
    """Yield each item (attribute name → DynamoDB-typed value) as one line of plain JSON with ``_exported_at``.

    Items are consumed. Raise DataInvalid for an item with its own ``_exported_at``, TransformFailed for a value that
    JSON cannot hold; both name the record's key.
    """
    for item in items:
        yield encode_record(item, exported_at, key_names)


def encode_record(item: dict[str, Any], exported_at: str, key_names: tuple[str, ...]) -> bytes:
    """One item as one line of plain JSON; see encode_records."""
    if EXPORTED_AT in item:
        raise DataInvalid(
            f"record {_name(item, key_names)} has an attribute {EXPORTED_AT} of its own",
            record=_name(item, key_names),
            field=EXPORTED_AT,
        )
    try:
        record = plain_item(item)
        record[EXPORTED_AT] = exported_at
        return orjson.dumps(record)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        name = _name(item, key_names)
        raise TransformFailed(f"record {name} cannot be written as JSON: {error}", record=name) from error


def plain_item(item: dict[str, Any]) -> dict[str, Any]:
    """Attribute map → plain values ready for orjson; numbers are Fragments.

    Source: Amazon DynamoDB API Reference, "AttributeValue".
    """
    return {name: _CONVERT[kind](inner) for name, value in item.items() for kind, inner in value.items()}


def decode_key(raw: dict[str, Any]) -> dict[str, Any]:
    """A LastEvaluatedKey from raw JSON → the form botocore takes back: binary parts as bytes."""
    return {
        name: {kind: base64.b64decode(inner) if kind == "B" and isinstance(inner, str) else inner}
        for name, value in raw.items()
        for kind, inner in value.items()
    }


def encode_key(key: dict[str, Any]) -> dict[str, Any]:
    """The reverse of decode_key: a form that JSON can hold."""
    return {
        name: {kind: _binary(inner) if kind == "B" else inner} for name, v in key.items() for kind, inner in v.items()
    }


def number_text(text: str) -> str:
    """A DynamoDB number as a JSON number with every digit kept; ValueError when it is none."""
    if _JSON_NUMBER.fullmatch(text):
        return text
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a number")
    return str(number)


def _number(text: str) -> orjson.Fragment:
    return orjson.Fragment(number_text(text))


def _binary(value: Any) -> str:
    return value if isinstance(value, str) else base64.b64encode(value).decode("ascii")


def _as_is(value: Any) -> Any:
    return value


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "S": _as_is,
    "N": _number,
    "BOOL": _as_is,
    "NULL": lambda _: None,
    "M": plain_item,
    "L": lambda values: [_CONVERT[kind](inner) for value in values for kind, inner in value.items()],
    "SS": list,
    "NS": lambda values: [_number(value) for value in values],
    "BS": lambda values: [_binary(value) for value in values],
    "B": _binary,
}


def _name(item: dict[str, Any], key_names: tuple[str, ...]) -> str:
    parts = [f"{name}={next(iter(item[name].values()))}" for name in key_names if item.get(name)]
    return ", ".join(parts)[:300] or "without a key"

"""DynamoDB's JSON into plain JSON: the fast path of the export. Pure.

Numbers travel as text from DynamoDB to the document (orjson.Fragment), so that none of their 38 digits meets a float.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from pipeline.config import OnClash
from pipeline.errors import DataInvalid, TransformFailed
from pipeline.lake.document import EXPORTED_AT

# RFC 8259, section 6. A Fragment is written unchecked, so every number is checked here.
_is_json_number = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch
_Fragment = orjson.Fragment
PREVIOUS = f"{EXPORTED_AT}_previous"


def encode_records(
    items: Iterable[dict[str, Any]], exported_at: str, key_names: tuple[str, ...], on_clash: OnClash = "fail"
) -> list[bytes]:
    """Each item (attribute name → DynamoDB-typed value) as one line of plain JSON with ``_exported_at``.

    Items are consumed. An item's own ``_exported_at`` is refused with DataInvalid, or set aside: ``on_clash``. Raise
    TransformFailed for a value that JSON cannot hold; both name the record's key.
    """
    return [encode_record(item, exported_at, key_names, on_clash) for item in items]


def encode_record(
    item: dict[str, Any], exported_at: str, key_names: tuple[str, ...], on_clash: OnClash = "fail"
) -> bytes:
    """One item as one line of plain JSON; see encode_records."""
    if EXPORTED_AT in item:
        if on_clash == "fail" or EXPORTED_AT in key_names:
            raise _clash(_name(item, key_names))
        set_aside(item)
    try:
        plain_item(item)
        item[EXPORTED_AT] = exported_at
        return orjson.dumps(item)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        name = _name(item, key_names)
        raise TransformFailed(f"record {name} cannot be written as JSON: {error}", record=name) from error


def clashing(items: Iterable[dict[str, Any]]) -> int:
    """How many of these items have an ``_exported_at`` of their own."""
    return sum(EXPORTED_AT in item for item in items)


def set_aside(record: dict[str, Any]) -> dict[str, Any]:
    """Move a record's own ``_exported_at`` to the first free of ``_exported_at_previous``, ``…_previous_2``, ``…_3``,
    in place: a record that was exported and imported more than once keeps them all, the oldest first."""
    name, number = PREVIOUS, 1
    while name in record:
        number += 1
        name = f"{PREVIOUS}_{number}"
    record[name] = record.pop(EXPORTED_AT)
    return record


def plain_item(item: dict[str, Any]) -> dict[str, Any]:
    """Turn an attribute map into plain values ready for orjson, in place; numbers become Fragments.

    This is the export's hot spot. Measured (tests/benchmarks): rewriting in place with popitem and a chain of
    comparisons, commonest type first, beats a table of functions by a third; memoised Fragments and integers for
    short numbers lose. Source: Amazon DynamoDB API Reference, "AttributeValue".
    """
    for name, value in item.items():
        kind, inner = value.popitem()
        if kind == "S" or kind == "BOOL":  # noqa: PLR1714 - two comparisons beat a set here
            item[name] = inner
        elif kind == "N":
            item[name] = _Fragment(inner if _is_json_number(inner) else number_text(inner))
        else:
            item[name] = _CONVERT[kind](inner)
    return item


def plain_value(value: dict[str, Any]) -> Any:
    """One typed value as a plain one; consumes it."""
    kind, inner = value.popitem()
    return _CONVERT[kind](inner)


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
    if _is_json_number(text):
        return text
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r:.80} is not a number") from error
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a number")
    return str(number)


def _number(text: str) -> orjson.Fragment:
    return _Fragment(number_text(text))


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
    "L": lambda values: [plain_value(value) for value in values],
    "SS": list,
    "NS": lambda values: [_number(value) for value in values],
    "BS": lambda values: [_binary(value) for value in values],
    "B": _binary,
}


def _clash(name: str) -> DataInvalid:
    message = f"record {name} has an attribute {EXPORTED_AT} of its own"
    return DataInvalid(message, situation="own_export_time", record=name, field=EXPORTED_AT)


def _name(item: dict[str, Any], key_names: tuple[str, ...]) -> str:
    parts = [f"{name}={_shown(item[name])}" for name in key_names if name in item]
    return ", ".join(parts)[:300] or "without a key"


def _shown(value: Any) -> Any:
    # The item may have been converted up to the attribute that failed.
    if isinstance(value, orjson.Fragment):
        return orjson.dumps(value).decode()
    return next(iter(value.values()), "?") if isinstance(value, dict) else value

"""DynamoDB's JSON into plain JSON: the fast path of the export. Pure.

Numbers travel as text from DynamoDB to the document (msgspec.Raw), so that none of their 38 digits meets a float.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from pipeline.config import OnClash
from pipeline.errors import DataInvalid, TransformFailed
from pipeline.lake.document import EXPORTED_AT, SEPARATOR

# RFC 8259, section 6. Raw is written unchecked, so every number is checked here.
_is_json_number = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch
# Most numbers of an application are short whole ones, which need no check.
_short = {str(number): Raw(str(number)) for number in range(1000)}.get
PREVIOUS: Final = f"{EXPORTED_AT}_previous"


class Attribute(Struct, gc=False):
    """A typed value; one of these is set. Texts are decoded and written anew, so that whatever escapes and blanks a
    page has, a record has ours. Source: Amazon DynamoDB API Reference, "AttributeValue"."""

    S: str | UnsetType = UNSET
    N: str | UnsetType = UNSET
    BOOL: bool | UnsetType = UNSET
    M: dict[str, Attribute] | UnsetType = UNSET
    L: list[Attribute] | UnsetType = UNSET
    SS: list[str] | UnsetType = UNSET
    NULL: bool | UnsetType = UNSET
    NS: list[str] | UnsetType = UNSET
    B: str | UnsetType = UNSET
    BS: list[str] | UnsetType = UNSET


Item = dict[str, Attribute]
# What an item is made of, and its attributes while they are written: texts, booleans, Raw, None, dicts and lists.
_Converted = dict[str, Any]
_Value = TypeVar("_Value")
_encode_lines = msgspec.json.Encoder().encode_lines
_decode_item = msgspec.json.Decoder(Item).decode


def item_of(typed: dict[str, Any], key_names: tuple[str, ...] = ()) -> Item:
    """An item from what was decoded elsewhere: JSON's values, or botocore's with binary parts as bytes. Raise
    TransformFailed, which names the record by its key."""
    try:
        return _decode_item(msgspec.json.encode(typed))
    except (ValueError, TypeError, RecursionError) as error:
        raise _failed(_name(typed, key_names), error) from error


def encode_records(
    items: Iterable[Item], exported_at: str, key_names: tuple[str, ...], on_clash: OnClash = "fail"
) -> bytes:
    """Each item as plain JSON with ``_exported_at``, joined as a document's records are; nothing for no item.

    Items are consumed. An item's own ``_exported_at`` is refused with DataInvalid, or set aside: ``on_clash``. Raise
    TransformFailed for a value that JSON cannot hold; both name the record's key.
    """
    records = [_record(item, exported_at, key_names, on_clash) for item in items]
    # A newline in a text is written as an escape: these are the ends of records.
    return _encode_lines(records)[:-1].replace(b"\n", SEPARATOR)


def encode_record(
    item: dict[str, Any], exported_at: str, key_names: tuple[str, ...], on_clash: OnClash = "fail"
) -> bytes:
    """One item of JSON's or botocore's values as one line of plain JSON; see encode_records."""
    return encode_records([item_of(item, key_names)], exported_at, key_names, on_clash)


def _record(item: Item, exported_at: str, key_names: tuple[str, ...], on_clash: OnClash) -> _Converted:
    if EXPORTED_AT in item:
        if on_clash == "fail" or EXPORTED_AT in key_names:
            raise _clash(_name(item, key_names))
        set_aside(item)
    try:
        record = plain_item(item)
    except ValueError as error:
        raise _failed(_name(item, key_names), error) from error
    record[EXPORTED_AT] = exported_at
    return record


def clashing(items: Iterable[Item]) -> int:
    """How many of these items have an ``_exported_at`` of their own."""
    return sum(EXPORTED_AT in item for item in items)


def set_aside(record: dict[str, _Value]) -> dict[str, _Value]:
    """Move a record's own ``_exported_at`` to the first free of ``_exported_at_previous``, ``…_previous_2``, ``…_3``,
    in place: a record that was exported and imported more than once keeps them all, the oldest first."""
    name, number = PREVIOUS, 1
    while name in record:
        number += 1
        name = f"{PREVIOUS}_{number}"
    record[name] = record.pop(EXPORTED_AT)
    return record


def plain_item(item: Item) -> _Converted:
    """Turn an attribute map into plain values ready for msgspec, in place. Raise ValueError.

    This is the export's hot spot. Measured (MEASURED.md): rewriting in place with a chain of comparisons, commonest
    type first, and the short numbers looked up.
    """
    plain: _Converted = item
    for name, value in item.items():
        if (text := value.S) is not UNSET:
            plain[name] = text
        elif (number := value.N) is not UNSET:
            plain[name] = _short(number) or _number(number)
        elif (flag := value.BOOL) is not UNSET:
            plain[name] = flag
        else:
            plain[name] = plain_value(value)
    return plain


def plain_value(value: Attribute) -> Any:
    """One typed value as a plain one; consumes it. Raise ValueError for a number that is none, or no known type."""
    if value.S is not UNSET:
        return value.S
    if value.N is not UNSET:
        return _number(value.N)
    if value.BOOL is not UNSET:
        return value.BOOL
    if value.M is not UNSET:
        return plain_item(value.M)
    if value.L is not UNSET:
        return [plain_value(inner) for inner in value.L]
    return _rare(value)


def _rare(value: Attribute) -> Any:
    if value.NULL is not UNSET:
        return None
    if value.NS is not UNSET:
        return [_number(number) for number in value.NS]
    for texts in (value.SS, value.B, value.BS):
        if texts is not UNSET:
            return texts
    raise ValueError("a value of no known type")


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


def _number(text: str) -> Raw:
    return Raw(number_text(text))


def _binary(value: Any) -> str:
    return value if isinstance(value, str) else base64.b64encode(value).decode("ascii")


def _clash(name: str) -> DataInvalid:
    message = f"record {name} has an attribute {EXPORTED_AT} of its own"
    return DataInvalid(message, situation="own_export_time", record=name, field=EXPORTED_AT)


def _failed(name: str, error: Exception) -> TransformFailed:
    return TransformFailed(f"record {name} cannot be written as JSON: {error}", record=name)


def _name(item: dict[str, Any], key_names: tuple[str, ...]) -> str:
    parts = [f"{name}={_shown(item[name])}" for name in key_names if name in item]
    return ", ".join(parts)[:300] or "without a key"


def _shown(value: Any) -> Any:
    # The item may have been converted up to the attribute that failed.
    if isinstance(value, Raw):
        return bytes(value).decode()
    if isinstance(value, Attribute):
        return next((inner for inner in (value.S, value.N, value.B) if inner is not UNSET), "?")
    return next(iter(value.values()), "?") if isinstance(value, dict) else value

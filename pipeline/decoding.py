"""What was written elsewhere becomes a Struct, or every field that does not is named. Pure.

Types say what is expected, in ``msgspec.Meta`` too; a refusal quotes that and what was found.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo, fields

from pipeline.untrusted import quoted

T = TypeVar("T", bound=Struct)


@dataclass(frozen=True)
class Misfit:
    """A field that is not as its type has it: ``expected`` as a sentence, ``found`` quoted within bounds."""

    field: str
    expected: str
    found: str


def sifted(values: Mapping[str, Any], into: type[T]) -> tuple[T | None, tuple[Misfit, ...]]:
    """The Struct of these values, or None and every field that cannot be taken, a name that it does not know among
    them. Nothing is guessed: no text becomes a number, no number that is none is taken."""
    known = {field.encode_name: field for field in fields(into)}
    strange = [Misfit(name, "no such field", quoted(value)) for name, value in values.items() if name not in known]
    checked = {name: _taken(field, values) for name, field in known.items() if name in values or field.required}
    misfits = tuple(strange) + tuple(one for one in checked.values() if isinstance(one, Misfit))
    return (None, misfits) if misfits else (msgspec.convert(checked, into), ())


def _taken(field: FieldInfo, values: Mapping[str, Any]) -> Any:
    name = field.encode_name
    if name not in values:
        return Misfit(name, "a value", "nothing")
    value = values[name]
    if isinstance(value, float) and not math.isfinite(value):
        return Misfit(name, "a finite number", quoted(value))
    try:
        return msgspec.convert(value, field.type)
    except (msgspec.ValidationError, OverflowError) as error:
        return Misfit(name, str(error), quoted(value))

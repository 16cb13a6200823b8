"""What type a column has: facts of its values, which only widen, and the type that follows from them. Pure.

Widening gives the same in any order and however often, so a table's facts can be gathered day by day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from typing import Any, Literal, get_args

from pipeline.tables.names import flat
from pipeline.tables.values import Number, digits, exactly, fits_double, moment
from pipeline.untrusted import count, quoted

Kind = Literal["boolean", "number", "moment", "text", "list", "object"]
MOST_DIGITS = 38
LIST_LEVELS = 4
_INT64 = range(-(2**63), 2**63)
# Every whole number up to here is a double.
_DOUBLES = range(-(2**53), 2**53 + 1)


@dataclass(frozen=True)
class Facts:
    """What a column's values are, as far as its type depends on it. ``whole_digits`` and ``scale``: the most digits
    before and behind the point; ``int64`` and ``double``: whether every number is one; ``element``: of lists."""

    kinds: frozenset[Kind] = frozenset()
    whole_digits: int = 0
    scale: int = 0
    int64: bool = True
    double: bool = True
    element: Facts | None = None

    def widened(self, other: Facts) -> Facts:
        """The facts of both columns' values together."""
        return self if other is self else _widened(self, other)


Schema = dict[str, Facts]


@dataclass(frozen=True)
class Type:
    """A column's type; ``scale`` of a decimal(38, scale), ``element`` of a list."""

    name: Literal["boolean", "int64", "double", "decimal", "timestamp", "text", "list"]
    scale: int = 0
    element: Type | None = None


NOTHING = Facts()
TEXT = Type("text")


def of(value: Any) -> Facts:
    """The facts of one value; null says nothing."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return _plain("moment" if moment(value) else "text")
    if isinstance(value, bool):
        return _plain("boolean")
    if isinstance(value, list):
        return _list(reduce(Facts.widened, map(of, value), NOTHING))
    return _plain("object") if isinstance(value, dict) else _number(exactly(value))


def observed(records: Iterable[dict[str, Any]]) -> Schema:
    """The facts of every flattened column, in the order in which they first appear."""
    # Facts of one value are shared objects: each is widened by once, however many values have them.
    seen: dict[str, dict[int, Facts]] = {}
    for record in records:
        for name, value in flat(record).items():
            held = seen.setdefault(name, {})
            if isinstance(value, str) and id(_TEXT) in held:
                continue
            facts = of(value)
            held[id(facts)] = facts
    return {name: reduce(Facts.widened, held.values()) for name, held in seen.items()}


def widened(schemas: Iterable[Mapping[str, Facts]]) -> Schema:
    """The facts of all columns of several schemas."""
    joined: Schema = {}
    for schema in schemas:
        for name, facts in schema.items():
            joined[name] = joined.get(name, NOTHING).widened(facts)
    return joined


def table_type(facts: Facts) -> Type:
    """The narrowest type without loss: for tables whose kept files are written anew when it widens."""
    return _type(facts, narrowest=True, levels=LIST_LEVELS)


def file_type(facts: Facts) -> Type:
    """For files that nobody writes anew: one type a kind. Whole numbers are doubles like all others, for tomorrow's may
    have a fraction, which a reader that took int64 from the first file would cut off. Never int64: with a null beside
    them pandas makes doubles of it, and loses digits past 2^53."""
    return _type(facts, narrowest=False, levels=LIST_LEVELS)


def of_whole_numbers(least: int, most: int) -> Facts | None:
    """The facts of whole numbers between two bounds, which doubles hold; None for any others."""
    return _number(max(abs(least), abs(most))) if least in _DOUBLES and most in _DOUBLES else None


def of_list(element: Facts) -> Facts:
    """The facts of lists whose elements have these."""
    return _list(element)


def written(kind: Type) -> str:
    """A type as manifests write it: ``decimal(38,2)``, ``list<int64>``."""
    if kind.element:
        return f"list<{written(kind.element)}>"
    return f"decimal({MOST_DIGITS},{kind.scale})" if kind.name == "decimal" else kind.name


def to_json(facts: Facts, levels: int = LIST_LEVELS) -> list[Any]:
    """Facts as a short list, for an object that holds thousands of them; below ``levels`` of lists all is text."""
    element = to_json(facts.element, levels - 1) if facts.element and levels else None
    return [sorted(facts.kinds), facts.whole_digits, facts.scale, facts.int64, facts.double, element]


def from_json(raw: Any) -> Facts:
    """Read what ``to_json`` wrote. Raise ValueError, TypeError."""
    kinds, whole_digits, scale, int64, double, element = raw
    if not set(kinds) <= set(get_args(Kind)):
        raise ValueError(f"kinds {quoted(kinds)}")
    inner = from_json(element) if element is not None else None
    return Facts(frozenset(kinds), count(whole_digits), count(scale), bool(int64), bool(double), inner)


def _type(facts: Facts, narrowest: bool, levels: int) -> Type:
    if len(facts.kinds) != 1:
        return TEXT
    (kind,) = facts.kinds
    if kind == "number":
        return _number_type(facts, narrowest)
    if kind == "list" and levels:
        return Type("list", element=_type(facts.element or NOTHING, narrowest, levels - 1))
    return {"boolean": Type("boolean"), "moment": Type("timestamp")}.get(kind, TEXT)


def _number_type(facts: Facts, narrowest: bool) -> Type:
    if facts.int64 and narrowest:
        return Type("int64")
    if facts.double:
        return Type("double")
    return Type("decimal", facts.scale) if facts.whole_digits + facts.scale <= MOST_DIGITS else TEXT


def _number(number: Number) -> Facts:
    if isinstance(number, int) and number in _DOUBLES:
        return _SMALL[len(str(abs(number))) if number else 0]
    before, behind = digits(number)
    return _numbers(before, behind, not behind and _fits_int64(number, before), fits_double(number))


def _fits_int64(number: Number, whole_digits: int) -> bool:
    # A decimal like 1E+999999 is not written out to be compared.
    return whole_digits < MOST_DIGITS and int(number) in _INT64


@lru_cache(maxsize=4096)
def _numbers(whole_digits: int, scale: int, int64: bool, double: bool) -> Facts:
    return Facts(frozenset({"number"}), whole_digits, scale, int64, double)


@lru_cache(maxsize=4096)
def _list(element: Facts) -> Facts:
    return Facts(frozenset({"list"}), element=element)


# Facts of whole numbers that are doubles, by their digits.
_SMALL = [_numbers(count, 0, int64=True, double=True) for count in range(17)]


@cache
def _plain(kind: Kind) -> Facts:
    return Facts(frozenset({kind}))


_TEXT = _plain("text")


@lru_cache(maxsize=4096)
def _widened(one: Facts, other: Facts) -> Facts:
    elements = [facts.element for facts in (one, other) if facts.element]
    return Facts(
        kinds=one.kinds | other.kinds,
        whole_digits=max(one.whole_digits, other.whole_digits),
        scale=max(one.scale, other.scale),
        int64=one.int64 and other.int64,
        double=one.double and other.double,
        element=reduce(Facts.widened, elements) if elements else None,
    )

"""``{{name}}`` in SQL: each becomes a bound parameter, so that no value can become SQL. Pure.

What stands in comments is left alone; within quotes it would be a text or a name, which is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.errors import DataInvalid
from pipeline.untrusted import quoted

NAME = re.compile(r"[^\W\d]\w{0,63}")
MARK = r"\{\{\s*(?P<name>[^\W\d]\w{0,63})\s*\}\}"
# What does not end goes to the end of the text: tried again at each letter, it would cost the square of its length.
_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*+|/\*(?:.*?\*/|.*))"
    r"|(?P<quoted>(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*+'?|'(?:[^']|'')*+'?|\"(?:[^\"]|\"\")*+\"?"
    r"|(?<![\w$])\$(?P<tag>\w*+)\$(?:.*?\$(?P=tag)\$|.*))"
    rf"|{MARK}",
    re.DOTALL,
)


def names(sql: str) -> tuple[str, ...]:
    """The parameters that a text asks for, in their order. Raise DataInvalid (``sql_parameter_quoted``)."""
    found = (match for match in _TOKEN.finditer(sql))
    return tuple(dict.fromkeys(match["name"] for match in found if _is_parameter(match)))


def bound(sql: str, values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The SQL with ``$name`` in the place of each ``{{name}}``, and their values. Raise DataInvalid for a parameter
    without a value, a value without a parameter, and a parameter within quotes."""
    asked = names(sql)
    check_same(asked, values)
    prepared = _TOKEN.sub(lambda match: f"${match['name']}" if match["name"] else match[0], sql)
    return prepared, {name: values[name] for name in asked}


def check_quoted(within: str) -> None:
    """Raise DataInvalid (``sql_parameter_quoted``) for a parameter within what stands in quotes."""
    if re.search(MARK, within):
        text = f"{quoted(within, 80)}: a parameter needs no quotes"
        raise DataInvalid(text, situation="sql_parameter_quoted")


def check_same(asked: tuple[str, ...], values: Mapping[str, str]) -> None:
    """Raise DataInvalid for a parameter without a value, and for a value without a parameter."""
    missing = [name for name in asked if name not in values]
    if missing:
        text = f"no value for {', '.join(missing)}"
        raise DataInvalid(text, situation="sql_parameter_missing", parameter=", ".join(missing))
    unknown = [name for name in values if name not in asked]
    if unknown:
        shown = ", ".join(quoted(name, 64) for name in unknown)
        raise DataInvalid(f"the SQL has no {shown}", situation="sql_parameter_unknown", parameter=shown)


def _is_parameter(match: re.Match[str]) -> bool:
    if match["quoted"]:
        check_quoted(match["quoted"])
    return match["name"] is not None

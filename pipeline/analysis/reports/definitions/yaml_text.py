"""Plain values as YAML and back: the core of YAML 1.2 without anchors, each name once, within bounds. Pure.

PyYAML reads YAML 1.1, where 14:30 is the number 870 and ``no`` is false. Source: YAML 1.2.2, "Core Schema".
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final

import yaml

from pipeline.errors import DataInvalid
from pipeline.untrusted import deeper_than, quoted

MOST_CHARACTERS: Final = 512 * 1024
_MOST_LEVELS: Final = 12
_CORE: Final = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", "-+0123456789"),
    ("float", r"[-+]?(?:0|[1-9][0-9]{0,17})?\.[0-9]+(?:[eE][-+]?[0-9]{1,3})?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
)
# An escape can ask for half of a pair of UTF-16, which no file can hold; Python's ``repr`` shows just these so.
_HALF: Final = re.compile(r"(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}")
# Ends of lines to YAML 1.1; between other quotes they would come back as blanks.
_BREAKS: Final = re.compile("[\r\x85\u2028\u2029]")


class _Loader(yaml.SafeLoader):
    """Reads the core's scalars; refuses anchors, tags and a name that stands twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="an anchor", problem_mark=event.start_mark)
        # A tag asks for another type than the text has: `!!bool maybe` has none.
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem=f"the tag {event.tag}", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(names)) != len(node.value):
            twice = ", ".join(name for name, count in Counter(names).items() if count > 1)
            raise yaml.MarkedYAMLError(problem=f"a name twice: {twice}", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as a block, and quotes what the core or YAML 1.1 would read as something else."""


def _text(dumper: _Dumper, text: str) -> Any:
    # A block keeps neither blanks at a line's end nor a text that begins with one.
    plain = "\n" in text and not re.search(r"[ \t]\n|^\s", text)
    style = '"' if _BREAKS.search(text) else "|" if plain else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Loader.yaml_implicit_resolvers = {}
for _kind, _pattern, _first in _CORE:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(rf"^(?:{_pattern})$"), list(_first))
_Dumper.add_representer(str, _text)


def read(text: str) -> Any:
    """Mappings, lists, texts, numbers, booleans and None of a text. Raise DataInvalid, with the line where it is
    known."""
    if len(text) > MOST_CHARACTERS:
        raise _wrong(f"at most {MOST_CHARACTERS:,} characters", f"{len(text):,}", "")
    try:
        plain = yaml.load(text, _Loader)  # noqa: S506 # nosec B506 - a SafeLoader, with less
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__
        raise _wrong("YAML", quoted(str(problem)), str(mark.line + 1) if mark else "") from error
    if deeper_than(plain, _MOST_LEVELS):
        raise _wrong(f"at most {_MOST_LEVELS} levels", "more", "")
    if half := _HALF.search(repr(plain)):
        raise _wrong("whole characters", half[0], "")
    return plain


def write(plain: Any) -> str:
    """The same text for the same values, names in the order that they have."""
    return str(yaml.dump(plain, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120))


def _wrong(expected: str, found: str, line: str) -> DataInvalid:
    text = f"a report's definition is no YAML that is read here: expected {expected}, found {found}"
    facts = {"record": "report", "field": "$", "expected": expected, "found": found, **({"line": line} if line else {})}
    return DataInvalid(text, **facts, situation="report_definition")

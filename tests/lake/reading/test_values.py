"""pipeline.lake.reading.values: where a value ends, whatever the pieces; each byte is looked at once."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lake.reading.values import Value

TEXTS = st.text(st.sampled_from('ab"\\{}[]日\n'))
VALUES = st.dictionaries(TEXTS, st.recursive(TEXTS | st.integers(), lambda inner: st.lists(inner, max_size=3)))
LONG = 10 * 2**20
PIECE = 64 * 1024


def end_of(document: bytes, cuts: list[int]) -> int | None:
    value, borders = Value(), [0, *sorted(cut % (len(document) + 1) for cut in cuts), len(document)]
    for start, end in zip(borders, borders[1:], strict=False):
        if start < end and (found := value.feed(document[start:end])) is not None:
            return start + found
    return None


@given(VALUES, st.lists(st.integers(min_value=0), max_size=8), TEXTS)
def test_the_end_is_found_however_the_bytes_arrive(value: dict[str, Any], cuts: list[int], after: str) -> None:
    document = json.dumps(value).encode()
    assert end_of(document + after.encode(), cuts) == len(document)


@pytest.mark.parametrize("document", [b'{"a": "\\"}"}', b'{"a": "\\\\"}', b'{"\\\\\\"": "}"}', b'{"a": "\\u005c"}'])
def test_a_piece_may_end_anywhere_in_an_escape(document: bytes) -> None:
    assert {end_of(document, [cut]) for cut in range(len(document))} == {len(document)}
    assert end_of(document, list(range(len(document)))) == len(document)


def test_a_value_that_goes_on_has_no_end() -> None:
    document = b'{"a": ["x", {"b": "\\"}]}"'
    assert end_of(document, [5, 9]) is None


def test_what_is_remembered_of_a_long_string_does_not_grow_with_it() -> None:
    """So nothing can be looked at twice: a piece is given once, and none is kept."""
    value = Value()
    assert value.feed(b'{"a": "') is None
    for _ in range(LONG // PIECE):
        assert value.feed(b"x" * PIECE) is None
        assert {type(getattr(value, name)) for name in value.__slots__} <= {bool, int}
        assert sum(sys.getsizeof(getattr(value, name)) for name in value.__slots__) < 128
    assert value.feed(b'"}, ') == 2

"""Random records, as a document's reader gives them: odd names, every kind of value, digits beyond any machine type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

# Few, so that two records share them; alike but for case, dots, backslashes, marks, formulas, nothing at all.
NAMES = st.sampled_from(
    ["a", "A", "b", "a.b", "a\\", "a\\.b", "\\e", "\\~00", "", ".", "=x", "'=x", "ß", "SS", "名前", "a\x00", "\ud800"]
)
NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.integers(),
    st.integers(2**53, 2**80),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([Decimal("1E-130"), Decimal("9.99E+125"), Decimal("-0.0"), Decimal("1.50"), Decimal("1E+2")]),
)
MOMENTS = st.datetimes().map(lambda at: at.isoformat(timespec="seconds") + "+09:00")
TEXTS = st.one_of(
    st.text(max_size=8),
    MOMENTS,
    st.sampled_from(
        [
            *"=+-@＝＋－＠",
            "\t=1",
            "\r\n=1",
            " =1",
            "\u00a0=1",
            "\u3000＝1",
            "'=1",
            "-5",
            "0120034",
            "",
            "null",
            "true",
            '"',
        ]
    ),
    st.sampled_from(["<r>x</r>", "_x0041_x0042_", "\ud83d", "x" * 40_000, "😀" * 17_000, "a\r\nb", "\ufffe", "\x00"]),
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=4)
# Of kinds that say so, by their type or by their sort key.
KINDS = st.sampled_from(["user", "USER", "a b", "select", "日本語", "", "../x", "records", "other_entities", 5, None])
OF_KINDS = st.tuples(
    RECORDS,
    st.lists(st.one_of(KINDS, TEXTS)),
    st.lists(st.sampled_from(["A#1", "a#", "#", "日#1", "plain", "TASK#2#3"])),
).map(
    lambda parts: [
        record
        | ({"entity_type": parts[1][number]} if number < len(parts[1]) else {})
        | ({"SK": parts[2][number]} if number < len(parts[2]) else {})
        for number, record in enumerate(parts[0])
    ]
)

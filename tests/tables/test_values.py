"""pipeline.tables.values: texts, moments, and how many digits a number has."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given

from pipeline.tables.values import digits, fits_double, moment, text
from tests.support.forms.records import NUMBERS, VALUES


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x", "x"),
        (True, "true"),
        (Decimal("1234567890123456789012345678.9012345678"), "1234567890123456789012345678.9012345678"),
        ({"a": [Decimal("1.50"), True, None]}, '{"a":[1.50,true,null]}'),
        ("\ud83d!", "\ufffd!"),
        ([{"\ud800": ["\udfff", 5]}], '[{"\ufffd":["\ufffd",5]}]'),
    ],
)
def test_a_value_as_text(value: Any, shown: str) -> None:
    assert text(value) == shown


@given(VALUES)
def test_whatever_a_document_holds_has_a_text_that_a_file_can_hold(value: Any) -> None:
    raw = text(value).encode()
    if isinstance(value, dict | list):
        orjson.loads(raw)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-27T14:00:00Z", datetime(2026, 11, 27, 14, tzinfo=UTC)),
        ("2026-11-27T14:00:00+09:00", datetime(2026, 11, 27, 5, tzinfo=UTC)),
        ("2026-11-27T14:00:00.25Z", datetime(2026, 11, 27, 14, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-11-27T14:00:00", None),
        ("2026-11-27", None),
        ("2026-02-30T14:00:00Z", None),
        ("2026-11-27T24:00:00Z", None),
        ("2026-11-27T14:00:00.1234567Z", None),
        ("0001-01-01T00:00:00+09:00", None),
        ("２０２６-11-27T14:00:00Z", None),
        ("2026-11-27T14:00:00Z\n", None),
    ],
)
def test_a_moment_is_a_text_with_a_zone_to_the_microsecond(said: str, meant: datetime | None) -> None:
    assert moment(said) == meant


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (0, (0, 0)),
        (-120, (3, 0)),
        (Decimal("1E+2"), (3, 0)),
        (Decimal("12.50"), (2, 1)),
        (Decimal("0.005"), (0, 3)),
        (Decimal("-0.0"), (0, 0)),
        (Decimal("1E-130"), (0, 130)),
        (Decimal("1E+999999"), (1_000_000, 0)),
    ],
)
def test_digits_before_and_behind_the_point(number: int | Decimal, found: tuple[int, int]) -> None:
    assert digits(number) == found


@given(NUMBERS)
def test_a_number_of_few_digits_stands_on_so_many_before_and_behind_the_point(number: int | Decimal) -> None:
    before, behind = digits(number)
    assert abs(number) < Decimal(f"1E{before}")
    scaled = Decimal(number).as_tuple()
    assert before + behind <= len(scaled.digits) + abs(int(scaled.exponent))


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        (2**53 + 1, False),
        (2**53 + 2, True),
        (Decimal("0.1"), True),
        (Decimal("0.12345678901234567890"), False),
        (Decimal("1E+400"), False),
        (10**400, False),
    ],
)
def test_a_double_holds_what_it_gives_back(number: int | Decimal, fits: bool) -> None:
    assert fits_double(number) is fits

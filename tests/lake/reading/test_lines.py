"""pipeline.lake.reading.lines: the same records as the reader of every form, whatever the form; not a digit is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SchemaMismatch
from pipeline.lake.document import SEPARATOR, TAIL, Head, Reader, exact
from pipeline.lake.reading.lines import Lines, faithful
from pipeline.tables.values import text
from tests.support.forms.records import RECORDS, VALUES

Records = list[dict[str, Any]]


def ours(records: Records) -> bytes:
    """As documents of ours are written."""
    return Head("t", "2024-02-01T00:00:00Z", len(records)).encode() + SEPARATOR.join(lines(records)) + TAIL


def lines(records: Records) -> list[bytes]:
    return [text({"_": record})[5:-1].encode() for record in records]


def on_one_line(records: Records) -> bytes:
    return ours(records).replace(b"\n", b"")


def commas_first(records: Records) -> bytes:
    return ours(records).replace(b",\n", b"\n , ")


def spread_out(records: Records) -> bytes:
    """As jq writes it: nothing stands on a line of its own."""
    return ours(records).replace(b"{", b"{\n ").replace(b"}", b"\n }")


def data_first(records: Records) -> bytes:
    metadata = orjson.loads(ours([]))["export_metadata"] | {"record_count": len(records)}
    return (
        b'{"data": [\n' + SEPARATOR.join(lines(records)) + b'\n], "export_metadata": ' + orjson.dumps(metadata) + b"}"
    )


FORMS = [ours, on_one_line, commas_first, data_first]


def chunks(whole: bytes, size: int) -> Iterator[bytes]:
    yield from (whole[at : at + size] for at in range(0, len(whole), size))


def plain(value: Any) -> Any:
    """With every number as a Decimal, so that forms of one number are equal and others are not."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return Decimal(repr(value) if isinstance(value, float) else value) if is_number else value


@pytest.mark.parametrize("form", FORMS)
@given(RECORDS, st.sampled_from([1, 7, 64, 5_000, 10**7]))
def test_records_are_those_of_the_reader_of_every_form(
    form: Callable[[Records], bytes], records: Records, size: int
) -> None:
    whole = form(records)
    size = max(size, len(whole) // 500)
    reader = Lines(chunks(whole, size), "d")
    pairs = list(reader.pairs())
    wanted = [plain(record) for record in Reader([whole], "d").records()]
    assert [plain(record) for _, record in pairs] == wanted
    assert [plain(json.loads(raw, parse_float=Decimal)) for raw, _ in pairs] == wanted
    assert reader.metadata["record_count"] == len(records)


@given(VALUES)
def test_what_is_called_faithful_has_every_digit(value: Any) -> None:
    raw = text({"a": value, "b": [value]}).encode()
    try:
        decoded = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return
    if faithful(raw, decoded):
        assert plain(decoded) == plain(json.loads(raw, parse_float=Decimal))


@pytest.mark.parametrize(
    "number",
    [
        "0.1234567890123456789",
        "123456789012345678.5",
        "1234567890.1234567",
        "1e-7",
        "1E400",
        "1e-400",
        "18446744073709551617",
        "-100000000000000000000000",
        "12345678901234567e-10",
        "1000000000000000000000001E-24",
        "0.30000000000000004",
        "999999999.9999999",
    ],
)
@pytest.mark.parametrize("inside", ["%s", "[1, %s]", '{"b": {"c": [%s]}}'])
def test_a_number_that_a_double_would_change_is_a_decimal(number: str, inside: str) -> None:
    line = b'{"a": ' + (inside % number).encode() + b"}"
    whole = Head("t", "2024-02-01T00:00:00Z", 1).encode() + line + TAIL
    ((raw, record),) = Lines([whole], "d").pairs()
    assert raw == line
    assert plain(record) == plain(json.loads(line, parse_float=Decimal))


def test_what_was_written_over_many_lines_is_read_too() -> None:
    records: Records = [{"a": number, "b": {"c": ["x"]}} for number in range(500)]
    assert [record for _, record in Lines([spread_out(records)], "d").pairs()] == records


@pytest.mark.parametrize("cut", [2, 5, 30, 60])
def test_a_half_written_document_is_none(cut: int) -> None:
    whole = ours([{"a": 1}, {"b": 2}])
    with pytest.raises(SchemaMismatch):
        list(Lines([whole[:-cut]], "d").pairs())


@pytest.mark.parametrize("levels", [201, 900, 5_000, 200_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_too_deep_is_refused(levels: int, opening: str, closing: str) -> None:
    line = '{"a": ' + opening * levels + "1" + closing * levels + "}"
    whole = Head("t", "2024-02-01T00:00:00Z", 1).encode() + line.encode() + TAIL
    with pytest.raises(SchemaMismatch):
        list(Lines([whole], "d").pairs())


@pytest.mark.parametrize("line", [b"[1]", b"1", b'"a"', b"null", b"{]", b'{"a": NaN}', b"{} {}", b'{"a": "\xff"}'])
def test_what_is_no_record_is_refused(line: bytes) -> None:
    whole = Head("t", "2024-02-01T00:00:00Z", 1).encode() + b'{"a": 1},\n' + line + TAIL
    wanted = list(Reader([whole], "d").records()) if line == b"{} {}" else None
    if wanted:
        # The reader of every form takes blanks for commas, and so do lines.
        assert [record for _, record in Lines([whole], "d").pairs()] == wanted
        return
    with pytest.raises(SchemaMismatch):
        list(Lines([whole], "d").pairs())


def test_exact_text_of_records_is_what_stands_there() -> None:
    written = [orjson.dumps(exact({"a": Decimal("1.50"), "b": "ü"})), b'{"c" : 1.0, "c": 2}']
    whole = Head("t", "2024-02-01T00:00:00Z", 2).encode() + SEPARATOR.join(written) + TAIL
    assert [raw for raw, _ in Lines([whole], "d").pairs()] == written

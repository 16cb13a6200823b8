"""pipeline.export.native_files: the lines of a data file, whatever pieces they arrive in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SchemaMismatch
from pipeline.export.native_files import MAX_LINE_BYTES, lines


class Piece(bytes):
    """Counts what is copied to be joined with it."""

    copied = 0

    def __radd__(self, before: bytes) -> bytes:
        Piece.copied += len(before) + len(self)
        return before + bytes(self)


@given(st.lists(st.binary(max_size=9).map(lambda some: some.replace(b"\n", b"")), max_size=8), st.integers(1, 12))
def test_lines_are_the_same_in_pieces_of_any_size(written: list[bytes], size: int) -> None:
    body = b"\n".join(written)
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    assert list(lines(pieces, "k")) == [line for line in written if line]


def test_a_long_line_costs_as_much_as_it_is_long() -> None:
    piece, number = Piece(b"x" * 65_536), 160
    Piece.copied = 0
    (line,) = lines([*[piece] * number, b"\n"], "k")
    assert len(line) == number * len(piece)
    assert Piece.copied == 0


def test_a_line_without_end_is_refused_by_name() -> None:
    with pytest.raises(SchemaMismatch, match="at most"):
        list(lines([b"x" * 1_000_000] * (MAX_LINE_BYTES // 1_000_000 + 2), "the-key"))

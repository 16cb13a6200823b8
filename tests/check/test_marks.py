"""pipeline.check.marks: the count of a set's, whatever fits into memory, and memory that stays as it is."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.check.marks import SIZE, Marks


def mark(number: int) -> bytes:
    return hashlib.blake2b(str(number).encode(), digest_size=SIZE).digest()


@given(st.lists(st.integers(0, 40)), st.integers(1, 12))
def test_as_many_as_a_set_would_miss(numbers: list[int], held: int) -> None:
    marks = Marks(held)
    for number in numbers:
        marks.add(mark(number))
    assert marks.repeated() == len(numbers) - len(set(numbers))


def test_afterwards_there_are_none() -> None:
    marks = Marks(2)
    for _ in range(5):
        marks.add(mark(1))
    assert (marks.repeated(), marks.repeated()) == (4, 0)


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def test_ten_times_as_many_take_no_more_memory(traced: None) -> None:
    peaks = []
    for count in (5_000, 50_000):
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        marks = Marks(held=500)
        for number in range(count):
            marks.add(number.to_bytes(SIZE, "big"))
        assert marks.repeated() == 0
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    # A block of each run is held while they are read back, and here a run is one.
    assert peaks[1] < 50_000 * SIZE * 3

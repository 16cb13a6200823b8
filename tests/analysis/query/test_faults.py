"""pipeline.analysis.query.faults: every end of a child is an error with words, and none tells a path."""

from __future__ import annotations

import signal

import pytest

from pipeline.analysis.query.faults import cleaned, of_end, of_fault
from pipeline.analysis.query.process import QUERY, Ended, How
from pipeline.errors import FunctionFailed, MemoryExceeded, TimedOut
from pipeline.words.catalogue import LANGUAGES, Words


def ended(how: How = "ended", code: int = 0) -> Ended:
    return Ended(how, b"", code, 0.1, 0)


@pytest.mark.parametrize(
    ("how", "code", "kind", "state"),
    [
        ("late", -9, TimedOut, "sql_time"),
        ("ended", -signal.SIGXCPU, TimedOut, "sql_time"),
        ("ended", -signal.SIGALRM, TimedOut, "sql_time"),
        ("cancelled", -9, TimedOut, "query_cancelled"),
        ("flooded", -9, FunctionFailed, "sql_ended"),
        ("ended", -signal.SIGABRT, MemoryExceeded, "sql_memory"),
        ("ended", -signal.SIGSEGV, MemoryExceeded, "sql_memory"),
        ("ended", -signal.SIGKILL, MemoryExceeded, "sql_memory"),
        ("ended", 3, FunctionFailed, "sql_ended"),
    ],
)
def test_how_a_child_ended_is_told(how: How, code: int, kind: type, state: str) -> None:
    error = of_end(ended(how, code), QUERY)
    assert isinstance(error, kind) and error is not None and error.state == state
    for language in LANGUAGES:
        words = Words(language)
        assert words.error(error) != words.error(kind("x"))


def test_an_end_of_its_own_is_no_error() -> None:
    assert of_end(ended(), QUERY) is None


@pytest.mark.parametrize(
    ("name", "message", "state", "said"),
    [
        ("CatalogException", 'Catalog Error: Table with name x does not exist!\nDid you mean "y"?\n\nLINE 2: from',
         "sql_unknown", 'line 1: Table with name x does not exist! Did you mean "y"?'),
        ("CatalogException", 'Catalog Error: Table with name x does not exist!\nDid you mean "pg_enum"?\n\nLINE 2: a',
         "sql_unknown", "line 1: Table with name x does not exist!"),
        ("ParserException", 'Parser Error: syntax error at or near "x"\n\nLINE 2: x', "sql_syntax",
         'line 2: syntax error at or near "x"'),
        ("OutOfRangeException", "Out of Range Error: Overflow in HUGEINT multiplication: 9 * 3", "sql_digits",
         "Overflow in HUGEINT multiplication: 9 * 3"),
        ("IOException", 'IO Error: Cannot open file "/var/lib/x/y.duckdb": gone', "sql_ended",
         'Cannot open file "…": gone'),
        ("InternalException", "INTERNAL Error: oh\n\nStack Trace:\n/usr/lib/x.so(+0x1)", "sql_ended", "oh"),
        ("several", "", "sql_several", "the SQL was refused (several)"),
    ],
)  # fmt: skip
def test_the_engine_s_own_sentence_is_kept(name: str, message: str, state: str, said: str) -> None:
    error = of_fault(name, message, QUERY)
    assert (error.state, error.message) == (state, said)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('"/tmp/a/b.csv" is', '"…" is'),
        ("at /usr/lib/python3/x.py:3", "at …"),
        ("file:///etc/hosts/x", "…"),
        ("select a/b, c / d / e", "select a/b, c / d / e"),
        ("s3://bucket/key/x", "s3://bucket/key/x"),
        ("1/2/3", "1/2/3"),
    ],
)
def test_paths_are_left_out_and_divisions_are_not(text: str, clean: str) -> None:
    assert cleaned(text) == clean

"""pipeline.analysis.query.athena.tokens: where names, texts, comments and parameters stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.query.athena.tokens import cut, identifier, literal

SQL = st.text(alphabet="ab'\"`-/*{}$\\\n;. E1語", max_size=40)


@given(SQL)
def test_joined_the_tokens_give_the_text_back(sql: str) -> None:
    assert "".join(token.text for token in cut(sql)) == sql


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("select 'it''s' -- 'x\n, b", "word text sign word"),
        ("/* a ' */ b", "word"),
        # No comment within a comment, no backslash in a text, no dollar quotes: those are DuckDB's.
        ("/* a /* b */ c", "word"),
        ("e'\\' d", "word text word"),
        ("$a$ ' $a$", "sign word sign text"),
        ('"a""b" `c`', "quoted quoted"),
        ("1.5e3 x1 1x", "number word number"),
        ("{{ from }} {{1}}", "mark sign sign number sign sign"),
        ("'does not end -- ", "text"),
        ("/* does not end '", ""),
        ('"does not end', "quoted"),
        ("日本語", "word"),
    ],
)
def test_each_piece_is_what_athena_takes_it_for(sql: str, kinds: str) -> None:
    assert " ".join(token.kind for token in cut(sql) if token.matters) == kinds


def test_a_name_is_read_without_quotes_and_case() -> None:
    assert [token.name for token in cut('User "U""s" `b` {{Day}}') if token.matters] == ["user", 'u"s', "b", "Day"]


@given(st.text())
def test_what_is_quoted_is_one_token_whatever_it_holds(text: str) -> None:
    assert [token.kind for token in cut(literal(text))] == ["text"]
    assert [token.kind for token in cut(identifier(text))] == ["quoted"]

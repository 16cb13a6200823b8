"""Tokens as the vault keeps them: read back as they were, or refused without a word of what was found."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SchemaMismatch
from pipeline.sources.google_health.oauth import Tokens

MOMENT = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
WORD = st.text(st.characters(codec="utf-8"), max_size=20)
TOKEN = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
GOOD = {"access_token": "ya29.planted", "refresh_token": "1//planted", "expires_at": "2099-01-01T00:00:00Z"}


@given(TOKEN, TOKEN, MOMENT, st.lists(WORD, max_size=3))
def test_what_was_kept_is_read_back(access: str, refresh: str, at: datetime, scopes: list[str]) -> None:
    tokens = Tokens(access, refresh, at, tuple(scopes))
    assert Tokens.from_json(tokens.to_json(), "name") == tokens


@given(
    st.text()
    | st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["access_token", "refresh_token", "expires_at", "scopes"]), inner)
        ),
    ).map(lambda value: orjson.dumps(value).decode())
)
def test_anything_else_is_a_mismatch_that_names_the_secret_only(text: str) -> None:
    try:
        Tokens.from_json(text, "prefix/google-health/akari")
    except SchemaMismatch as error:
        assert error.facts == {"key": "prefix/google-health/akari", "expected": "tokens", "found": "something else"}
        assert error.__cause__ is None and error.__suppress_context__


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
@pytest.mark.parametrize("token", ["ya29.planted\n", "ya29.pl anted", "planted\u5929\u6c17", "\x7fplanted", "", None])
def test_a_token_that_no_header_can_hold_is_no_token(name: str, token: object) -> None:
    with pytest.raises(SchemaMismatch) as error:
        Tokens.from_json(orjson.dumps({**GOOD, "scopes": [], name: token}).decode(), "secret")
    assert "planted" not in repr(error.value.args) + repr(error.value.facts)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z"])
def test_an_end_outside_of_all_time_is_a_mismatch(at: str) -> None:
    with pytest.raises(SchemaMismatch):
        Tokens.from_json(orjson.dumps({**GOOD, "scopes": [], "expires_at": at}).decode(), "secret")


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "8999-12-31T23:59:59Z"])
def test_the_first_and_the_last_moment_are_kept_as_they_were(at: str) -> None:
    tokens = Tokens.from_json(orjson.dumps({**GOOD, "scopes": [], "expires_at": at}).decode(), "secret")
    assert Tokens.from_json(tokens.to_json(), "secret") == tokens


def test_a_repr_shows_when_and_what_for_and_no_token() -> None:
    tokens = Tokens("ya29.planted", "1//planted", datetime(2026, 1, 1, tzinfo=UTC), ("sleep",))
    assert "planted" not in repr(tokens) and "2026" in repr(tokens)

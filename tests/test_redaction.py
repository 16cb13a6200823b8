"""pipeline.redaction: no shape of a secret gets through, and ordinary words do."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction import BLANK, MOST_READ, blank, blank_all, redact

KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
PIECES = (
    *(
        "token",
        "Secret",
        "PASSWORD",
        "api_key",
        "apikey",
        "=",
        ": ",
        " ",
        "'",
        "Bearer ",
        "abcdefgh12345678",
        KEY,
        "://",
    ),
    *("u:p@host", "AKIAIOSFODNN7EXAMPLE", "ya29.a0AfH6SMBx", "1//0gabcdefghijklmnop", "GOCSPX-abcdefgh", "select a, b"),
    *("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0", "cookie", "signature", "credential", "authorization", "\n"),
)
WORDS = st.text(string.ascii_letters + string.digits, min_size=12, max_size=60)


@pytest.mark.parametrize(
    "text",
    [
        f"aws_secret_access_key={KEY}",
        f"the key {KEY} is wrong",
        "AKIAIOSFODNN7EXAMPLE",
        "x-amz-security-token:FwoGZXIvYXdzEBYaD",
        "https://b.s3.amazonaws.com/k?X-Amz-Credential=ASIAX&X-Amz-Signature=0123abcd&x=1",
        '{"access_token": "ya29.a0AfH6SMBx", "refresh_token":"1//0gabcdefghijklmnop"}',
        "Authorization: Bearer abc.def-ghi_jkl",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "client_secret = 'GOCSPX-abcdefgh12345678'",
        "https://user:hunter2@example.com/simple",
        "password: hunter2",
        "code_verifier=dBjftJeZ4CVP",
        "secretsmanager: hunter2",
        "secretsmanager:hunter2",
        "secretsmanager:GetSecretValue=hunter2",
        "key-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "token.json: hunter2",
        "no answer of hooks.slack.com/services/T0hunter2/B0hunter2/xhunter2",
    ],
)
def test_a_secret_is_blanked(text: str) -> None:
    found = redact(text)
    assert BLANK in found
    for secret in (KEY, "hunter2", "ya29", "0gabc", "abc.def", "FwoGZ", "0123abcd", "GOCSPX", "dBjf", "AKIA", "eyJ"):
        assert secret not in found


@pytest.mark.parametrize(
    "text",
    [
        "s3:ListBucket on moderation-craft-data-800860245583: AccessDenied: Access Denied",
        "raw/internal/dynamodb-exports/dt=2026-11-23/moderation-craft-data.json: expected JSON, found '<html>'",
        "s3:GetObject on b: ExpiredToken: The provided token has expired.",
        "dynamodb:Scan on t: UnrecognizedClientException: The security token included in the request is invalid.",
        "run 20261123T173121Z-7c83c02a stopped without a word and was not gone on with",
        "User: arn:aws:iam::123456789012:user/viewer is not authorized to perform: s3:GetObject",
        "secretsmanager:GetSecretValue on pipeline-console/google-health/akari: AccessDeniedException: no",
        "not authorized to perform: secretsmanager:UpdateSecretVersionStage on resource: "
        "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:pipeline-console/google-health/akari-AbCdEf",
        "metadata/leases/google-health-token.akari.json: not a lease",
        "raw/internal/dynamodb-exports/dt=2026-11-23/user-tokens.json.gz: head says 3 records, body has 2",
        "the next token continues where the last one ended",
        "日本語の文章、\U0001f44d と 38 桁 12345678901234567890123456789012345678",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


@given(WORDS, st.sampled_from(["token", "refresh_token", "X-Amz-Signature", "clientSecret", "PASSWORD", "api_key"]))
def test_a_named_value_is_blanked_whatever_it_is(value: str, name: str) -> None:
    for text in (f"{name}={value}", f'{{"{name}": "{value}"}}', f"a {name}: {value} b"):
        assert value not in blank(text)


@given(st.text(max_size=300))
def test_blanking_twice_changes_nothing_more(text: str) -> None:
    assert blank(blank(text)) == blank(text)


@given(st.lists(st.sampled_from(PIECES) | st.text(string.printable, max_size=12)).map("".join))
def test_a_text_that_is_let_through_unread_is_one_that_no_pattern_changes(text: str) -> None:
    # Every pattern is tried on what is not ASCII.
    assert blank(f"é {text}") == f"é {blank(text)}"


@pytest.mark.parametrize("said", ["The token {} is unknown", "no such secret '{}'", "wrong password {}"])
def test_a_secret_that_a_sentence_repeats_is_blanked(said: str) -> None:
    assert redact(said.format("abcdefghij1234567")) == said.format(BLANK)


@pytest.mark.parametrize(
    "piece",
    ["a", "secret", "token=", "token ", " ", "eyJ-", "eyJaaaaaaaa.", "AKIA", "Bearer ", "://", "ya29.", "aA1/", "-"],
)
def test_the_work_grows_with_the_text_and_not_with_its_square(piece: str) -> None:
    text = "x" + piece * (200_000 // len(piece))
    begun = time.process_time()
    blank(text)
    assert time.process_time() - begun < 5


def test_of_a_text_without_end_only_the_beginning_is_read() -> None:
    begun = time.process_time()
    assert len(redact("ab " * 20_000_000)) == 1000
    assert time.process_time() - begun < 1


def test_a_secret_that_the_cut_goes_through_is_not_shown() -> None:
    # What is blanked makes the text shorter: its cut end comes into sight.
    told = f"token={'v' * (MOST_READ - 30)} {KEY}"
    assert "wJalr" not in redact(told)


def test_a_long_message_is_cut_after_its_secrets_are_gone() -> None:
    assert len(redact("x " * 5000)) == 1000
    assert KEY[:8] not in redact("y" * 990 + f" secret={KEY}")


def test_every_string_of_a_structure_is_blanked() -> None:
    found = blank_all({"a": [f"token={KEY}", 1], "b": {"c": None}})
    assert found == {"a": [f"token={BLANK}", 1], "b": {"c": None}}

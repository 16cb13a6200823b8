"""pipeline.sources.http: whatever a provider answers is JSON or a named error, in time, and quotes no secret."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from pipeline.errors import DataInvalid, ExternalApiDown, PipelineError, RateLimited, SchemaMismatch, TimedOut
from pipeline.sources.http import Http
from tests.support.sources.open_meteo_desk import Desk, open_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


def ask(desk: Desk, **headers: str) -> Any:
    return desk.http.get(f"{desk.server.url}/v1/archive", {}, headers)


def failure(desk: Desk, status: int, body: bytes, headers: dict[str, str] | None = None) -> PipelineError:
    """What an answer of this kind is to us."""
    desk.server.fail(status, headers or {}, body)
    with pytest.raises(PipelineError) as error:
        ask(desk)
    return error.value


@pytest.mark.parametrize("token", ["ya29.planted\n", "\u5929\u6c17planted"])
def test_a_header_that_cannot_be_sent_is_an_error_that_does_not_quote_it(desk: Desk, token: str) -> None:
    with pytest.raises(DataInvalid, match="cannot be sent") as error:
        ask(desk, Authorization=f"Bearer {token}")
    assert "planted" not in repr(error.value.args) + repr(error.value.facts) + str(error.getrepr(chain=True).reprcrash)
    assert error.value.__suppress_context__


@pytest.mark.parametrize("moment", ["Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -1200", "9" * 12])
def test_a_wait_until_the_end_of_time_is_told_as_thirty_days(desk: Desk, moment: str) -> None:
    error = failure(desk, 429, b"{}", {"Retry-After": moment})
    assert isinstance(error, RateLimited) and error.facts["until"] == "2026-12-24T03:00:00Z"


@pytest.mark.parametrize(
    "body", [b"%s", b'{"reason": %s}', b'{"error": %s}', b'{"error": {"status": %s, "message": %s}}']
)
def test_an_error_nested_a_thousand_levels_is_named(desk: Desk, body: bytes) -> None:
    assert isinstance(failure(desk, 400, body.replace(b"%s", b"[" * 1000 + b"]" * 1000)), DataInvalid)


@pytest.mark.parametrize("body", [{"reason": "a" * 9999}, {"error": {"status": "b" * 999, "message": "c" * 9999}}])
def test_of_a_long_error_the_beginning_is_told(desk: Desk, body: dict[str, Any]) -> None:
    error = failure(desk, 400, orjson.dumps(body))
    assert len(error.message) < 700 and len(error.facts["provider_code"]) <= 300


def test_a_long_code_is_cut(desk: Desk) -> None:
    assert failure(desk, 400, orjson.dumps({"error": "d" * 9999})).facts["provider_code"] == "d" * 300


@pytest.mark.parametrize(("depth", "taken"), [(240, True), (250, False)])
def test_an_answer_is_taken_only_if_it_can_be_kept_within_ours(desk: Desk, depth: int, taken: bool) -> None:
    body = b"[" * depth + b"]" * depth
    if taken:
        desk.server.fail(200, body=body)
        assert orjson.dumps(ask(desk)) == body
    else:
        assert isinstance(failure(desk, 200, body), SchemaMismatch)


def test_no_wait_goes_past_the_time_that_is_left(desk: Desk) -> None:
    desk.http = desk.http.within(lambda: 60.0)
    assert isinstance(failure(desk, 503, b"{}", {"Retry-After": "59"}), ExternalApiDown)
    assert desk.waited == [0.0] and len(desk.paths()) == 1


def test_without_time_nothing_is_asked(desk: Desk) -> None:
    desk.http = desk.http.within(lambda: 0.0)
    with pytest.raises(TimedOut):
        ask(desk)
    assert desk.paths() == []


def test_one_question_takes_no_longer_than_the_patience_with_all_its_attempts(desk: Desk) -> None:
    began = desk.clock()
    passed = lambda: (desk.clock() - began).total_seconds()  # noqa: E731
    desk.http = replace(desk.http, patience=10.0, sleep=desk.clock.tick, clock=passed)
    desk.server.fail(503, {"Retry-After": "4"}, times=4)
    with pytest.raises(ExternalApiDown):
        ask(desk)
    assert passed() == 8.0


def test_a_provider_that_is_silent_is_left_when_the_time_is_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        http = Http("silent", left=lambda: 2.0 - (time.monotonic() - begun))
        with pytest.raises(ExternalApiDown):
            http.get(f"http://127.0.0.1:{silent.getsockname()[1]}/", {})
    assert time.monotonic() - begun < 2.0

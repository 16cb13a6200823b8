"""pipeline.runs.starter: a start is accepted with 202; everything else is an error, also with HTTP 200."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import AuthFailed, ExternalApiDown, Forbidden, FunctionFailed, NotFound, PipelineError, RateLimited
from pipeline.runs.starter import LambdaStarter


@contextmanager
def lambda_endpoint(status: int, body: bytes, headers: dict[str, str]) -> Iterator[tuple[Cloud, list[Any]]]:
    """The Invoke API, answering always the same; gives what was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            return

        def do_POST(self) -> None:
            payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, self.headers.get("X-Amz-Invocation-Type"), payload))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield Cloud("ap-northeast-1", f"http://127.0.0.1:{server.server_port}", Credentials("t", "t")), asked
    finally:
        server.shutdown()
        server.server_close()


def test_a_start_is_an_asynchronous_invocation_with_the_event() -> None:
    with lambda_endpoint(202, b"", {}) as (cloud, asked):
        LambdaStarter(cloud.lambda_, "my-function").start({"runId": "r1"})
    assert asked == [("/2015-03-31/functions/my-function/invocations", "Event", {"runId": "r1"})]


def test_an_error_that_arrives_with_http_200_is_an_error() -> None:
    body = json.dumps({"errorType": "ImportError", "errorMessage": "no module"}).encode()
    with (
        lambda_endpoint(200, body, {"X-Amz-Function-Error": "Unhandled"}) as (cloud, _),
        pytest.raises(FunctionFailed, match="ImportError: no module"),
    ):
        LambdaStarter(cloud.lambda_, "my-function").start({})


@pytest.mark.parametrize("body", [b"not json", b"[1]", b"", b"[" * 1000 + b"]" * 1000])
def test_an_answer_that_is_not_accepted_is_an_error_whatever_its_body(body: bytes) -> None:
    with lambda_endpoint(200, body, {}) as (cloud, _), pytest.raises(FunctionFailed, match="answered 200"):
        LambdaStarter(cloud.lambda_, "my-function").start({})


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (404, "ResourceNotFoundException", NotFound),
        (403, "AccessDeniedException", Forbidden),
        (403, "ExpiredTokenException", AuthFailed),
        (429, "TooManyRequestsException", RateLimited),
        (500, "ServiceException", ExternalApiDown),
    ],
)
def test_a_refusal_of_aws_names_the_action_and_the_function(
    status: int, code: str, expected: type[PipelineError]
) -> None:
    body = json.dumps({"message": "no"}).encode()
    with (
        lambda_endpoint(status, body, {"x-amzn-ErrorType": code}) as (cloud, _),
        pytest.raises(expected) as caught,
    ):
        LambdaStarter(cloud.lambda_, "my-function").start({})
    assert caught.value.facts["action"] == "lambda:InvokeFunction"
    assert caught.value.facts["resource"] == "my-function"

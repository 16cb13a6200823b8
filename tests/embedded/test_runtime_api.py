"""pipeline.embedded.runtime_api and pipeline.embedded.invoke_api: handlers of any kind behind Lambda's own protocol.

AWS's runtime client runs them in a clean interpreter; boto3's Lambda client asks.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from pipeline.embedded.invoke_api import InvokeApi
from pipeline.embedded.runtime_api import FunctionSpec, Outcome
from tests.conftest import REGION
from tests.support.eventually import eventually

# What a handler file may do, by event.
HANDLER = """
import json, os, sys, time

calls = 0

def handler(event, context):
    global calls
    calls += 1
    what = event.get("do")
    if what == "raise":
        raise ValueError("no good")
    if what == "exit":
        os._exit(3)
    if what == "sleep":
        print("asleep", flush=True)
        time.sleep(event["seconds"])
    if what == "log":
        print("a line of its own")
    if what == "append":
        with open(event["file"], "a") as file:
            file.write(f"{context.aws_request_id}\\n")
        raise ValueError("again")
    return {
        "calls": calls,
        "request": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "remaining": context.get_remaining_time_in_millis(),
        "flags": [sys.flags.isolated, sys.flags.ignore_environment],
        "endpoint": os.environ["AWS_ENDPOINT_URL_LAMBDA"],
        "environ": sorted(os.environ),
    }
"""


@dataclass(frozen=True)
class Function:
    client: Any
    api: InvokeApi
    lines: list[str]
    dead: list[tuple[bytes, Outcome]]

    def call(self, event: dict[str, Any]) -> tuple[Any, str | None]:
        answer = self.client.invoke(FunctionName="f", Payload=json.dumps(event).encode())
        return json.loads(answer["Payload"].read()), answer.get("FunctionError")


@contextmanager
def function(tmp_path: Path, source: str = HANDLER, timeout: float = 30.0, concurrency: int = 2) -> Iterator[Function]:
    (tmp_path / "export_handler.py").write_text(source)
    lines: list[str] = []
    dead: list[tuple[bytes, Outcome]] = []
    spec = FunctionSpec("f", tmp_path, {}, timeout)
    api = InvokeApi(spec, lines.append, concurrency, (0.05, 0.05), lambda event, outcome: dead.append((event, outcome)))
    try:
        yield Function(_client(api.url), api, lines, dead)
    finally:
        api.close()


def _client(url: str) -> Any:
    # Without a second try, so that what is refused is seen.
    session = boto3.Session("t", "t", region_name=REGION)
    return session.client("lambda", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


def test_a_call_reaches_the_handler_with_the_runtimes_context(tmp_path: Path) -> None:
    with function(tmp_path) as made:
        answer, error = made.call({})
    assert error is None
    assert answer["arn"] == "arn:aws:lambda:ap-northeast-1:123456789012:function:f"
    assert 0 < answer["remaining"] <= 30_000


def test_the_interpreter_is_isolated_and_its_environment_is_the_functions_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_DASHBOARD", "x")
    with function(tmp_path) as made:
        answer, _ = made.call({})
        assert answer["endpoint"] == made.api.url
    assert answer["flags"] == [1, 1]
    assert "A_SECRET_OF_THE_DASHBOARD" not in answer["environ"]


def test_another_function_answers_by_its_own_name_and_ends_with_the_first(tmp_path: Path) -> None:
    (tmp_path / "other_handler.py").write_text("def handler(event, context):\n    return context.function_name\n")
    with function(tmp_path) as made:
        other = InvokeApi(FunctionSpec("other", tmp_path, {}, handler="other_handler.handler"), made.lines.append)
        made.api.add(other)
        answer = made.client.invoke(FunctionName="other", Payload=b"{}")
        assert json.loads(answer["Payload"].read()) == "other"
        assert made.call({})[0]["arn"].endswith(":f")
    with pytest.raises(EndpointConnectionError):
        _client(other.url).invoke(FunctionName="other", Payload=b"{}")


def test_a_warm_environment_is_used_again(tmp_path: Path) -> None:
    with function(tmp_path) as made:
        assert [made.call({})[0]["calls"] for _ in range(3)] == [1, 2, 3]


def test_an_exception_is_an_unhandled_function_error_with_http_200(tmp_path: Path) -> None:
    with function(tmp_path) as made:
        answer, error = made.call({"do": "raise"})
    assert (error, answer["errorType"], answer["errorMessage"]) == ("Unhandled", "ValueError", "no good")


def test_a_process_that_ends_is_an_error_and_the_next_call_gets_a_new_one(tmp_path: Path) -> None:
    with function(tmp_path) as made:
        answer, error = made.call({"do": "exit"})
        again, _ = made.call({})
    assert (error, answer["errorType"]) == ("Unhandled", "Runtime.ExitError")
    assert "exit status 3" in answer["errorMessage"]
    assert again["calls"] == 1


def test_the_timeout_kills_the_function_and_says_so_in_its_log(tmp_path: Path) -> None:
    with function(tmp_path, timeout=2.0) as made:
        answer, error = made.call({"do": "sleep", "seconds": 60})
        again, _ = made.call({})
    assert (error, answer["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert any("Task timed out after 2.00 seconds" in line for line in made.lines)
    assert again["calls"] == 1


def test_a_handler_that_cannot_be_imported_is_named(tmp_path: Path) -> None:
    with function(tmp_path, "import no_such_library") as made:
        answer, error = made.call({})
    assert (error, answer["errorType"]) == ("Unhandled", "Runtime.ImportModuleError")
    assert "no_such_library" in answer["errorMessage"]


@pytest.mark.parametrize("library", ["streamlit", "pandas", "plotly", "moto"])
def test_libraries_that_lambda_has_not_are_not_found_here_either(tmp_path: Path, library: str) -> None:
    with function(tmp_path, f"import {library}") as made:
        answer, _ = made.call({})
    assert library in answer["errorMessage"]


def test_what_the_handler_prints_is_in_the_log(tmp_path: Path) -> None:
    with function(tmp_path) as made:
        made.call({"do": "log"})
        made.call({})
    assert "a line of its own" in made.lines


def test_an_asynchronous_event_is_tried_once_and_retried_twice_with_one_request_id(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    event = {"do": "append", "file": str(calls)}
    with function(tmp_path) as made:
        answer = made.client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(event).encode())
        _wait_for(made.dead)
    assert answer["StatusCode"] == 202
    assert calls.read_text().split() == [answer["ResponseMetadata"]["RequestId"]] * 3
    ((given, outcome),) = made.dead
    assert json.loads(given) == event
    assert (outcome.error, json.loads(outcome.payload)["errorMessage"]) == ("Unhandled", "again")


def test_more_than_the_reserved_concurrency_is_throttled(tmp_path: Path) -> None:
    with function(tmp_path, concurrency=1) as made:
        event = json.dumps({"do": "sleep", "seconds": 2}).encode()
        busy = threading.Thread(target=_client(made.api.url).invoke, kwargs={"FunctionName": "f", "Payload": event})
        busy.start()
        _wait_for(made.lines)
        with pytest.raises(ClientError, match="TooManyRequestsException"):
            made.call({})
        busy.join()


@pytest.mark.parametrize(
    ("name", "payload", "code"),
    [
        ("g", b"{}", "ResourceNotFoundException"),
        ("f", b"{not json", "InvalidRequestContentException"),
        ("f", b'"' + b"x" * (6 * 2**20) + b'"', "RequestTooLargeException"),
    ],
)
def test_what_lambda_refuses_is_refused_in_its_words(tmp_path: Path, name: str, payload: bytes, code: str) -> None:
    with function(tmp_path) as made, pytest.raises(ClientError) as caught:
        made.client.invoke(FunctionName=name, Payload=payload)
    assert caught.value.response["Error"]["Code"] == code


def test_an_event_may_have_a_mebibyte_and_no_more(tmp_path: Path) -> None:
    with function(tmp_path) as made, pytest.raises(ClientError, match="RequestTooLargeException"):
        made.client.invoke(FunctionName="f", InvocationType="Event", Payload=b'"' + b"x" * 2**20 + b'"')


def test_a_gigabyte_is_refused_before_it_comes(tmp_path: Path) -> None:
    with function(tmp_path, "raise SystemExit") as made:
        host, port = made.api.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            head = f"POST /2015-03-31/functions/f/invocations HTTP/1.1\r\nHost: x\r\nContent-Length: {2**30}\r\n\r\n"
            connection.sendall(head.encode() + b"x" * 1000)
            answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ") and b"x-amzn-ErrorType: RequestTooLargeException" in answer


def test_a_dry_run_runs_nothing(tmp_path: Path) -> None:
    with function(tmp_path, "raise SystemExit") as made:
        answer = made.client.invoke(FunctionName="f", InvocationType="DryRun", Payload=b"{}")
    assert answer["StatusCode"] == 204
    assert made.lines == []


def _wait_for(something: list[Any]) -> None:
    waited = threading.Event()
    for _ in range(300):
        if something:
            return
        waited.wait(0.1)


def test_an_event_whose_environment_cannot_be_made_is_tried_again_and_then_kept_as_dead(tmp_path: Path) -> None:
    with function(tmp_path) as made:
        # Where the function's folder was, there is no process to be had.
        made.api.spec = replace(made.api.spec, root=tmp_path / "gone")
        made.client.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")
        assert eventually(lambda: len(made.dead) == 1)
        ((event, outcome),) = made.dead
    assert event == b"{}"
    assert outcome.error == "Unhandled" and b"Runtime.Unavailable" in outcome.payload
    assert sum("gone" in line for line in made.lines) == 3


def test_a_process_that_ends_says_so_in_the_functions_log(tmp_path: Path) -> None:
    with function(tmp_path) as made:
        made.call({"do": "exit"})
        assert any("Runtime exited with error: exit status 3" in line for line in made.lines)

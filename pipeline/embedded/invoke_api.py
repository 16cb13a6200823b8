"""Lambda's Invoke API on 127.0.0.1 for one function, in front of its execution environments.

Sources: AWS Lambda API Reference, "Invoke"; Developer Guide, "Invoking a Lambda function asynchronously".
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote

import orjson

from pipeline.embedded.runtime_api import Environment, FunctionSpec, JsonHandler, LocalServer, Outcome

# Developer Guide, "Lambda quotas" (payloads) and "How Lambda handles errors and retries with asynchronous invocation".
MOST_BYTES = {"RequestResponse": 6 * 2**20, "Event": 2**20}
RETRY_DELAYS = (60.0, 120.0)
_PATH = re.compile(r"/2015-03-31/functions/(?P<name>[^/?]+)/invocations(?:\?.*)?")
Refusal = tuple[int, str, str]
DeadLetter = Callable[[bytes, Outcome], None]


class InvokeApi:
    """Answers at ``url`` until closed; ``concurrency`` is the reserved concurrency, more is throttled."""

    def __init__(
        self,
        spec: FunctionSpec,
        log: Callable[[str], None],
        concurrency: int = 2,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        dead_letter: DeadLetter | None = None,
    ) -> None:
        self._log, self._delays, self._dead_letter = log, retry_delays, dead_letter
        self._free = threading.Semaphore(concurrency)
        self._idle: list[Environment] = []
        self._all: list[Environment] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = LocalServer(("127.0.0.1", 0), partial(_Front, self))
        # The function that goes on in another invocation finds this endpoint, as it finds AWS's.
        self.spec = replace(spec, environ={"AWS_ENDPOINT_URL_LAMBDA": self.url, **spec.environ})
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="invoke-api", daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """End every process; events that wait for a retry are dropped."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            for environment in self._all:
                environment.close()
            self._all.clear()

    def refuse(self, name: str, kind: str, body: bytes) -> Refusal | None:
        """(status, AWS's error type, message) for a request that never reaches the function."""
        if unquote(name) not in {self.spec.name, self.spec.arn}:
            return 404, "ResourceNotFoundException", f"Function not found: {unquote(name)}"
        if kind not in {"RequestResponse", "Event", "DryRun"}:
            return 400, "InvalidParameterValueException", f"Unknown invocation type {kind!r}"
        if len(body) > MOST_BYTES.get(kind, MOST_BYTES["RequestResponse"]):
            return (
                413,
                "RequestTooLargeException",
                f"{len(body)} byte payload is too large for the {kind} invocation type",
            )
        try:
            orjson.loads(body or b"{}")
        except orjson.JSONDecodeError:
            return 400, "InvalidRequestContentException", "Could not parse request body into json"
        return None

    def run(self, request_id: str, event: bytes, wait: bool) -> Outcome | None:
        """Run one event; None when there is no free environment and ``wait`` is False."""
        if not self._free.acquire(blocking=wait):
            return None
        try:
            environment = self._take()
            outcome = environment.invoke(request_id, event or b"{}")
            self._give_back(environment)
            return outcome
        finally:
            self._free.release()

    def accept(self, request_id: str, event: bytes) -> None:
        """Queue an asynchronous event, to be tried once and retried twice."""
        arguments = (request_id, event)
        # A daemon: an event that waits two minutes for its retry must not keep the app from ending.
        threading.Thread(target=self._try_again_and_again, args=arguments, name="async-invoke", daemon=True).start()

    def _try_again_and_again(self, request_id: str, event: bytes) -> None:
        for delay in (0.0, *self._delays):
            if self._closing.wait(delay):
                return
            outcome = self.run(request_id, event, wait=True)
            if outcome is None or outcome.error is None:
                return
            last = outcome
        if self._dead_letter:
            self._dead_letter(event, last)

    def _take(self) -> Environment:
        with self._lock:
            while self._idle:
                environment = self._idle.pop()
                if environment.usable:
                    return environment
                self._forget(environment)
            environment = Environment(self.spec, self._log)
            self._all.append(environment)
            return environment

    def _give_back(self, environment: Environment) -> None:
        with self._lock:
            if environment.usable and not self._closing.is_set():
                self._idle.append(environment)
            else:
                self._forget(environment)

    def _forget(self, environment: Environment) -> None:
        if environment in self._all:
            self._all.remove(environment)
            environment.close()


class _Front(JsonHandler):
    def __init__(self, api: InvokeApi, *arguments: Any) -> None:
        self._api = api
        super().__init__(*arguments)

    def do_POST(self) -> None:
        body = self.body()
        request_id = str(uuid.uuid4())
        found = _PATH.fullmatch(self.path)
        kind = self.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        refused = (
            self._api.refuse(found["name"], kind, body) if found else (404, "UnknownOperationException", self.path)
        )
        if refused:
            self._refuse(request_id, *refused)
        elif kind == "DryRun":
            self._answer(204, request_id, b"")
        elif kind == "Event":
            self._api.accept(request_id, body)
            self._answer(202, request_id, b"")
        else:
            self._run(request_id, body)

    def _run(self, request_id: str, body: bytes) -> None:
        outcome = self._api.run(request_id, body, wait=False)
        if outcome is None:
            self._refuse(request_id, 429, "TooManyRequestsException", "Rate Exceeded.")
            return
        headers = {"X-Amz-Executed-Version": "$LATEST"}
        if outcome.error:
            headers["X-Amz-Function-Error"] = outcome.error
        self._answer(200, request_id, outcome.payload, headers)

    def _refuse(self, request_id: str, status: int, kind: str, said: str) -> None:
        body = orjson.dumps({"Type": "User", "Message": said})
        self._answer(status, request_id, body, {"x-amzn-ErrorType": kind})

    def _answer(self, status: int, request_id: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.answer(status, body, {"x-amzn-RequestId": request_id, **(headers or {})})

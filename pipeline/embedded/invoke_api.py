"""Lambda's Invoke API on 127.0.0.1 for one function, in front of its execution environments.

Sources: AWS Lambda API Reference, "Invoke"; Developer Guide, "Invoking a Lambda function asynchronously".
"""

from __future__ import annotations

import subprocess
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

import orjson
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import Map, Rule

from pipeline.embedded.local_server import LocalServer
from pipeline.embedded.runtime_api import Environment, FunctionSpec, Outcome, failed

# Developer Guide, "Lambda quotas" (payloads) and "How Lambda handles errors and retries with asynchronous invocation".
MOST_BYTES = {"RequestResponse": 6 * 2**20, "Event": 2**20}
RETRY_DELAYS = (60.0, 120.0)
_ROUTES = Map([Rule("/2015-03-31/functions/<name>/invocations", endpoint="invoke", methods=["POST"])])
DeadLetter = Callable[[bytes, Outcome], None]


@dataclass(frozen=True)
class Refusal:
    """Why a request never reaches the function: an HTTP status, AWS's error type, a sentence."""

    status: int
    kind: str
    message: str


class InvokeRequest(Request):
    """A larger body is refused before it is read."""

    max_content_length = MOST_BYTES["RequestResponse"]


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
        self._beside: list[InvokeApi] = []
        self._free = threading.Semaphore(concurrency)
        self._idle: list[Environment] = []
        self._all: list[Environment] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = LocalServer(InvokeRequest.application(partial(_answer, self)), "invoke-api")
        # The function that goes on in another invocation finds this endpoint, as it finds AWS's.
        self.spec = replace(spec, environ={"AWS_ENDPOINT_URL_LAMBDA": self.url, **spec.environ})
        self._server.start()

    @property
    def url(self) -> str:
        return self._server.url

    def add(self, other: InvokeApi) -> None:
        """Answer for another function as well; it ends with this one."""
        self._beside.append(other)

    def named(self, name: str) -> InvokeApi:
        """The one that has the function of this name: this one, or one beside it."""
        return next((api for api in self._beside if name in {api.spec.name, api.spec.arn}), self)

    def close(self) -> None:
        """End every process, also of those beside it; events that wait for a retry are dropped."""
        for api in self._beside:
            api.close()
        self._closing.set()
        self._server.close()
        with self._lock:
            for environment in self._all:
                environment.close()
            self._all.clear()

    def refuse(self, name: str, kind: str, body: bytes) -> Refusal | None:
        """Why a request never reaches the function; None when it does."""
        if name not in {self.spec.name, self.spec.arn}:
            return Refusal(404, "ResourceNotFoundException", f"Function not found: {name}")
        if kind not in {"RequestResponse", "Event", "DryRun"}:
            return Refusal(400, "InvalidParameterValueException", f"Unknown invocation type {kind!r}")
        if len(body) > MOST_BYTES.get(kind, MOST_BYTES["RequestResponse"]):
            return _too_large(len(body), kind)
        try:
            orjson.loads(body or b"{}")
        except orjson.JSONDecodeError:
            return Refusal(400, "InvalidRequestContentException", "Could not parse request body into json")
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
            last = self._attempt(request_id, event)
            if last.error is None:
                return
        if self._dead_letter:
            self._dead_letter(event, last)

    def _attempt(self, request_id: str, event: bytes) -> Outcome:
        """One try of an accepted event. What keeps its environment from coming to be is a failed try, not its end."""
        try:
            outcome = self.run(request_id, event, wait=True)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            # No process, no thread, or no port to be had.
            outcome = failed(request_id, "Runtime.Unavailable", f"{type(error).__name__}: {error}")
            self._log(orjson.dumps({"level": "ERROR", "requestId": request_id, "message": str(error)}).decode())
        return outcome or failed(request_id, "Runtime.Unavailable", "no environment is free")

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


def _answer(api: InvokeApi, request: Request) -> Response:
    request_id = str(uuid.uuid4())
    kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
    try:
        _, values = _ROUTES.bind_to_environ(request.environ).match()
        body, api = request.get_data(), api.named(values["name"])
        answer = _refused(api.refuse(values["name"], kind, body)) or _invoked(api, request_id, kind, body)
    except RequestEntityTooLarge:
        answer = _refusal(_too_large(request.content_length or 0, kind))
    except HTTPException:
        answer = _refusal(Refusal(404, "UnknownOperationException", request.path))
    answer.headers["x-amzn-RequestId"] = request_id
    return answer


def _invoked(api: InvokeApi, request_id: str, kind: str, body: bytes) -> Response:
    if kind == "DryRun":
        return Response(status=HTTPStatus.NO_CONTENT)
    if kind == "Event":
        api.accept(request_id, body)
        return _json(b"", HTTPStatus.ACCEPTED)
    outcome = api.run(request_id, body, wait=False)
    if outcome is None:
        return _refusal(Refusal(429, "TooManyRequestsException", "Rate Exceeded."))
    answer = _json(outcome.payload)
    answer.headers["X-Amz-Executed-Version"] = "$LATEST"
    if outcome.error:
        answer.headers["X-Amz-Function-Error"] = outcome.error
    return answer


def _too_large(size: int, kind: str) -> Refusal:
    message = f"{size} byte payload is too large for the {kind} invocation type"
    return Refusal(413, "RequestTooLargeException", message)


def _refused(refusal: Refusal | None) -> Response | None:
    return _refusal(refusal) if refusal else None


def _refusal(refusal: Refusal) -> Response:
    answer = _json(orjson.dumps({"Type": "User", "Message": refusal.message}), refusal.status)
    answer.headers["x-amzn-ErrorType"] = refusal.kind
    return answer


def _json(body: bytes, status: int = HTTPStatus.OK) -> Response:
    return Response(body, status, mimetype="application/json")

"""One execution environment of the function: a clean interpreter with AWS's own runtime client, fed by a Runtime API.

Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedTooLong
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path

import orjson
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from pipeline.embedded.local_server import LocalServer

# Init has a limit of its own, before the timeout counts. AWS Lambda Developer Guide, "Lambda execution environment
# lifecycle".
INIT_SECONDS = 10.0
API = "/2018-06-01/runtime/"
# Run by path, so that the interpreter can be an isolated one, whose search path leads nowhere near this package.
BOOT = Path(__file__).with_name("boot.py")
_ROUTES = Map(
    [
        Rule(f"{API}invocation/next", endpoint="next", methods=["GET"]),
        Rule(f"{API}invocation/<request_id>/response", endpoint="response", methods=["POST"]),
        Rule(f"{API}invocation/<request_id>/error", endpoint="error", methods=["POST"]),
        Rule(f"{API}init/error", endpoint="init_error", methods=["POST"]),
    ]
)


@dataclass(frozen=True)
class FunctionSpec:
    """The function: its name, the folder of its unpacked zip, its environment, ``timeout`` in seconds; ``libraries``
    are those of its zip that are taken from this machine in place of being unpacked."""

    name: str
    root: Path
    environ: dict[str, str] = field(repr=False)
    timeout: float = 900.0
    memory_mb: int = 512
    region: str = "ap-northeast-1"
    account: str = "123456789012"
    handler: str = "export_handler.handler"
    libraries: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to: its JSON, and "Unhandled" where Lambda would say FunctionError."""

    payload: bytes
    error: str | None = None


@dataclass(frozen=True)
class Invocation:
    """One event on its way to the handler."""

    request_id: str
    event: bytes
    deadline_ms: int
    outcome: Future[Outcome] = field(default_factory=Future)


class Environment:
    """A process that handles one invocation after another; ``usable`` is False once it has ended."""

    def __init__(self, spec: FunctionSpec, log: Callable[[str], None]) -> None:
        self._spec, self._log = spec, log
        self._waiting: queue.Queue[Invocation | None] = queue.Queue()
        self._current: Invocation | None = None
        self._init_error: bytes | None = None
        self._ready = threading.Event()
        self._killed = False
        self._server = LocalServer(Request.application(partial(_answer, self)), "runtime-api")
        self._server.start()
        try:
            self._process = self._boot()
        except OSError:
            # Whoever has no process must not keep its port.
            self._server.close()
            raise
        self._reader = threading.Thread(target=self._read_output, name="function-output", daemon=True)
        self._reader.start()

    @property
    def arn(self) -> str:
        return self._spec.arn

    @property
    def usable(self) -> bool:
        return not self._killed and self._process.poll() is None

    def invoke(self, request_id: str, event: bytes) -> Outcome:
        """Run one event to its end, or to the timeout, which ends the process."""
        self._ready.wait(INIT_SECONDS)
        # Rounded down: the function never has more than its timeout.
        deadline = int((time.time() + self._spec.timeout) * 1000)
        self._current = Invocation(request_id, event, deadline)
        self._waiting.put(self._current)
        if not self.usable:
            self._ended()
        try:
            return self._current.outcome.result(self._spec.timeout)
        except WaitedTooLong:
            self._kill()
            message = f"Task timed out after {self._spec.timeout:.2f} seconds"
            self._log(orjson.dumps({"level": "ERROR", "requestId": request_id, "message": message}).decode())
            return failed(request_id, "Sandbox.Timedout", message)

    def close(self) -> None:
        """End the process and its Runtime API."""
        self._kill()
        self._waiting.put(None)
        self._reader.join(5)
        self._process.wait(5)
        if self._process.stdin:
            self._process.stdin.close()
        self._server.close()

    def next(self) -> Invocation | None:
        """For the Runtime API: the next invocation, waited for; None when closing."""
        self._ready.set()
        return self._waiting.get()

    def report(self, request_id: str, outcome: Outcome) -> bool:
        """For the Runtime API: what the handler answered; False for an invocation that is not going on."""
        current = self._current
        if current is None or current.request_id != request_id or current.outcome.done():
            return False
        current.outcome.set_result(outcome)
        return True

    def report_init_error(self, payload: bytes) -> None:
        """For the Runtime API: the handler could not be loaded."""
        self._init_error = payload

    def _boot(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - fixed words
            [sys.executable, "-I", str(BOOT), self._spec.handler, *self._spec.libraries],
            cwd=self._spec.root,
            env=self._environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def _kill(self) -> None:
        # The signal takes its time: from here on nobody may be given this process.
        self._killed = True
        self._process.kill()

    def _read_output(self) -> None:
        stdout = self._process.stdout
        if stdout is None:
            return
        with stdout:
            for line in stdout:
                self._log(line.decode("utf-8", "replace").rstrip("\n"))
        self._process.wait()
        self._ready.set()
        self._ended()

    def _ended(self) -> None:
        current = self._current
        if current is None or current.outcome.done():
            return
        code = self._process.wait()
        how = f"signal: {-code}" if code < 0 else f"exit status {code}"
        died = failed(current.request_id, "Runtime.ExitError", f"Runtime exited with error: {how}")
        if not self._killed:
            told = {"level": "ERROR", "requestId": current.request_id, "message": f"Runtime exited with error: {how}"}
            self._log(orjson.dumps(told).decode())
        self.report(current.request_id, Outcome(self._init_error, "Unhandled") if self._init_error else died)

    def _environ(self) -> dict[str, str]:
        spec = self._spec
        return {
            "PATH": os.environ.get("PATH", ""),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "LAMBDA_TASK_ROOT": str(spec.root),
            "AWS_LAMBDA_RUNTIME_API": self._server.address,
            "AWS_LAMBDA_FUNCTION_NAME": spec.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_REGION": spec.region,
            **spec.environ,
        }


def failed(request_id: str, kind: str, cause: str) -> Outcome:
    """What Lambda answers for an invocation that came to no end of its own."""
    return Outcome(
        orjson.dumps({"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {cause}"}), "Unhandled"
    )


def _answer(environment: Environment, request: Request) -> Response:
    try:
        endpoint, values = _ROUTES.bind_to_environ(request.environ).match()
    except HTTPException as error:
        return _json(error.code or HTTPStatus.NOT_FOUND)
    if endpoint == "next":
        return _next(environment)
    if endpoint == "init_error":
        environment.report_init_error(request.get_data())
        return _json(HTTPStatus.ACCEPTED)
    outcome = Outcome(request.get_data(), "Unhandled" if endpoint == "error" else None)
    accepted = environment.report(values["request_id"], outcome)
    return _json(HTTPStatus.ACCEPTED if accepted else HTTPStatus.BAD_REQUEST)


def _next(environment: Environment) -> Response:
    invocation = environment.next()
    if invocation is None:
        # Its process has been killed: there is nobody to read this.
        return _json(HTTPStatus.GONE)
    headers = {
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": environment.arn,
    }
    return Response(invocation.event, headers=headers, mimetype="application/json")


def _json(status: int) -> Response:
    return Response(b"{}", status, mimetype="application/json")

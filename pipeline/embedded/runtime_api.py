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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson

# Init has a limit of its own, before the timeout counts. AWS Lambda Developer Guide, "Lambda execution environment
# lifecycle".
INIT_SECONDS = 10.0
API = "/2018-06-01/runtime/"
HANDLER = "export_handler.handler"
# What Lambda's Python runtime does not have must not be found by accident in this machine's libraries.
ABSENT = ("streamlit", "pandas", "numpy", "pyarrow", "plotly", "moto", "dotenv", "babel", "pytest", "pages")
# The interpreter's first words: the unpacked zip comes first, as on Lambda; the process ends with its parent.
BOOT = f"""
import os, sys, threading
sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from awslambdaric.__main__ import main
main(["bootstrap", {HANDLER!r}])
"""


@dataclass(frozen=True)
class FunctionSpec:
    """The function: its name, the folder of its unpacked zip, its environment, ``timeout`` in seconds."""

    name: str
    root: Path
    environ: dict[str, str] = field(repr=False)
    timeout: float = 900.0
    memory_mb: int = 512
    region: str = "ap-northeast-1"
    account: str = "123456789012"

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
        self._server = LocalServer(("127.0.0.1", 0), partial(_RuntimeApi, self))
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="runtime-api", daemon=True).start()
        self._process = subprocess.Popen(  # noqa: S603 - fixed words
            [sys.executable, "-I", "-c", BOOT],
            cwd=spec.root,
            env=self._environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
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
            said = f"Task timed out after {self._spec.timeout:.2f} seconds"
            self._log(orjson.dumps({"level": "ERROR", "requestId": request_id, "message": said}).decode())
            return _failed(request_id, "Sandbox.Timedout", said)

    def close(self) -> None:
        """End the process and its Runtime API."""
        self._kill()
        self._waiting.put(None)
        self._reader.join(5)
        self._process.wait(5)
        if self._process.stdin:
            self._process.stdin.close()
        self._server.shutdown()
        self._server.server_close()

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
        died = _failed(current.request_id, "Runtime.ExitError", f"Runtime exited with error: {how}")
        self.report(current.request_id, Outcome(self._init_error, "Unhandled") if self._init_error else died)

    def _environ(self) -> dict[str, str]:
        spec = self._spec
        return {
            "PATH": os.environ.get("PATH", ""),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "LAMBDA_TASK_ROOT": str(spec.root),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_address[1]}",
            "AWS_LAMBDA_FUNCTION_NAME": spec.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_REGION": spec.region,
            **spec.environ,
        }


def _failed(request_id: str, kind: str, said: str) -> Outcome:
    return Outcome(
        orjson.dumps({"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {said}"}), "Unhandled"
    )


class LocalServer(ThreadingHTTPServer):
    """On 127.0.0.1; a peer that was killed in the middle of a request is ordinary here, not an error to print."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class JsonHandler(BaseHTTPRequestHandler):
    """Answers JSON over HTTP/1.1 with a Content-Length, as AWS's clients want it."""

    protocol_version = "HTTP/1.1"

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the function's own log tells."""


class _RuntimeApi(JsonHandler):
    def __init__(self, environment: Environment, *arguments: Any) -> None:
        self._environment = environment
        super().__init__(*arguments)

    def do_GET(self) -> None:
        if self.path != f"{API}invocation/next":
            self.answer(404, b"{}")
            return
        invocation = self._environment.next()
        if invocation is None:
            # Its process has been killed: there is nobody to answer.
            self.close_connection = True
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self._environment.arn,
        }
        self.answer(200, invocation.event, headers)

    def do_POST(self) -> None:
        body = self.body()
        what = self.path.removeprefix(API).split("/")
        if what == ["init", "error"]:
            self._environment.report_init_error(body)
            self.answer(202, b"{}")
            return
        known = what[0] == "invocation" and what[2:] in (["response"], ["error"])
        outcome = Outcome(body, "Unhandled" if what[-1] == "error" else None)
        accepted = known and self._environment.report(what[1], outcome)
        self.answer(202 if accepted else 400, b"{}")

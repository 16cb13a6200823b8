"""The embedded backend's export function: the same handler as on AWS, in a worker thread, JSON in and JSON out.

Its log lines go to the emulator's CloudWatch Logs, as the real function's do.
"""

from __future__ import annotations

import importlib.util
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson

from pipeline.config import FUNCTION_TIMEOUT_SECONDS
from pipeline.function import Context, ExportFunction

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

HANDLER = Path(__file__).resolve().parent.parent / "lambda" / "export_handler.py"
Handler = Callable[[Any, Context, ExportFunction], dict[str, Any]]


class LocalContext:
    """The runtime's context object, for one invocation."""

    def __init__(self, function_name: str) -> None:
        self.function_name = function_name
        self.aws_request_id = str(uuid.uuid4())
        self._deadline = time.monotonic() + FUNCTION_TIMEOUT_SECONDS

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self._deadline - time.monotonic()) * 1000))


class LogStream:
    """Appends log lines to one stream of the function's log group."""

    def __init__(self, logs: CloudWatchLogsClient, group: str, stream: str) -> None:
        self._logs, self._group, self._stream = logs, group, stream

    def append(self, line: str) -> None:
        event = {"timestamp": int(time.time() * 1000), "message": line}
        self._logs.put_log_events(logGroupName=self._group, logStreamName=self._stream, logEvents=[cast(Any, event)])


class LocalFunction:
    """Runs the handler in a thread for each start, as Lambda's asynchronous invocation would."""

    def __init__(self, name: str, function: ExportFunction) -> None:
        self._name = name
        self._function = function
        self._handler = load_handler()

    def start(self, event: dict[str, Any]) -> None:
        """Return at once; the run tells its story in the ledger."""
        payload = orjson.dumps(event)
        threading.Thread(target=self.invoke, args=(payload,), name="export-function", daemon=True).start()

    def invoke(self, payload: bytes) -> bytes:
        """Run one event to its end and give the response, both as JSON."""
        response = self._handler(orjson.loads(payload), LocalContext(self._name), self._function)
        return orjson.dumps(response)


def load_handler() -> Handler:
    """The handler of ``lambda/export_handler.py`` (the folder's name is a keyword, so it cannot be imported)."""
    spec = importlib.util.spec_from_file_location("export_handler", HANDLER)
    if spec is None or spec.loader is None:
        raise ImportError(str(HANDLER))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast(Handler, module.handler)

"""The function's log lines under LogFormat JSON (lambda/template.yaml), written by AWS's own runtime client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.monitor.function_log import parse
from tests.support.places import ROOT

HANDLER = """
from pipeline.jsonlog import JsonLog

def handler(event, context):
    JsonLog("my-function", context.aws_request_id).warning("went slowly", records=3)
    raise KeyError("x")
"""


class _RuntimeApi(BaseHTTPRequestHandler):
    """One event, then nothing any more. AWS Lambda Developer Guide, "Using the Lambda runtime API"."""

    answered = threading.Event()

    def log_message(self, *_: Any) -> None:
        return

    def do_GET(self) -> None:
        if self.answered.is_set():
            # The runtime client ends at an answer that it does not understand.
            return self.send_error(410)
        self.send_response(200)
        for name, value in {
            "Lambda-Runtime-Aws-Request-Id": "request-1",
            "Lambda-Runtime-Deadline-Ms": "99999999999999",
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:ap-northeast-1:123456789012:function:my-function",
            "Content-Type": "application/json",
            "Content-Length": "2",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"{}")
        return None

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answered.set()
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def runtime_api() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _RuntimeApi)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_our_lines_pass_as_they_are_and_an_error_is_a_line_of_json(runtime_api: str, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(HANDLER)
    environment = os.environ | {
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "LAMBDA_TASK_ROOT": str(tmp_path),
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
    }
    command = [sys.executable, "-m", "awslambdaric", "slow.handler"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    texts = [line for line in done.stdout.splitlines() if line.startswith("{")]
    lines = [json.loads(text) for text in texts]
    ours = next(line for line in lines if line.get("service") == "data-pipeline")
    assert list(ours) == ["timestamp", "level", "service", "function", "requestId", "message", "metadata"]
    assert (ours["level"], ours["message"], ours["requestId"]) == ("WARNING", "went slowly", "request-1")
    raised = next(text for text in texts if "KeyError" in text)
    shown = parse(raised, 0)
    assert (shown.level, shown.request_id, shown.message) == ("ERROR", "request-1", "KeyError: 'x'")
    assert "slow.py" in dict(shown.metadata)["stackTrace"]

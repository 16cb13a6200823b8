"""Planted secrets: whatever AWS, the ledger or the log blurts out, no output of ours repeats it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pages.ui import reads
from pipeline.aws import Cloud, Credentials
from pipeline.embedded.function import unpack
from pipeline.embedded.invoke_api import InvokeApi
from pipeline.embedded.runtime_api import FunctionSpec
from pipeline.lake.bucket import Lake
from pipeline.runs.run import RunError
from tests.cli.test_main import aws, pipeline
from tests.conftest import REGION
from tests.pages.conftest import a_run, opened, record, texts

SECRETS = {
    "access key": "AKIAPLANTEDPLANTED12",
    "secret key": "pLaNtEd0/K7MDENG/bPxRfiCYEXAMPLEKEYxxxx1",
    "session token": "FwoGplantedplantedplanted",
    "signature": "0123456789abcdefplanted",
    "bearer": "ya29.planted-planted",
    "password": "planted-hunter2",
}
BLURTED = (
    "not authorized: {access key} with {secret key}; x-amz-security-token:{session token} "
    "https://b.s3.amazonaws.com/k?X-Amz-Signature={signature}&x=1 Authorization: Bearer {bearer} "
    "https://user:{password}@example.com/"
).format_map(SECRETS)
COMMANDS = (["export"], ["history"], ["preview", "r1"], ["check"], ["health"], ["logs"], ["health", "--json"])


def told(output: str) -> list[str]:
    """Names of the secrets that an output holds."""
    return [name for name, secret in SECRETS.items() if secret in output]


@pytest.fixture(scope="module")
def blurting() -> Iterator[str]:
    """An AWS that refuses everything, and says far too much."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = json.dumps({"__type": "AccessDeniedException", "message": BLURTED}).encode()
            if "x-amz-target" not in {name.lower() for name in self.headers} and "/2015-03-31/" not in self.path:
                text = BLURTED.replace("&", "&amp;")
                body = f"<Error><Code>AccessDenied</Code><Message>{text}</Message></Error>".encode()
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("x-amzn-ErrorType", "AccessDeniedException")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_DELETE = do_POST

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_repeats_what_aws_blurts(blurting: str, command: list[str]) -> None:
    keys = {"AWS_ACCESS_KEY_ID": SECRETS["access key"], "AWS_SECRET_ACCESS_KEY": SECRETS["secret key"]}
    done = pipeline(*command, **{**aws(blurting), **keys, "AWS_SESSION_TOKEN": SECRETS["session token"]})
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert "AccessDenied" in output and "[redacted]" in output
    assert told(output) == []


@pytest.mark.parametrize("tab", ["status", "history", "settings"])
def test_no_tab_repeats_what_aws_blurts(on_aws: pytest.MonkeyPatch, blurting: str, tab: str) -> None:
    on_aws.setenv("AWS_ENDPOINT_URL", blurting)
    reads.forget_app()
    page = opened("en", tab)
    shown = texts(page) + repr(page.main)
    assert not page.exception
    assert "AccessDenied" in shown
    assert told(shown) == []


def test_a_runs_error_and_its_log_are_shown_without_secrets(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    # An entry of an older function, which did not redact.
    record(lake, a_run(status="failed", error=RunError("E004", BLURTED)))
    page = opened("en", "history")
    shown = texts(page) + repr(page.main)
    assert "[redacted]" in shown
    assert told(shown) == []


def test_the_function_logs_and_answers_without_secrets(blurting: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    lines: list[str] = []
    keys = {"AWS_ACCESS_KEY_ID": SECRETS["access key"], "AWS_SECRET_ACCESS_KEY": SECRETS["secret key"]}
    environ = {"AWS_ENDPOINT_URL": blurting, "S3_BUCKET_NAME": "bucket", "DYNAMODB_TABLE_NAME": "table", **keys}
    api = InvokeApi(FunctionSpec("f", unpack(tmp_path_factory.mktemp("function")), environ), lines.append)
    try:
        client = Cloud(REGION, api.url, Credentials("t", "t")).lambda_
        answer = client.invoke(FunctionName="f", Payload=b"{}")["Payload"].read().decode()
        raised = client.invoke(FunctionName="f", Payload=b'{"trigger": "schedule"}')["Payload"].read().decode()
    finally:
        api.close()
    assert "AccessDenied" in answer and "AccessDenied" in raised and "no export" in "".join(lines)
    assert told(answer + raised + "".join(lines)) == []


def test_a_presigned_link_is_short_lived_and_in_no_log(
    lake: Lake, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    link = lake.presign("raw/internal/dynamodb-exports/dt=2024-02-01/t-1.json", None, "t-1.json")
    assert "X-Amz-Expires=300" in link
    signature = link.partition("X-Amz-Signature=")[2][:64]
    captured = capfd.readouterr()
    assert len(signature) == 64
    assert signature not in captured.out + captured.err + caplog.text


def test_no_file_of_the_project_holds_a_key(request: pytest.FixtureRequest) -> None:
    root = Path(request.config.rootpath)
    found = [
        str(path.relative_to(root))
        for folder in ("pipeline", "pages", "lambda")
        for path in (root / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and b"AKIA" in path.read_bytes().replace(b"(?:AKIA|", b"")
    ]
    assert found == []

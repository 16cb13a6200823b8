"""lambda/export_handler.py as it is deployed: the built zip, run by AWS's runtime client behind Lambda's Invoke API."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.embedded.function import unpack
from pipeline.embedded.invoke_api import InvokeApi
from pipeline.embedded.runtime_api import FunctionSpec
from pipeline.lake.bucket import Lake
from pipeline.runs.ledger import Ledger
from tests.conftest import REGION, MakeTable
from tests.support.places import ROOT

NAME = "my-function"


@pytest.fixture(scope="module")
def task_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(tmp_path_factory.mktemp("function"))


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def serve(task_root: Path, cloud: Cloud, bucket: str, lines: list[str]) -> Iterator[Callable[[str], Cloud]]:
    """Give a function for a table; its client is boto3's own."""
    made: list[InvokeApi] = []

    def start(table: str) -> Cloud:
        environ = {
            "AWS_ENDPOINT_URL": cloud.endpoint_url or "",
            "AWS_ACCESS_KEY_ID": "t",
            "AWS_SECRET_ACCESS_KEY": "t",
            "S3_BUCKET_NAME": bucket,
            "DYNAMODB_TABLE_NAME": table,
        }
        made.append(InvokeApi(FunctionSpec(NAME, task_root, environ), lines.append))
        return Cloud(REGION, made[-1].url, Credentials("t", "t"))

    yield start
    for api in made:
        api.close()


def invoke(function: Cloud, event: Any) -> tuple[dict[str, Any], str | None]:
    answer = function.lambda_.invoke(FunctionName=NAME, Payload=json.dumps(event).encode())
    return json.loads(answer["Payload"].read()), answer.get("FunctionError")


def test_a_synchronous_call_exports_and_answers_200(serve: Callable[[str], Cloud], make_table: MakeTable) -> None:
    table = make_table([{"PK": "u", "SK": "1", "n": 1}])
    answer, error = invoke(serve(table), {"runId": "r1"})
    body = json.loads(answer["body"])
    assert (error, answer["statusCode"], body["itemCount"], body["tableName"]) == (None, 200, 1, table)


def test_a_synchronous_failure_answers_500_and_is_no_function_error(serve: Callable[[str], Cloud]) -> None:
    answer, error = invoke(serve("no-such-table"), {"runId": "r1"})
    assert (error, answer["statusCode"], json.loads(answer["body"])["code"]) == (None, 500, "E014")


def test_on_the_schedule_a_failure_is_a_function_error(serve: Callable[[str], Cloud]) -> None:
    event = {"trigger": "schedule", "scheduleArn": "arn:daily", "scheduledTime": "2026-11-23T05:00:00Z"}
    answer, error = invoke(serve("no-such-table"), event)
    assert (error, answer["errorType"]) == ("Unhandled", "NotFound")


def test_an_event_is_accepted_and_its_run_is_in_the_ledger(
    serve: Callable[[str], Cloud], make_table: MakeTable, cloud: Cloud, bucket: str
) -> None:
    function = serve(make_table([{"PK": "u", "SK": "1"}]))
    answer = function.lambda_.invoke(FunctionName=NAME, InvocationType="Event", Payload=b'{"runId": "r1"}')
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    assert _finished(Ledger(Lake(cloud.s3, bucket))) == ["succeeded"]


def test_every_line_of_the_log_is_json_and_carries_the_request(
    serve: Callable[[str], Cloud], make_table: MakeTable, lines: list[str]
) -> None:
    function = serve(make_table([]))
    answer = function.lambda_.invoke(FunctionName=NAME, Payload=b"{}")
    said = [json.loads(line) for line in lines]
    assert {line["requestId"] for line in said} == {answer["ResponseMetadata"]["RequestId"]}
    assert {"export started", "export succeeded"} <= {line["message"] for line in said}


def test_the_handler_imports_nothing_of_the_screen_or_the_emulator(task_root: Path) -> None:
    program = f"import sys; sys.path.insert(0, {str(task_root)!r}); import export_handler"
    done = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", "-c", program], capture_output=True, text=True, check=True
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "boto3" in imported
    assert not imported & {"streamlit", "pandas", "plotly", "moto", "babel", "dotenv", "pages"}


def test_the_handler_imports_from_a_checkout_too() -> None:
    command = [sys.executable, "-c", "import export_handler"]
    subprocess.run(command, cwd=ROOT / "lambda", env={"PYTHONPATH": str(ROOT)}, check=True)


def _finished(ledger: Ledger) -> list[str]:
    day = datetime.now(UTC).date()
    for _ in range(300):
        states = [run.status for run in ledger.history(day, day).runs]
        if states and "running" not in states:
            return states
        time.sleep(0.1)
    return ["never finished"]

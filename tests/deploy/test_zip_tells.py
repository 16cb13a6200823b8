"""The export's zip, with nothing beside it but the runtime's boto3, tells of a run that failed, and looks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
import zipfile
from pathlib import Path

import pytest

from pipeline.aws import Cloud
from pipeline.deploy import libraries, package
from pipeline.deploy.bundles import EXPORT
from tests.conftest import REGION
from tests.deploy.test_zips_alone import runtime
from tests.support.notices.hook import hook

__all__ = ["runtime"]
PROGRAM = """
import json, sys
sys.path[:0] = [sys.argv[1]]
sys.path.append(sys.argv[2])
from export_handler import handler
class Context:
    function_name, aws_request_id = "f", "r"
    def get_remaining_time_in_millis(self):
        return 900_000
print(json.dumps([handler(event, Context())["statusCode"] for event in json.loads(sys.argv[3])]))
"""
EVENTS = [{"tableName": "no-such-table", "runId": "r1"}, {"notices": "due"}]


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    made = package.build(tmp_path / "it.zip", lambda: libraries.installed(EXPORT), EXPORT)
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(tmp_path / "task")
    return tmp_path / "task"


def test_alone_it_tells_of_its_failure_and_looks(
    unpacked: Path, runtime: Path, cloud: Cloud, bucket: str, emulator_url: str
) -> None:
    secret = f"pipeline-console/{uuid.uuid4().hex}"
    with hook() as webhook:
        cloud.secretsmanager.create_secret(Name=secret, SecretString=webhook.url)
        known = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PIPELINE_"))}
        known |= {"AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
        known |= {"AWS_ENDPOINT_URL": emulator_url, "BUCKET_NAME": bucket, "TABLE_NAME": "a-table"}
        known |= {"PIPELINE_NOTICES": f"ops=slack:{secret}", "PIPELINE_BACKEND": "aws"}
        command = [sys.executable, "-I", "-S", "-c", PROGRAM, str(unpacked), str(runtime), json.dumps(EVENTS)]
        done = subprocess.run(command, cwd=unpacked, env=known, capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout.splitlines()[-1]) == ("", "[500, 200]")
    (text,) = webhook.told
    assert text.startswith("実行が失敗しました：no-such-table") and "run=r1" in text
    assert '"notices looked after"' in done.stdout and webhook.url not in done.stdout

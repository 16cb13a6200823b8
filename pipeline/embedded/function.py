"""The embedded backend's functions: the export's zip as it would be deployed, and the tables' modules, each unpacked
and run behind an Invoke API.

Their log lines go to the emulator's CloudWatch Logs, as the real functions' do.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from pipeline.aws import Credentials
from pipeline.config import FUNCTION_TIMEOUT_SECONDS, Settings, changed_by_text, endpoint_variable
from pipeline.deploy.bundles import TABLES
from pipeline.deploy.libraries import installed
from pipeline.deploy.package import build, own_files
from pipeline.embedded.invoke_api import InvokeApi
from pipeline.embedded.runtime_api import FunctionSpec

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

MEMORY_MB = 512
# The tables' zip holds it on AWS; unpacked anew at each start of the demo it would be 100 MB.
TABLES_LIBRARIES = ("pyarrow",)
# Lambda waits one minute, then two; here somebody sits before the page.
RETRY_DELAYS = (1.0, 5.0)
_endings: list[Callable[[], None]] = []


class LogStream:
    """Appends log lines to one stream of the function's log group."""

    def __init__(self, logs: CloudWatchLogsClient, group: str, stream: str) -> None:
        self._logs, self._group, self._stream = logs, group, stream
        self._lock = threading.Lock()

    def append(self, line: str) -> None:
        """Keep one line; an emulator that is gone takes its log with it."""
        event = {"timestamp": int(time.time() * 1000), "message": line}
        # Several environments of one function write here, and the emulator keeps the order of arrival.
        with self._lock:
            try:
                self._logs.put_log_events(
                    logGroupName=self._group, logStreamName=self._stream, logEvents=[cast(Any, event)]
                )
            except (ClientError, BotoCoreError):
                return


def serve(
    settings: Settings, emulator_url: str, credentials: Credentials, log: LogStream, tables_log: LogStream
) -> InvokeApi:
    """Unpack the functions and answer Lambda's Invoke API for them until the process ends. Each starts when it is first
    invoked."""
    folder = Path(tempfile.mkdtemp(prefix="export-function-"))
    environ = _environ(settings, emulator_url, credentials)
    spec = FunctionSpec(
        settings.function, unpack(folder), environ, FUNCTION_TIMEOUT_SECONDS, MEMORY_MB, settings.region
    )
    beside = replace(
        spec,
        name=tables_function(settings),
        root=unpack_tables(folder),
        handler=f"{TABLES.handler.stem}.handler",
        libraries=TABLES_LIBRARIES,
    )
    tables = InvokeApi(beside, tables_log.append, concurrency=1, retry_delays=RETRY_DELAYS)
    api = InvokeApi(spec, log.append, retry_delays=RETRY_DELAYS)
    api.add(tables)
    _endings.append(partial(_end, api, folder))
    return api


def tables_function(settings: Settings) -> str:
    """The name of the demo's tables function."""
    return settings.tables_function or f"{settings.function[:57]}-tables"


def unpack_tables(folder: Path) -> Path:
    """The task root of the tables' function inside ``folder``: its modules, and what the export's zip brings."""
    root = folder / "tables-task"
    for name, body in {**installed(), **own_files(TABLES.handler)}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return root


@atexit.register
def end_all() -> None:
    """End what ``serve`` has begun: processes, ports and folders. For whoever ends without Python's own ending, too."""
    while _endings:
        _endings.pop()()


def unpack(folder: Path) -> Path:
    """Build the zip inside ``folder`` and unpack it there: what Lambda calls the task root."""
    package = build(folder / "function.zip", installed)
    root = folder / "task"
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(root)
    return root


def _environ(settings: Settings, emulator_url: str, credentials: Credentials) -> dict[str, str]:
    return {
        "PIPELINE_BACKEND": "embedded",
        "AWS_ENDPOINT_URL": emulator_url,
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "S3_BUCKET_NAME": settings.bucket,
        "DYNAMODB_TABLE_NAME": settings.table,
        "PIPELINE_COMPRESS": settings.compress,
        "PIPELINE_ENGINE": settings.engine,
        "PIPELINE_ON_CLASH": settings.on_clash,
        "PIPELINE_MAX_RCU": "auto" if settings.max_rcu is None else f"{settings.max_rcu:.0f}",
        "PIPELINE_SEGMENTS": "auto" if settings.segments is None else str(settings.segments),
        "PIPELINE_INCREMENTAL_BY": changed_by_text(settings.incremental_by),
        "PIPELINE_INCREMENTAL_OVERLAP": str(settings.incremental_overlap // timedelta(minutes=1)),
        "PIPELINE_SECRETS": settings.secrets,
        "LAMBDA_TABLES_FUNCTION": tables_function(settings),
        **{endpoint_variable(name): url for name, url in settings.endpoints.items()},
    }


def _end(api: InvokeApi, folder: Path) -> None:
    api.close()
    shutil.rmtree(folder, ignore_errors=True)

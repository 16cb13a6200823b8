"""One contestant, one process: ``python -m tests.benchmarks.contestants NAME URL`` prints its figures as JSON.

The scan part is what it does to hand over every item as plain values; the whole process includes imports and uploads.
"""

from __future__ import annotations

import gc
import json
import math
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

TABLE = "bench-table"
REGION = "ap-northeast-1"
KEYS = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}


def ours_scan(url: str) -> Callable[[], int]:
    """Our pages, converted into records of the document, thrown away."""
    from pipeline.aws import Cloud, Credentials  # noqa: PLC0415
    from pipeline.export import scan  # noqa: PLC0415
    from pipeline.export.dynamodb_json import encode_records  # noqa: PLC0415
    from pipeline.export.job import collector_paused  # noqa: PLC0415

    client = Cloud(REGION, url, Credentials("bench", "bench")).dynamodb
    scan.keep_raw_bodies(client)

    def run() -> int:
        count = 0
        with collector_paused():
            for page in scan.pages(client, TABLE):
                count += len(page.items)
                encode_records(page.items, "now", ("PK", "SK"))
        return count

    return run


def ours_export(url: str) -> Callable[[], int]:
    """The whole job: segments, conversion, upload, ledger."""
    from pipeline.aws import Cloud, Credentials  # noqa: PLC0415
    from pipeline.clock import utc_now  # noqa: PLC0415
    from pipeline.config import Settings  # noqa: PLC0415
    from pipeline.export.wiring import build_exporter  # noqa: PLC0415
    from pipeline.jsonlog import JsonLog  # noqa: PLC0415
    from pipeline.runs.request import ExportRequest  # noqa: PLC0415

    settings = Settings.from_env(os.environ)
    exporter = build_exporter(settings, Cloud(REGION, url, Credentials("bench", "bench")), utc_now)
    log = JsonLog("bench", None, lambda line: None)
    request = ExportRequest("bench", TABLE)
    return lambda: exporter.run(request, log, lambda: math.inf).run.records or 0


def floor(url: str) -> Callable[[], int]:
    """The same hook, reading bodies and parsing nothing but the cursor."""
    import boto3  # noqa: PLC0415

    from pipeline.aws import client_config  # noqa: PLC0415

    client: Any = boto3.client(
        "dynamodb", region_name=REGION, endpoint_url=url, config=client_config("dynamodb"), **KEYS
    )

    def keep(response_dict: Any, customized_response_dict: Any, **_: Any) -> None:
        customized_response_dict["raw"] = response_dict["body"]
        response_dict["body"] = b"{}"

    client.meta.events.register("before-parse.dynamodb.Scan", keep)

    def run() -> int:
        count, arguments = 0, {"TableName": TABLE}
        while True:
            raw = client.scan(**arguments)["raw"]
            count += int(raw[raw.index(b'"Count":') + 8 : raw.index(b',"Items"')])
            at = raw.rfind(b'"LastEvaluatedKey":')
            if at < 0 or b'"Items"' in raw[at:]:
                return count
            arguments["ExclusiveStartKey"] = json.loads(raw[at + 19 : raw.index(b',"ScannedCount"', at)])

    return run


def boto3_resource(url: str) -> Callable[[], int]:
    """boto3's Table resource, page by page."""
    import boto3  # noqa: PLC0415

    resource_: Any = boto3.resource("dynamodb", region_name=REGION, endpoint_url=url, **KEYS)
    table = resource_.Table(TABLE)

    def run() -> int:
        count, arguments = 0, {}
        while True:
            answer = table.scan(**arguments)
            count += len(answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return count
            arguments = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    return run


def awswrangler(url: str) -> Callable[[], int]:
    """awswrangler.dynamodb.read_items as it is called by default: into a DataFrame."""
    return _awswrangler(url, as_dataframe=True)


def awswrangler_items(url: str) -> Callable[[], int]:
    """The same, as a list of items."""
    return _awswrangler(url, as_dataframe=False)


def _awswrangler(url: str, as_dataframe: bool) -> Callable[[], int]:
    import awswrangler as wr  # noqa: PLC0415
    import boto3  # noqa: PLC0415

    wr.config.dynamodb_endpoint_url = url
    session = boto3.Session(region_name=REGION, **KEYS)

    def run() -> int:
        found = wr.dynamodb.read_items(
            table_name=TABLE, allow_full_scan=True, as_dataframe=as_dataframe, boto3_session=session
        )
        return len(found)

    return run


CONTESTANTS = {
    "floor": floor,
    "ours (scan)": ours_scan,
    "ours (export)": ours_export,
    "boto3 resource": boto3_resource,
    "awswrangler (default)": awswrangler,
    "awswrangler (items)": awswrangler_items,
}


def main(name: str, url: str) -> None:
    run = CONTESTANTS[name](url)
    gc.collect()
    begun, wall = time.process_time(), time.monotonic()
    count = run()
    figures = {
        "items": count,
        "scan_cpu": time.process_time() - begun,
        "wall": time.monotonic() - wall,
        "process_cpu": time.process_time(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

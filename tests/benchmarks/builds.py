"""What a build costs: of the demo's sample, and of that of 190 times as many people (about 250,000 records).

``python -m tests.benchmarks.builds [TIMES]`` prints a line each: CPU seconds of the parent and of its children, the
most memory that a child had, CPU seconds of landing alone. The lake is in this process, the build in another.
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from moto.server import ThreadedMotoServer

from pipeline.analysis.builds.inputs import chosen
from pipeline.analysis.builds.landing import Declared, Files, land
from pipeline.analysis.models.builds import OUR_PROJECT, Builds
from pipeline.analysis.query.convert import fetched
from pipeline.aws import Cloud, Credentials
from pipeline.embedded.sample.items import items as sample_items
from pipeline.lake.bucket import Lake
from pipeline.lake.dbt_keys import dbt_run_key
from tests.analysis.builds.victim import REGION, TABLE, build
from tests.support.tables.workshop import Workshop

TIMES = 190


def records(times: int) -> Iterator[dict[str, Any]]:
    """The sample, each of its people and what is theirs so many times, under names of their own."""
    items = sample_items(datetime.now(UTC).date())
    for number in range(times):
        for item in items:
            yield {name: _named(name, value, number) for name, value in item.items()}


def _named(name: str, value: Any, number: int) -> Any:
    if isinstance(value, set):
        return sorted(value)
    if name in {"user_id", "small_task_id"}:
        return f"{value}-{number}"
    if name not in {"PK", "SK"} or value.startswith(("MOOD#", "CONDITION#", "PROFILE")):
        return value
    kind, whose, more = value.split("#", 2) if value.count("#") > 1 else (*value.split("#"), "")
    return f"{kind}#{whose}-{number}{'#' if more else ''}{more}"


def a_lake(url: str, times: int) -> Lake:
    cloud = Cloud(REGION, url, Credentials("testing", "testing"))
    bucket = f"bench-{uuid.uuid4().hex[:12]}"
    cloud.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    cloud.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    shop = Workshop(Lake(cloud.s3, bucket), lambda: datetime.now(UTC))
    today = datetime.now(UTC).date()
    shop.export(list(records(times)), today)
    shop.convert("t", today)
    return shop.lake


def once(url: str, bucket: str) -> dict[str, Any]:
    """One build in this process, and landing alone."""
    run = build(url, bucket, str(Path("pipeline/analysis/dbt").absolute()))
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    parent = time.process_time()
    lake = Lake(Cloud(REGION, url, Credentials("testing", "testing")).s3, bucket)
    kept = Builds(lake).load(run.day, run.run_id)
    assert kept
    return {
        "records": run.records,
        "withheld": kept.brief.withheld,
        "blocked": kept.brief.blocked_by,
        "parent_cpu": round(parent, 1),
        "children_cpu": round(children.ru_utime + children.ru_stime, 1),
        "peak_mb": round(children.ru_maxrss / 1024),
        "seconds": round(kept.brief.seconds, 1),
        "landing_cpu": round(landing(lake, dbt_run_key(OUR_PROJECT, run.day, run.run_id, "manifest")), 1),
    }


def landing(lake: Lake, manifest: str) -> float:
    stored = lake.read_json(manifest)
    assert stored
    declared = [
        Declared(one["schema"], one["identifier"], tuple((c["name"], c["data_type"]) for c in one["columns"].values()))
        for one in stored[0]["sources"].values()
    ]
    inputs = chosen(lake, TABLE, None, datetime.now(UTC).date())
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/build.duckdb") as base:
        base.execute("SET memory_limit = '256MB'; SET threads = 2; SET preserve_insertion_order = false")
        paths = {name: str(fetched(lake, file, Path(folder), lambda: False)) for name, file in inputs.files.items()}
        begun = time.process_time()
        land(base, declared, Files(paths), [claim.to_json() for claim in inputs.claims])
        return time.process_time() - begun


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    for times in (1, int(sys.argv[1]) if len(sys.argv) > 1 else TIMES):
        command = [sys.executable, "-m", "tests.benchmarks.builds", "once", url, a_lake(url, times).bucket]
        print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip(), flush=True)
    server.stop()


if __name__ == "__main__":
    if sys.argv[1:2] == ["once"]:
        print(json.dumps(once(*sys.argv[2:4])))
    else:
        main()

"""How fast モデルと品質 is over 300 builds of 300 models: first paint and reruns of each tab, and of what opens there.

``python -m tests.benchmarks.models`` prints a table. The server is real, the sessions speak Streamlit's own protocol.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import statistics
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.server import ThreadedMotoServer
from pydantic import TypeAdapter

from pipeline.analysis.models.builds import OUR_PROJECT, Brief, Build, BuildIndex, Builds, NodeRun
from pipeline.analysis.models.standing import Tally
from pipeline.aws import Cloud, Credentials
from pipeline.lake import dbt_keys, model_keys
from pipeline.lake.bucket import Lake
from tests.analysis.models.shop import large, results_of
from tests.benchmarks import screen
from tests.browser.conftest import running_server
from tests.support.lakes.models import fill_quality

BUILDS, MODELS, SESSIONS = 300, 300, 10
BUCKET, TABLE = "bench-models", "moderation-craft-data"
SQL = "select user_id, day, count(*) as n\nfrom stg_sessions\ngroup by all\n" * 30
VIEWS = {
    "実行": "tab=runs",
    "実行, a model": "tab=runs&model=model.p.m150",
    "系統図": "tab=lineage",
    "品質": "tab=quality",
    "履歴": "tab=builds",
    "履歴, a build": "tab=builds&build={run_id}",
}


def at(number: int) -> datetime:
    return datetime.now(UTC) - timedelta(hours=1, days=number)


def build(number: int) -> Build:
    started = at(number)
    run_id = f"{started:%Y%m%dT%H%M%SZ}-{number:08x}"
    tests = Tally(ok=2 * MODELS)
    brief = Brief(run_id, started.date(), started, 60.0, "schedule", "good", Tally(ok=MODELS), tests, 1.0, True)
    nodes = {f"model.p.m{n}": NodeRun(run_id, "ok", False, 1000 + number, 0.5, 2, 2) for n in range(MODELS)}
    return Build(brief, nodes=nodes)


def artifacts() -> dict[dbt_keys.Artifact, Any]:
    manifest = large(MODELS, SQL)
    results = results_of({name: "pass" if name.startswith("test") else "success" for name in manifest["nodes"]})
    return {"manifest": manifest, "run_results": results}


def lake_of_300_builds(url: str) -> str:
    """The lake; gives the newest build's run id."""
    lake = Lake(Cloud("ap-northeast-1", url, Credentials("bench", "bench")).s3, BUCKET)
    place = {"LocationConstraint": "ap-northeast-1"}
    lake.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)  # type: ignore[arg-type]
    builds = [build(number) for number in range(BUILDS)]
    index = BuildIndex()
    for one in reversed(builds[1:]):
        index = index.with_build(one)
    Builds(lake).save(builds[0])
    body = TypeAdapter(BuildIndex).dump_json(index.with_build(builds[0]))
    lake.s3.put_object(Bucket=BUCKET, Key=model_keys.builds_index_key(OUR_PROJECT), Body=body)
    written = {name: json.dumps(value).encode() for name, value in artifacts().items()}

    def put(one: Build) -> None:
        for name, body in written.items():
            key = dbt_keys.dbt_run_key(OUR_PROJECT, one.brief.day, one.brief.run_id, name)
            lake.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, builds))
    fill_quality(lake, TABLE, 30)
    return builds[0].brief.run_id


async def measure(address: str, run_id: str) -> dict[str, tuple[float, list[float]]]:
    """Seconds of first paints and of reruns by view; the first of them reads the lake. The server has drawn another
    page before: that it starts is measured nowhere here."""
    await screen.converse(address, "tab=settings", random.Random(0))  # noqa: S311
    found = {}
    for name, query in VIEWS.items():
        found[name] = await screen.converse(address, query.format(run_id=run_id), random.Random(1), "models")  # noqa: S311
    return found


async def crowd(address: str, run_id: str) -> list[float]:
    queries = [query.format(run_id=run_id) for query in VIEWS.values()]
    talks = [
        screen.converse(address, queries[n % len(queries)], random.Random(n), "models")  # noqa: S311
        for n in range(SESSIONS)
    ]
    return [seconds for _, reruns in await asyncio.gather(*talks) for seconds in reruns]


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    emulator = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    emulator.start()
    url = f"http://127.0.0.1:{emulator.get_host_and_port()[1]}"
    run_id = lake_of_300_builds(url)
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "PIPELINE_BUILD_AFTER_TABLES": "off"}
    screen.THINK_SECONDS = (0.3, 1.0)
    with running_server(PIPELINE_BACKEND="aws", AWS_ENDPOINT_URL=url, S3_BUCKET_NAME=BUCKET, **keys) as server:
        stream = f"{server.replace('http', 'ws')}/debug/_stcore/stream"
        alone = asyncio.run(measure(stream, run_id))
        together = asyncio.run(crowd(stream, run_id))
    emulator.stop()
    print(f"| モデルと品質 over {BUILDS} builds of {MODELS} models | first paint (1.5 s) | rerun, median (300 ms) |")
    print("|---|---|---|")
    for name, (first, reruns) in alone.items():
        print(f"| {name} | {first:.2f} s | {statistics.median(reruns) * 1000:.0f} ms |")
    print(f"| {SESSIONS} sessions, p95 | | {screen.p95(together):.2f} s |")


if __name__ == "__main__":
    main()

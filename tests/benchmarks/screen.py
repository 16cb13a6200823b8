"""How fast the screen is: first paint and reruns over 90 days of 20 runs each, and with 20 sessions at once.

``python -m tests.benchmarks.screen`` prints a table. The server is real, the sessions speak Streamlit's own protocol.
"""

from __future__ import annotations

import asyncio
import logging
import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from moto.server import ThreadedMotoServer
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from pipeline.aws import Cloud, Credentials
from pipeline.lake.bucket import Lake
from pipeline.runs.run import Run
from tests.browser.conftest import running_server

DAYS, RUNS_A_DAY, SESSIONS, ROUNDS = 90, 20, 20, 10
THINK_SECONDS = (1.0, 5.0)
TABLE, BUCKET = "moderation-craft-data", "bench-screen"
TABS = ("status", "history")
QUERY = "tab={tab}&days=90"


def lake_of_90_days(url: str) -> None:
    """Ledger entries of 1,800 runs."""
    lake = Lake(Cloud("ap-northeast-1", url, Credentials("bench", "bench")).s3, BUCKET)
    place = {"LocationConstraint": "ap-northeast-1"}
    lake.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)  # type: ignore[arg-type]
    now = datetime.now(UTC)

    def write(number: int) -> None:
        at = now - timedelta(days=number / RUNS_A_DAY)
        run = Run(f"run-{number:05}", TABLE, at.date(), at, at, status="succeeded", finished_at=at, records=900)
        lake.write_json(f"metadata/runs/dt={at.date()}/{run.run_id}.json", run.to_json(), None)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(DAYS * RUNS_A_DAY)))


@dataclass
class Session:
    """One browser's conversation with the server, without the browser."""

    socket: ClientConnection
    query: str
    page: str = "pipeline"

    async def run(self) -> float:
        """Ask for a run of the page's script; seconds until it has ended and everything has arrived."""
        begun = time.monotonic()
        asked = ClientState(query_string=self.query, page_name=self.page)
        await self.socket.send(BackMsg(rerun_script=asked).SerializeToString())
        while True:
            answer = ForwardMsg.FromString(await self.socket.recv())  # type: ignore[arg-type]
            if answer.WhichOneof("type") == "script_finished":
                return time.monotonic() - begun


async def converse(address: str, query: str, rng: random.Random, page: str = "pipeline") -> tuple[float, list[float]]:
    """Seconds of the first paint, and of the reruns of a person who reads before pressing the next thing."""
    # As a page of this machine's own asks: without sign-in nobody else is let in.
    origin = Origin(f"http://{urlsplit(address).netloc}")
    async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, origin=origin) as socket:
        session = Session(socket, query, page)
        first, reruns = await session.run(), []
        for _ in range(ROUNDS):
            await asyncio.sleep(rng.uniform(*THINK_SECONDS))
            reruns.append(await session.run())
    return first, reruns


async def measure(address: str) -> tuple[list[float], list[float], list[float]]:
    """Seconds of first paints, of one session's reruns, and of the reruns of 20 sessions at once."""
    await converse(address, QUERY.format(tab="history"), random.Random(0))  # noqa: S311 - warms the caches
    alone = [await converse(address, QUERY.format(tab=tab), random.Random(1)) for tab in TABS]  # noqa: S311
    talks = [converse(address, QUERY.format(tab=TABS[n % len(TABS)]), random.Random(n)) for n in range(SESSIONS)]  # noqa: S311
    crowd = await asyncio.gather(*talks)
    return (
        [first for first, _ in alone],
        [seconds for _, reruns in alone for seconds in reruns],
        [seconds for _, reruns in crowd for seconds in reruns],
    )


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    emulator = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    emulator.start()
    url = f"http://127.0.0.1:{emulator.get_host_and_port()[1]}"
    lake_of_90_days(url)
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    with running_server(PIPELINE_BACKEND="aws", AWS_ENDPOINT_URL=url, S3_BUCKET_NAME=BUCKET, **keys) as server:
        paints, alone, crowd = asyncio.run(measure(f"{server.replace('http', 'ws')}/debug/_stcore/stream"))
    emulator.stop()
    print("| the screen over 1,800 runs, server time over real websockets | measured | to reach |\n|---|---|---|")
    print(f"| first paint, slowest tab | {max(paints):.2f} s | 1.5 s |")
    print(f"| rerun, one session, median | {statistics.median(alone) * 1000:.0f} ms | 300 ms |")
    print(f"| rerun, {SESSIONS} sessions, p95 | {p95(crowd):.2f} s | 1 s |")


if __name__ == "__main__":
    main()

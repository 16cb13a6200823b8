"""How fast the screen is: first paint and reruns over 90 days of 20 runs each, and with 20 browsers at once.

``python -m tests.benchmarks.screen`` prints a table; a real server, a real Chromium, an emulator, all on 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import logging
import random
import shutil
import statistics
import time
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from moto.server import ThreadedMotoServer
from playwright.async_api import Browser, Page, async_playwright

from pipeline.aws import Cloud, Credentials
from pipeline.models import Run
from pipeline.store import Lake
from tests.browser.conftest import running_server

DAYS, RUNS_A_DAY, SESSIONS, ROUNDS = 90, 20, 20, 3
THINK_SECONDS = (4.0, 16.0)
TABLE, BUCKET = "moderation-craft-data", "bench-screen"
HISTORY, STATUS = '[data-testid="stSelectbox"]', '[data-testid="stMetric"]'


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


async def timed(act: Awaitable[object]) -> float:
    begun = time.monotonic()
    await act
    return time.monotonic() - begun


async def paint(page: Page, address: str) -> None:
    await page.goto(address, wait_until="commit")
    await page.wait_for_selector(STATUS)


async def rerun(page: Page, tab: int) -> None:
    await page.get_by_role("tab").nth(tab).click()
    await page.wait_for_selector(HISTORY if tab else STATUS)


async def session(browser: Browser, address: str, dice: random.Random) -> list[float]:
    page = await (await browser.new_context()).new_page()
    page.set_default_timeout(120_000)
    await paint(page, address)
    found = []
    for tab in (1, 0) * ROUNDS:
        # A person reads what was drawn before pressing the next thing.
        await asyncio.sleep(dice.uniform(*THINK_SECONDS))
        found.append(await timed(rerun(page, tab)))
    return found


async def measure(address: str) -> tuple[list[float], list[float], list[float]]:
    """Seconds of first paints, of one browser's reruns, and of the reruns of 20 browsers at once."""
    async with async_playwright() as playwright:
        path = shutil.which("chromium")
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = await (await browser.new_context()).new_page()
        page.set_default_timeout(120_000)
        await paint(page, address)
        paints = [await timed(paint(page, address)) for _ in range(ROUNDS)]
        alone = await session(browser, address, random.Random(0))  # noqa: S311 - reproducible
        dice = [random.Random(seed) for seed in range(SESSIONS)]  # noqa: S311
        crowd = await asyncio.gather(*(session(browser, address, one) for one in dice))
        await browser.close()
    return paints, alone, [seconds for one in crowd for seconds in one]


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
        paints, alone, crowd = asyncio.run(measure(f"{server}/debug/pipeline?days=90"))
    emulator.stop()
    print("| the screen over 1,800 runs, click to drawn, browser included | measured | to reach |\n|---|---|---|")
    print(f"| first paint, median | {statistics.median(paints):.2f} s | 1.5 s |")
    print(f"| rerun, one browser, median | {statistics.median(alone) * 1000:.0f} ms | 300 ms of server time |")
    print(f"| rerun, {SESSIONS} browsers on two cores with the server, p95 | {p95(crowd):.2f} s | 1 s |")


if __name__ == "__main__":
    main()

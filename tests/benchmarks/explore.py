"""How fast 分析 is: from a cold page to the first result, reloads, large tables, cancelling, and the server's part.

``python -m tests.benchmarks.explore`` prints a table of medians of five; a real server, a real Chromium.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from moto.server import ThreadedMotoServer
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from pipeline.aws import Cloud, Credentials
from pipeline.lake.bucket import Lake
from tests.browser.conftest import FLAGS, chromium_path, serving
from tests.browser.test_explore import opened, write
from tests.support.lakes.tables import TABLES, make_day

BUCKET, TABLE, ROUNDS = "bench-explore", "moderation-craft-data", 5
LARGE_ROWS = 1_700_000
BROWSER_ENDLESS = "select sum(length(repeat('x', 100000000 + (range % 7)::int))) from range(1000)"
ENDLESS = "select sum(a.range * b.range) from range(10000000) a, range(10000000) b"


@dataclass
class Figures:
    """What each round measured, by name."""

    taken: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """One more."""
        self.taken.setdefault(name, []).append(value)

    def shown(self) -> str:
        """Each name with its median, least and most."""
        lines = ["| what | median | least | most |", "|---|---|---|---|"]
        for name, values in self.taken.items():
            lines.append(f"| {name} | {statistics.median(values):,.3f} | {min(values):,.3f} | {max(values):,.3f} |")
        return "\n".join(lines)


def large(rows: int = LARGE_ROWS) -> pa.Table:
    """A table whose Parquet file has some 50 MB: figures that no codec makes small."""
    rng = np.random.default_rng(7)
    columns = {f"x{number}": rng.random(rows) for number in range(4)}
    return pa.table({"kind": pa.array(np.char.add("kind ", (np.arange(rows) % 40).astype(str))), **columns})


@contextmanager
def lake() -> Iterator[dict[str, str]]:
    """An emulator with the tables; what a server needs to know of it."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    url = f"http://{host}:{port}"
    stored = Lake(Cloud("ap-northeast-1", url, Credentials("bench", "bench")).s3, BUCKET)
    stored.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    manifest = make_day(stored, TABLE, {**TABLES, "large": large()})
    print({file.name: f"{file.size:,} bytes" for file in manifest.files})
    keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    yield {"PIPELINE_BACKEND": "aws", "AWS_ENDPOINT_URL": url, "S3_BUCKET_NAME": BUCKET, **keys}
    moto.stop()


def cpu_seconds(process: int) -> float:
    """Processor seconds of a process and of its children that have ended. Source: proc_pid_stat(5)."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def children(process: int) -> list[str]:
    """The children of a process, on any of its threads."""
    return [pid for task in Path(f"/proc/{process}/task").iterdir() for pid in _listed(task / "children")]


def _listed(path: Path) -> list[str]:
    try:
        return path.read_text("ascii").split()
    except OSError:
        return []


def ran(page: Page, sql: str) -> float:
    """Run it; seconds from the keys to the end."""
    write(page, sql)
    page.keyboard.press("Escape")
    begun = time.perf_counter()
    page.keyboard.press("ControlOrMeta+Enter")
    _ended(page)
    return time.perf_counter() - begun


def cancelled(page: Page, sql: str) -> float:
    """Run it for a second and press 中止; seconds until the page is ready for the next one."""
    write(page, sql)
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_timeout(1_000)
    begun = time.perf_counter()
    page.get_by_role("button", name="中止").click()
    _ended(page)
    return time.perf_counter() - begun


def _ended(page: Page) -> None:
    # Looked for at every frame: an expectation looks every tenth of a second.
    page.wait_for_function("""() => [...document.querySelectorAll("*")].some((one) =>
        one.shadowRoot?.querySelector('.explore[data-busy="false"]') || one.matches('.explore[data-busy="false"]'))""")


def first_result(page: Page, server: str) -> float:
    """Seconds from the address to the first row."""
    begun = time.perf_counter()
    opened(page, server)
    write(page, "select count(*) as n from session")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".grid td")).to_have_text("400")
    return time.perf_counter() - begun


def fresh(playwright: Playwright) -> BrowserContext:
    """A browser that has seen nothing, with a folder as people's have one."""
    folder = tempfile.mkdtemp()
    return playwright.chromium.launch_persistent_context(folder, executable_path=chromium_path(), args=FLAGS)


def frames(page: Page) -> Callable[[], int]:
    """Bytes of the session's messages so far."""
    seen: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: seen.append(len(frame))))
    return lambda: sum(seen)


def fetched(page: Page) -> int:
    """Bytes on the wire of what this page and its worker have fetched since it was loaded."""
    asked = "performance.getEntries().reduce((sum, one) => sum + (one.transferSize ?? 0), 0)"
    return sum(int(each.evaluate(asked)) for each in (page, *page.workers))


def one_round(playwright: Playwright, server: str, process: int, figures: Figures) -> None:
    context = fresh(playwright)
    page = context.new_page()
    page.set_default_timeout(60_000)
    told = frames(page)
    figures.add("cold page to first result, s", first_result(page, server))
    figures.add("wire of a first visit, MB", (fetched(page) + told()) / 1e6)
    before = told()
    figures.add("reload to first result, s", first_result(page, server))
    figures.add("files of a reload, KB", fetched(page) / 1e3)
    figures.add("messages of a reload, KB", (told() - before) / 1e3)
    figures.add("large table: fetched and grouped, s", ran(page, "select kind, avg(x0) from large group by kind"))
    figures.add("large table: grouped again, s", ran(page, "select kind, avg(x1) from large group by kind"))
    page.wait_for_timeout(1_000)
    before, spent = told(), cpu_seconds(process)
    ran(page, "select max(focus_level) from session")
    figures.add("server CPU of a browser query, ms", 1e3 * (cpu_seconds(process) - spent))
    figures.add("messages of a query again, bytes", told() - before)
    figures.add("cancel of a join in the browser, s", cancelled(page, ENDLESS))
    figures.add("cancel of what ignores it in the browser, s", cancelled(page, BROWSER_ENDLESS))
    page.get_by_label("エンジン", exact=True).select_option("server")
    figures.add("server engine, first query of a day, s", ran(page, "select count(*) from session"))
    figures.add("server engine, next query, s", ran(page, "select max(focus_level) from session"))
    figures.add("cancel on the server, s", cancelled(page, ENDLESS))
    assert children(process) == []
    context.close()


def main() -> None:
    """Measure and print."""
    figures = Figures()
    with lake() as environment, serving(**environment) as served, sync_playwright() as playwright:
        for _ in range(ROUNDS):
            one_round(playwright, served.url, served.process, figures)
    print(figures.shown())


if __name__ == "__main__":
    main()

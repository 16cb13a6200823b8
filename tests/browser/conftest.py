"""A real server and a real Chromium for the journeys; without Chromium they are skipped, or fail in CI.

Each server is a process of its own, so each has its own embedded lake.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.places import ROOT

SCREENSHOTS = Path(__file__).parent / "screenshots"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What Chromium writes into its console when a page wants what it may not.
POLICY = "Content Security Policy"
INSTALL = "apt-get install chromium fonts-noto-cjk"
# A fresh server fills its emulator first, and CI's two cores do more than one thing: another worker's tests, too.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


def chromium_path() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found:
        return found
    reason = f"no Chromium on this machine; install it with: {INSTALL}"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="en-US", accept_downloads=True)
    refused: list[str] = []
    context.on("console", lambda message: refused.append(message.text) if POLICY in message.text else None)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()
    assert refused == []


@dataclass(frozen=True)
class Served:
    """A server's root address, and the number of its process."""

    url: str
    process: int


@contextmanager
def running_server(folder: Path | None = None, address: str = "localhost", **environment: str) -> Iterator[str]:
    """The address of a fresh server's root, as ``serving`` gives it."""
    with serving(folder, address, **environment) as served:
        yield served.url


@contextmanager
def serving(folder: Path | None = None, address: str = "localhost", **environment: str) -> Iterator[Served]:
    """A fresh server in a clean environment (nothing has been requested yet).

    A ``folder`` has its own .env.local and secrets.toml, and takes what the server says, in a file called said.
    """
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PIPELINE_", "S3_"))}
    # Journeys count runs: what fires by itself is tried where it is asked for.
    clean |= {"PIPELINE_DEMO_SCHEDULE": "off", "PIPELINE_DEMO_SOURCES": "off"}
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py")]
    command += ["--server.port", str(port), "--server.headless", "true", "--server.address", address]
    command += ["--secrets.files", str((folder or ROOT / ".streamlit") / "secrets.toml")]
    with (
        open(folder / "said" if folder else os.devnull, "w", encoding="utf-8") as said,
        subprocess.Popen(
            command, cwd=folder or ROOT, env=clean | environment, stdout=said, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            wait_until_open(port)
            yield Served(f"http://localhost:{port}", process.pid)
        finally:
            # It waits for open browsers a few seconds; killed, it would leave its function's folder behind.
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """One embedded server for the journeys that do not need a fresh one."""
    with running_server() as url:
        yield url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_open(port: int) -> None:
    # Health is not a page: the first page request stays the test's own.
    for _ in range(PATIENCE_MS // 200):
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/debug/_stcore/health", timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the server did not start")


def shoot(page: Page, name: str) -> None:
    """Keep a picture for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


# What each tab shows once it is drawn; only the open one is.
MARKS = ("stMetric", "stSelectbox", "stForm")


def settled(page: Page) -> None:
    """Wait until a click has been answered whole: the script stands still and nothing shown is of the run before."""
    page.wait_for_timeout(500)  # the click is on its way, and colours fade
    page.wait_for_function(
        """() => document.querySelector('[data-testid="stApp"]').dataset.testScriptState === "notRunning"
                 && !document.querySelector('[data-stale="true"]')"""
    )


def open_tab(page: Page, number: int) -> None:
    """Open the n-th tab and wait until it is drawn."""
    page.get_by_role("tab").nth(number).click()
    expect(page.get_by_test_id(MARKS[number]).first).to_be_visible()
    settled(page)


# Streamlit's own elements, which no page of ours can mend.
FRAMEWORK = ("stDataFrame", "glide", "stHeader", "stToolbar", "stSidebarCollapse", "stElementToolbar")


# Colours that fade in have less contrast until they have; what spins without end is not waited for.
FADED = """() => document.getAnimations().every(
    one => one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity)"""


def barriers(page: Page) -> list[tuple[str, str]]:
    """What axe finds serious or critical, and is ours: the rule, and the element."""
    page.wait_for_function(FADED)
    return [
        (violation["id"], node["html"][:160])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
        if not any(name in node["html"] + str(node["target"]) for name in FRAMEWORK)
    ]

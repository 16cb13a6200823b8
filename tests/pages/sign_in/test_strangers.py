"""What a stranger's websocket can do to others: nothing, whatever message of Streamlit's protocol it sends.

A real server with sign-in on, its AWS behind a proxy that counts; the stranger has no cookie.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from pages.ui.reads import READ_TTL_SECONDS
from pipeline.aws import Cloud
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.run import Run
from tests.browser.conftest import free_port, serving
from tests.conftest import REGION
from tests.faults.proxy import Proxy
from tests.support.visitor import Visitor, visiting

COOKIE_SECRET = "of-the-tests-alone-" + "0123456789" * 2
VIEWER = "viewer@example.com"
RUNS = 60
TIMES = 8
# Requests: the days of the window, the schedule, the table's count and the lease.
LISTING = 12
ROUNDS = 15
SECRETS = """
[auth]
redirect_uri = "http://localhost:{port}/debug/oauth2callback"
cookie_secret = "{secret}"

[auth.mock]
client_id = "console"
client_secret = "unguessable-client-secret"
server_metadata_url = "http://localhost:{port}/.well-known/openid-configuration"
"""


@dataclass(frozen=True)
class Console:
    """A server with sign-in, and what it asked of AWS so far; ``first`` is what its first look cost."""

    url: str
    process: int
    proxy: Proxy
    first: int = 0

    def asked(self) -> int:
        return len(self.proxy.log)

    def viewer_reads(self) -> int:
        """What one signed-in person's look at the page costs now; the page is whole."""
        before = self.asked()
        with visiting(self.url, COOKIE_SECRET, email=VIEWER) as viewer:
            shown = viewer.text(viewer.rerun())
        assert VIEWER in shown and "metric" in shown
        return self.asked() - before

    def megabytes(self) -> float:
        status = Path(f"/proc/{self.process}/status").read_text("utf-8")
        return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024


@pytest.fixture(scope="module")
def lake_of_runs(cloud: Cloud) -> Lake:
    """Enough runs that reading them anew is seen in the count."""
    lake, now = Lake(cloud.s3, f"strangers-{uuid.uuid4().hex[:12]}"), datetime.now(UTC)
    cloud.s3.create_bucket(Bucket=lake.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for number in range(RUNS):
        at = now - timedelta(hours=number)
        run = Run(f"run-{number}", "moderation-craft-data", at.date(), at, at, status="succeeded", finished_at=at)
        lake.write_json(keys.run_key(run.run_id, run.day), run.to_json(), None)
    return lake


@pytest.fixture(scope="module")
def console(lake_of_runs: Lake, emulator_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder = tmp_path_factory.mktemp("console")
    secrets = SECRETS.format(secret=COOKIE_SECRET, port=free_port())
    (folder / "secrets.toml").write_text(secrets, "utf-8")
    (folder / ".env.local").write_text("PIPELINE_VIEWERS=@example.com\n", "utf-8")
    with Proxy(emulator_url) as proxy:
        settings = {"PIPELINE_BACKEND": "aws", "AWS_ENDPOINT_URL": proxy.url, "S3_BUCKET_NAME": lake_of_runs.bucket}
        settings |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
        with serving(folder, **settings) as served:
            fresh = Console(served.url, served.process, proxy)
            yield replace(fresh, first=fresh.viewer_reads())


def clear_cache(message: BackMsg) -> None:
    message.clear_cache = True


def rerun_of_anything(message: BackMsg) -> None:
    """Widgets, a fragment and a page that the script of others has; more values than one."""
    message.rerun_script.page_name = "sources"
    message.rerun_script.fragment_id = "a-fragment"
    message.rerun_script.query_string = "lang=en&tab=settings&run=../../x"
    for name in ("refresh", "export", "lang", "follow"):
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = f"$$ID-0-{name}", True


def set_run_on_save(message: BackMsg) -> None:
    message.set_run_on_save = True


def stop_script(message: BackMsg) -> None:
    message.stop_script = True


def load_git_info(message: BackMsg) -> None:
    message.load_git_info = True


def debug_disconnect_websocket(message: BackMsg) -> None:
    message.debug_disconnect_websocket = True


def debug_shutdown_runtime(message: BackMsg) -> None:
    message.debug_shutdown_runtime = True


def file_urls_request(message: BackMsg) -> None:
    message.file_urls_request.request_id = "1"
    message.file_urls_request.session_id = "of-another"
    message.file_urls_request.file_names.extend(["a.txt"] * 50)


def app_heartbeat(message: BackMsg) -> None:
    message.app_heartbeat = True


def backend_operation_request(message: BackMsg) -> None:
    message.backend_operation_request.request_id = "1"


MESSAGES: dict[str, Callable[[BackMsg], None]] = {
    "clear_cache": clear_cache,
    "rerun_script": rerun_of_anything,
    "set_run_on_save": set_run_on_save,
    "stop_script": stop_script,
    "load_git_info": load_git_info,
    "debug_disconnect_websocket": debug_disconnect_websocket,
    "debug_shutdown_runtime": debug_shutdown_runtime,
    "file_urls_request": file_urls_request,
    "app_heartbeat": app_heartbeat,
    "backend_operation_request": backend_operation_request,
}


def tell(stranger: Visitor, name: str) -> None:
    message = BackMsg()
    MESSAGES[name](message)
    assert message.WhichOneof("type") == name
    # The server may hang up on some of them: that is its right.
    with suppress(ConnectionClosed):
        stranger.send(message)
        stranger.rerun()


def test_every_message_that_streamlit_accepts_is_tried() -> None:
    assert {name.name for name in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields} == set(MESSAGES)


def test_a_stranger_is_shown_the_gate_and_costs_nothing(console: Console) -> None:
    costs = []
    for _ in range(ROUNDS):
        before = console.asked()
        with visiting(console.url) as stranger:
            shown = stranger.text(stranger.rerun())
        assert "Sign in" in shown and "metric" not in shown
        costs.append(console.asked() - before)
    # What is due is looked for in the background, a few times a minute; a visit that cost something would each time.
    assert min(costs) == 0


def test_a_second_look_costs_next_to_nothing(console: Console) -> None:
    """What the count must tell: whoever cleared what was read would make the next person pay for all of it."""
    assert console.first > RUNS
    console.viewer_reads()
    assert console.viewer_reads() < RUNS / 4


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_whatever_a_stranger_sends_changes_nothing_for_others(console: Console, name: str) -> None:
    console.viewer_reads()
    begun, paid = time.monotonic(), 0
    for _ in range(TIMES):
        before = console.asked()
        with visiting(console.url) as stranger:
            tell(stranger, name)
        paid += console.viewer_reads() + console.asked() - before
    # What is due is listed anew in the background meanwhile; each clearing would cost a listing once more.
    due = 1 + (time.monotonic() - begun) / READ_TTL_SECONDS
    assert paid <= LISTING * due


@pytest.mark.parametrize("sent", [b"", b"\xff" * 64, b"\x00" * 1_000_000], ids=["empty", "no message", "zeros"])
def test_bytes_that_are_no_message_leave_the_console_as_it_is(console: Console, sent: bytes) -> None:
    console.viewer_reads()
    with visiting(console.url) as stranger, suppress(ConnectionClosed, TimeoutError):
        stranger.send(sent)
        stranger.connection.recv(timeout=1)
    console.viewer_reads()


def test_a_cookie_of_another_secret_is_a_stranger_s(console: Console) -> None:
    with visiting(console.url, "another-secret-0123456789-abcdefghij", email=VIEWER) as forger:
        assert VIEWER not in forger.text(forger.rerun())


def test_memory_does_not_grow_round_by_round(console: Console) -> None:
    def a_round() -> None:
        with visiting(console.url) as stranger:
            tell(stranger, "clear_cache")
        console.viewer_reads()

    for _ in range(5):
        a_round()
    before = console.megabytes()
    for _ in range(ROUNDS):
        a_round()
    assert console.megabytes() - before < 2 * ROUNDS

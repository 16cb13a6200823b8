"""The browser's engine without one of its locks: the attacks of tests.browser.test_explore_attacks notice each.

The lock is taken out of the built module on its way to the browser, so that nothing has to be built. With -m soak.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from pages.explore import assets
from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake
from tests.browser.conftest import POLICY, running_server
from tests.browser.test_explore import TABLE, lab, opened, run, stray
from tests.browser.test_explore_attacks import COUNT, LOCKED, OUT, answers, settings_hold
from tests.support.lakes.tables import make_day

BUCKET = "mutants"
MODULE = gzip.decompress(assets.assets()["module"].place.read_bytes()).decode()
NOTHING = "select 1"
LOCKS = {
    # By itself it is off: what the line guards against is that it is not.
    "set autoinstall_known_extensions=false": "set autoinstall_known_extensions=true",
    "set autoload_known_extensions=false": NOTHING,
    "set enable_external_access=false": NOTHING,
    "set lock_configuration=true": NOTHING,
    "set allowed_directories=['lake/','out/']": NOTHING,
    "set custom_extension_repository='${": "select '${",
}
pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def server(cloud: Cloud, emulator_url: str) -> Iterator[str]:
    cloud.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    cloud.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    make_day(Lake(cloud.s3, BUCKET), TABLE)
    with running_server(**lab(emulator_url) | {"S3_BUCKET_NAME": BUCKET}) as url:
        yield url


def attacked(browser: Browser, server: str, changed: Callable[[str], str]) -> None:
    """Everything that holds of the page, of one whose module was changed. Raise AssertionError where it does not."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="en-US")
    seen: list[str] = []
    context.on("request", lambda request: seen.append(request.url))
    context.on("console", lambda message: seen.append(message.text) if POLICY in message.text else None)
    body = changed(MODULE)
    context.route(f"**/{assets.assets()['module'].path}", lambda route: sent(route, body))
    page = context.new_page()
    try:
        holds(opened(page, server), seen, server)
    finally:
        context.close()


def sent(route: Route, body: str) -> None:
    route.fulfill(status=200, body=body, content_type="text/javascript; charset=utf-8")


def holds(page: Page, seen: list[str], server: str) -> None:
    answers(page, COUNT)
    settings_hold(page)
    seen.clear()
    for sql in [*list(OUT.values())[:6], LOCKED["external access"], "load icu"]:
        run(page, sql)
        assert page.locator(".problem").is_visible(), sql
    assert stray(seen, server) == []


def test_the_page_as_it_is_holds(browser: Browser, server: str) -> None:
    attacked(browser, server, lambda module: module)


@pytest.mark.parametrize("lock", LOCKS)
def test_without_a_lock_the_attacks_are_red(browser: Browser, server: str, lock: str) -> None:
    assert MODULE.count(lock) == 1
    with pytest.raises(AssertionError):
        attacked(browser, server, lambda module: module.replace(lock, LOCKS[lock]))

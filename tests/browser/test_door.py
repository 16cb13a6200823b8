"""The door as a browser meets it: each address as a fresh server's first request, what a first load weighs, the end."""

from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from tests.browser.conftest import POLICY, open_tab, settled, shoot
from tests.support.console import Console, free_port, serving
from tests.support.slow_export import slow_export

COOKIE_SECRET = "of-the-tests-alone-" + "0123456789" * 2
SECRETS = """
[auth]
redirect_uri = "http://localhost/debug/oauth2callback"
cookie_secret = "{secret}"

[auth.mock]
client_id = "console"
client_secret = "unguessable-client-secret"
server_metadata_url = "http://localhost:{nothing}/.well-known/openid-configuration"
"""
# An address, the status that it is served with, and what stands on it.
ADDRESSES = {
    "pipeline": (200, "Data pipeline"),
    "sources": (200, "Data sources"),
    "exports": (404, "Page not found"),
    "pipeline/x": (404, "Page not found"),
}
FIRST_LOAD_BYTES = 3_000_000


@pytest.fixture
def with_sign_in(tmp_path: Path) -> Path:
    """A folder whose console wants people to sign in."""
    secrets = SECRETS.format(secret=COOKIE_SECRET, nothing=free_port())
    (tmp_path / "secrets.toml").write_text(secrets, "utf-8")
    (tmp_path / ".env.local").write_text("PIPELINE_VIEWERS=@example.com\n", "utf-8")
    return tmp_path


def sign_in(page: Page, console: Console) -> None:
    """Give the browser the cookie that signing in leaves."""
    who = {"sub": "x", "email": "viewer@example.com", "email_verified": True, "iat": time.time(), "provider": "mock"}
    claims = json.dumps({**who, "is_logged_in": True, "origin": console.url})
    value = create_signed_value(COOKIE_SECRET, "_streamlit_user", claims).decode()
    page.context.add_cookies([{"name": "_streamlit_user", "value": value, "url": f"{console.url}/debug/"}])


def status(page: Page, url: str) -> int:
    """Open an address; the status of the page that it leads to."""
    answer = page.goto(url)
    assert answer
    return answer.status


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_first_request_meets_the_gate(page: Page, with_sign_in: Path, address: str) -> None:
    with serving(with_sign_in) as console:
        assert status(page, f"{console.url}/debug/{address}?lang=en") == ADDRESSES[address][0]
        expect(page.get_by_text("Sign in to see the data pipeline.")).to_be_visible()
        settled(page)
        expect(page.get_by_test_id("stPageLink")).to_have_count(0)
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_text("Preview")).to_have_count(0)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_first_request_of_somebody_signed_in_is_answered_inside_the_frame(
    page: Page, with_sign_in: Path, address: str
) -> None:
    expected, title = ADDRESSES[address]
    with serving(with_sign_in) as console:
        sign_in(page, console)
        assert status(page, f"{console.url}/debug/{address}?lang=en") == expected
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        expect(page.get_by_test_id("stSidebar").get_by_role("link", name="Data sources")).to_be_visible()
        expect(page.get_by_test_id("stSidebar")).to_contain_text("viewer@example.com")
        expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(
    ("lang", "title", "home"),
    [
        ("ja", "ページが見つかりません", "データパイプライン管理へ戻る"),
        ("en", "Page not found", "Back to the data pipeline"),
    ],
)
def test_an_address_that_is_none_says_so_and_shows_the_way_home(
    page: Page, server: str, lang: str, title: str, home: str
) -> None:
    page.goto(f"{server}/debug/nonsense?lang={lang}")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page).to_have_title(title)
    expect(page.get_by_test_id("stMetric")).to_have_count(0)
    settled(page)
    shoot(page, f"not-found-{lang}")
    page.get_by_role("link", name=home).click()
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    expect(page).to_have_url(re.compile("/debug/pipeline"))
    assert page.evaluate("document.documentElement.lang") == lang


@pytest.mark.parametrize("name", ["あ", "xpipeline", "a b", "100%25", "sources/"])
def test_an_odd_address_is_never_told_of_in_streamlit_s_words(page: Page, server: str, name: str) -> None:
    known = name == "sources/"
    assert status(page, f"{server}/debug/{name}?lang=en") == (200 if known else 404)
    expect(page.get_by_role("heading", name="Data sources" if known else "Page not found")).to_be_visible()
    settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_language_is_switched_where_there_is_no_page(page: Page, server: str) -> None:
    page.goto(f"{server}/debug/nonsense")
    expect(page.get_by_role("heading", name="ページが見つかりません")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_text("English").click()
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    page.wait_for_function("document.documentElement.lang === 'en'")
    settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_going_back_to_an_address_that_is_none_is_no_dialog_of_streamlit_s(page: Page, server: str) -> None:
    page.goto(f"{server}/debug/nonsense?lang=en")
    page.get_by_role("link", name="Back to the data pipeline").click()
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    settled(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_language_stands_in_the_page_before_any_script_runs(page: Page, server: str) -> None:
    for lang in ("ja", "en"):
        answer = page.request.get(f"{server}/debug/pipeline?lang={lang}")
        assert f'<html lang="{lang}">' in answer.text()


def test_a_first_load_weighs_no_more_than_three_megabytes(page: Page, server: str) -> None:
    arrived: list[int] = []
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: arrived.append(event["encodedDataLength"]))
    page.goto(f"{server}/debug/pipeline")
    expect(page.locator(".js-plotly-plot .bars").first).to_be_visible()
    settled(page)
    assert 1_000_000 < sum(arrived) <= FIRST_LOAD_BYTES


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_no_page_and_no_tab_wants_what_the_policy_forbids(page: Page, server: str, lang: str) -> None:
    """The fixture listens to every journey; this one goes everywhere, and listens to the event as well."""
    violations: list[str] = []
    page.expose_function("violated", lambda directive: violations.append(directive))
    page.add_init_script("addEventListener('securitypolicyviolation', event => violated(event.violatedDirective))")
    page.goto(f"{server}/debug/pipeline?lang={lang}")
    for number in range(3):
        open_tab(page, number)
    for address in ("sources", "nonsense", ""):
        page.goto(f"{server}/debug/{address}?lang={lang}")
        expect(page.get_by_role("heading").first).to_be_visible()
        settled(page)
    assert violations == []


def test_a_script_that_somebody_brings_into_a_page_does_not_run(browser: Browser, server: str) -> None:
    """Also: what the journeys listen for does happen."""
    page = browser.new_page()
    page.goto(f"{server}/debug/nonsense")
    expect(page.get_by_role("heading").first).to_be_visible()
    with page.expect_console_message(lambda message: POLICY in message.text):
        page.evaluate(
            """() => {
                const script = document.createElement('script')
                script.textContent = 'window.ran = true'
                document.body.append(script)
            }"""
        )
    assert page.evaluate("window.ran") is None
    page.close()


def test_settings_that_are_no_text_are_a_card_and_the_console_goes_on(page: Page, tmp_path: Path) -> None:
    (tmp_path / ".env.local").write_bytes(b"S3_BUCKET_NAME=\xff\xfe")
    with serving(tmp_path) as console:
        page.goto(f"{console.url}/debug/pipeline?lang=en")
        expect(page.get_by_text("E013 CONFIG")).to_be_visible()
        expect(page.get_by_text(".env.local cannot be read as UTF-8 text")).to_be_visible()
        (tmp_path / ".env.local").unlink()
        page.reload()
        expect(page.get_by_test_id("stMetric").first).to_be_visible()


def test_told_to_end_in_the_middle_of_an_export_it_leaves_nothing_behind(page: Page, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with serving(tmp_path, TMPDIR=str(temporary), **slow_export(tmp_path)) as console:
        page.goto(f"{console.url}/debug/pipeline?lang=en")
        page.get_by_role("button", name="Export now").click()
        expect(page.get_by_text("Exporting…")).to_be_visible()
        expect(page.get_by_text("Records", exact=True).first).to_be_visible()
        (child,) = console.children()
        assert list(temporary.iterdir())
        assert console.end() < 10
        assert console.process.returncode == -signal.SIGTERM
        assert not Path(f"/proc/{child}").exists()
        assert list(temporary.iterdir()) == []
        assert "Traceback" not in console.output.read_text("utf-8")

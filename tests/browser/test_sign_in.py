"""Sign-in in a real browser, against an identity provider of its own: who gets in, as what, and how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from tests.browser.conftest import free_port, running_server, settled, shoot

COOKIE_SECRET = "of-the-tests-alone-" + "0123456789" * 2
COOKIE = "_streamlit_user"
PEOPLE = {
    "viewer@example.com": {"email_verified": True},
    "operator@example.com": {"email_verified": True},
    "team@else.example": {"email_verified": True, "groups": ["pipeline-operators"]},
    "stranger@else.example": {"email_verified": True},
    "unverified@example.com": {"email_verified": False},
}
RULES = """
PIPELINE_VIEWERS=@example.com
PIPELINE_OPERATORS=operator@example.com,claim:groups=pipeline-operators
PIPELINE_CONTACT=Data team (data@example.com)
"""
SECRETS = """
[auth]
redirect_uri = "http://localhost:{{port}}/debug/oauth2callback"
cookie_secret = "{secret}"

[auth.mock]
client_id = "console"
client_secret = "unguessable-client-secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[auth.down]
client_id = "console"
client_secret = "unguessable-client-secret"
server_metadata_url = "http://localhost:{nothing}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """An identity provider in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--host", "localhost"]
    for email, said in PEOPLE.items():
        command += ["--user-claims", json.dumps({"sub": email, "email": email, **said})]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield f"http://localhost:{port}"
        process.kill()


@dataclass(frozen=True)
class Console:
    """A server with sign-in; ``first`` is what its very first request showed, a deep link."""

    url: str
    folder: Path
    first: str

    def said(self) -> str:
        return (self.folder / "said").read_text("utf-8")

    def audit(self, **wanted: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.said().splitlines() if line.startswith('{"timestamp"')]
        return [line for line in lines if wanted.items() <= line.items()]

    def rules(self, text: str) -> None:
        (self.folder / ".env.local").write_text(text, "utf-8")


@pytest.fixture(scope="module")
def console(browser: Browser, provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder = tmp_path_factory.mktemp("console")
    secrets = SECRETS.format(secret=COOKIE_SECRET, provider=provider, nothing=free_port())
    (folder / "secrets.toml").write_text(secrets, "utf-8")
    (folder / ".env.local").write_text(RULES, "utf-8")
    with running_server(folder) as url:
        page = browser.new_page()
        page.goto(f"{url}/debug/pipeline?tab=history&lang=en")
        expect(page.get_by_text("Sign in to see the data pipeline.")).to_be_visible()
        settled(page)
        shoot(page, "sign-in")
        first = page.locator("body").inner_text()
        page.close()
        yield Console(url, folder, first)


def sign_in(page: Page, console: Console, who: str, tab: str = "status", lang: str = "en") -> None:
    """Ask for a deep link, sign in, and be led back to it."""
    page.goto(f"{console.url}/debug/pipeline?lang={lang}&tab={tab}")
    page.get_by_role("button", name="mock").click()
    # Its page differs from version to version, its form does not.
    page.locator(f'button[name="sub"][value="{who}"]').first.click()
    page.wait_for_url(re.compile(f"/debug/pipeline.*lang={lang}"))


def inside(page: Page, console: Console, who: str, tab: str = "status") -> None:
    sign_in(page, console, who, tab)
    expect(page.get_by_test_id({"status": "stMetric", "history": "stSelectbox"}[tab]).first).to_be_visible()
    expect(page.get_by_text(who)).to_be_visible()
    settled(page)


def test_a_deep_link_that_is_the_first_request_of_a_fresh_server_meets_the_gate(console: Console) -> None:
    assert "Sign in with mock" in console.first
    for shown in ("Download", "Export now", "moderation-craft-data", "Pipeline"):
        assert shown not in console.first.replace("Sign in to see the data pipeline.", "")


def test_a_viewer_sees_and_previews_but_cannot_export_or_download(page: Page, console: Console) -> None:
    inside(page, console, "viewer@example.com", "history")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Viewer")
    expect(page.get_by_role("button", name="Export now")).to_be_disabled()
    expect(page.get_by_role("button", name="Download").first).to_be_disabled()
    page.get_by_role("button", name="Preview").first.click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    shoot(page, "sign-in-viewer")


def test_an_operator_exports_and_downloads_and_both_are_in_the_audit_log(page: Page, console: Console) -> None:
    inside(page, console, "operator@example.com", "history")
    with page.expect_download():
        page.get_by_role("button", name="Download").first.click()
    page.get_by_role("button", name="Export now").click()
    settled(page)
    page.get_by_role("tab", name="Status").click()
    expect(page.get_by_text("200 Success")).to_be_visible()
    for action in ("sign-in", "download", "export"):
        assert console.audit(who="operator@example.com", action=action, outcome="done", role="operator")
    for secret in (COOKIE_SECRET, "unguessable-client-secret", "X-Amz-Signature", "access_token"):
        assert secret not in console.said()


def test_a_claim_makes_an_operator(page: Page, console: Console) -> None:
    inside(page, console, "team@else.example")
    expect(page.get_by_role("button", name="Export now")).to_be_enabled()


def test_a_stranger_is_refused_by_name_and_told_whom_to_ask(page: Page, console: Console) -> None:
    sign_in(page, console, "stranger@else.example")
    expect(page.get_by_text("stranger@else.example")).to_be_visible()
    expect(page.get_by_text("data@example.com")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(0)
    shoot(page, "sign-in-stranger")
    assert console.audit(who="stranger@else.example", action="sign-in", outcome="refused", state="stranger")


def test_an_unverified_address_is_refused_in_its_own_words(page: Page, console: Console) -> None:
    sign_in(page, console, "unverified@example.com", lang="ja")
    expect(page.get_by_text("メールアドレスが未確認です")).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(0)
    shoot(page, "sign-in-unverified")


def test_signing_out_ends_it_also_for_the_back_button_and_a_reload(page: Page, console: Console) -> None:
    inside(page, console, "operator@example.com")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="mock")).to_be_visible()
    assert [cookie["name"] for cookie in page.context.cookies() if cookie["name"].startswith(COOKIE)] == []
    page.goto(f"{console.url}/debug/pipeline?lang=en")
    expect(page.get_by_text("Sign in to see the data pipeline.")).to_be_visible()
    page.go_back()
    page.go_back()
    page.wait_for_timeout(1_000)
    page.reload()
    expect(page.get_by_role("button", name="Export now")).to_have_count(0)
    assert console.audit(who="operator@example.com", action="sign-out", outcome="done")


def test_a_role_that_is_taken_away_is_gone_at_the_next_click(page: Page, console: Console) -> None:
    inside(page, console, "operator@example.com", "history")
    export = page.get_by_role("button", name="Export now")
    expect(export).to_be_enabled()
    done = console.audit(action="export", outcome="done")
    try:
        # From here half a minute passes before the page looks again by itself, and sees it without a click.
        page.get_by_role("button", name="Refresh").click()
        settled(page)
        console.rules("PIPELINE_VIEWERS=@example.com\n")
        # Both buttons still look allowed, and the row is drawn without the gate: the App itself refuses.
        page.get_by_role("button", name="Download").first.click()
        settled(page)
        refused = console.audit(who="operator@example.com", action="download", outcome="refused")
        assert [line["role"] for line in refused] == ["viewer"]
        export.click()
        expect(export).to_be_disabled()
        expect(page.get_by_test_id("stSidebar")).to_contain_text("Viewer")
        assert console.audit(action="export", outcome="done") == done
        # What is being drawn still must be drawn by the rule that it began with.
        settled(page)
        console.rules("PIPELINE_VIEWERS=@else.example\n")
        page.get_by_role("button", name="Preview").first.click()
        expect(page.get_by_text("No access")).to_be_visible()
        expect(page.get_by_role("button", name="Preview")).to_have_count(0)
    finally:
        console.rules(RULES)


def cookie(console: Console, secret: str, **more: Any) -> dict[str, str]:
    port = console.url.rpartition(":")[2]
    said = {"sub": "x", "email": "operator@example.com", "email_verified": True, "iat": time.time(), "provider": "mock"}
    said |= {"is_logged_in": True, "origin": f"http://localhost:{port}", **more}
    value = create_signed_value(secret, COOKIE, json.dumps(said)).decode()
    return {"name": COOKIE, "value": value, "url": f"{console.url}/debug/"}


def test_a_forged_cookie_opens_nothing(page: Page, console: Console) -> None:
    right = cookie(console, COOKIE_SECRET)
    for value in (
        cookie(console, "another-secret-0123456789-abcdefghij")["value"],
        right["value"][:-2],
        "x",
        "chunks-9",
    ):
        page.context.clear_cookies()
        page.context.add_cookies([{**right, "value": value}])  # type: ignore[typeddict-item,list-item]
        page.goto(f"{console.url}/debug/pipeline?lang=en")
        expect(page.get_by_text("Sign in to see the data pipeline.")).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_an_old_sign_in_must_be_renewed(page: Page, console: Console) -> None:
    page.context.add_cookies([cookie(console, COOKIE_SECRET, iat=time.time() - 13 * 3600)])  # type: ignore[list-item]
    page.goto(f"{console.url}/debug/pipeline?lang=en")
    expect(page.get_by_text("Your sign-in has expired. Please sign in again.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with mock")).to_be_visible()


def test_a_provider_that_is_down_is_a_card_and_the_way_in_stays(page: Page, console: Console) -> None:
    page.goto(f"{console.url}/debug/pipeline?lang=en")
    page.get_by_role("button", name="Sign in with down").click()
    expect(page.get_by_text("The identity provider does not answer")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with mock")).to_be_enabled()
    shoot(page, "sign-in-down")


CLOSED = {"ja": ("0.0.0.0", None, "server.address=0.0.0.0"), "en": ("localhost", "[auth", "not valid TOML")}


@pytest.mark.parametrize("lang", CLOSED)
def test_aws_is_closed_to_other_machines_without_sign_in_and_to_all_by_a_broken_set_up(
    page: Page, tmp_path: Path, lang: str
) -> None:
    address, secrets, why = CLOSED[lang]
    if secrets:
        (tmp_path / "secrets.toml").write_text(secrets, "utf-8")
    with running_server(tmp_path, address, PIPELINE_BACKEND="aws") as url:
        page.goto(f"{url}/debug/pipeline?lang={lang}")
        expect(page.get_by_text("E013 CONFIG")).to_be_visible()
        expect(page.get_by_text(why)).to_be_visible()
        expect(page.get_by_text("cookie_secret")).to_be_visible()
        expect(page.get_by_test_id("stTabs")).to_have_count(0)
        settled(page)
        shoot(page, f"sign-in-not-set-up-{lang}")

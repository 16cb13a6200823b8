"""pages.sign_in.exposure: whether anybody but this machine may be looking, by the address and a request's headers."""

from __future__ import annotations

import pytest

from pages.sign_in.exposure import exposed, from_elsewhere

HERE = {"Host": "localhost:8501"}
# The names that the issue gives, then their neighbours.
PROXIED = """
Forwarded Via X-Forwarded-For X-Forwarded-Proto X-Forwarded-Host X-Forwarded-Port X-Forwarded-Server X-Forwarded-By
X-Forwarded-Client-Cert X-Real-IP CF-Connecting-IP CF-Ray CF-Visitor CF-IPCountry True-Client-IP X-Client-IP
X-Forwarded X-Cluster-Client-IP Fastly-Client-IP X-Original-For X-Original-URL X-Original-Host X-Envoy-External-Address
X-Envoy-Original-Path X-Amzn-Trace-Id X-Amz-Cf-Id CloudFront-Viewer-Address Fly-Client-IP Client-IP Forwarded-For
X-Azure-ClientIP X-Appengine-User-IP X-Cloud-Trace-Context CDN-Loop Tailscale-User-Login X-Auth-Request-Email
X-ProxyUser-Ip WL-Proxy-Client-IP X-Request-Id X-ARR-LOG-ID X-Varnish X-Remote-User Front-End-Https
""".split()
# What browsers and Streamlit's own page send.
BROWSERS = """
Accept Accept-Encoding Accept-Language Cache-Control Connection Cookie DNT If-Modified-Since If-None-Match Pragma
Priority Range Referer Sec-CH-UA Sec-CH-UA-Mobile Sec-CH-UA-Platform Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site
Sec-Fetch-User
Sec-GPC Sec-WebSocket-Extensions Sec-WebSocket-Key Sec-WebSocket-Protocol Sec-WebSocket-Version Save-Data Upgrade
Upgrade-Insecure-Requests User-Agent X-Xsrftoken X-Streamlit-Metrics
""".split()


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "127.8.9.1", "::1"])
@pytest.mark.parametrize("host", [None, "localhost:8501", "127.0.0.1:8501", "[::1]:8501"])
def test_this_machine_is_served(address: str, host: str | None) -> None:
    assert exposed(address, {"Host": host} if host else {}) is None


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.0.7", "console.example.com", "unix:/tmp/x"])
def test_an_address_for_others_is_exposed(address: str | None) -> None:
    assert exposed(address, {}) is not None


@pytest.mark.parametrize(
    "host", ["console.example.com", "localhost.evil.example:8501", "127.0.0.1.evil.example", "[x", "", "192.168.0.7"]
)
def test_a_request_by_another_host_s_name_is_exposed(host: str) -> None:
    assert exposed("localhost", {"Host": host}) is not None


@pytest.mark.parametrize("value", ["203.0.113.9", ""])
@pytest.mark.parametrize("name", PROXIED)
def test_whatever_a_proxy_adds_betrays_it_also_when_it_is_empty(name: str, value: str) -> None:
    for written in (name, name.lower(), name.upper()):
        found = exposed("localhost", {**HERE, written: value})
        assert found and name.lower() in found


@pytest.mark.parametrize("name", BROWSERS)
def test_what_a_browser_sends_betrays_nobody(name: str) -> None:
    assert from_elsewhere({**HERE, name: "x"}) is None


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:8501", "https://localhost", "http://127.0.0.1:9000", "http://[::1]:8501", "HTTP://localhost"],
)
def test_a_page_of_this_machine_may_ask(origin: str) -> None:
    assert from_elsewhere({**HERE, "Origin": origin}) is None


@pytest.mark.parametrize(
    "origin",
    [
        "https://console.example.com",
        "http://localhost.evil.example:8501",
        "http://192.168.0.7:8501",
        "null",
        "",
        "localhost",
    ]
    + [
        "file://",
        "http://",
        "http://localhost@evil.example",
        "chrome-extension://localhost",
        "http://[x",
        "http://0.0.0.0",
    ],
)
def test_a_page_from_elsewhere_may_not_ask(origin: str) -> None:
    """A proxy that adds no header hands the websocket's Origin on as the browser wrote it."""
    assert from_elsewhere({**HERE, "Origin": origin}) is not None


def test_what_is_told_of_a_header_is_short() -> None:
    told = [from_elsewhere({name: "x" * 100_000}) or "" for name in ("Host", "Origin", "X-Forwarded-" + "x" * 100_000)]
    assert all(0 < len(text) < 200 for text in told)

"""pipeline.settings_values: who can be told, as the settings name them; no address is ever repeated."""

from __future__ import annotations

import pytest

from pipeline.config import Settings
from pipeline.errors import ConfigInvalid
from pipeline.settings_values import Channel, parse_channels, parse_console_url

TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:team-mail"
HOOK = "https://hooks.slack.com/services/T0/B0/xSecret"


def test_channels_are_named_with_their_kind_and_target() -> None:
    text = f"team=sns:{TOPIC}, ops_2=slack:pipeline-console/slack/ops ,"
    assert parse_channels(text) == (
        Channel("sns", "team", TOPIC),
        Channel("slack", "ops_2", "pipeline-console/slack/ops"),
    )


def test_no_channel_is_no_channel() -> None:
    assert Settings.from_env({}).notices.channels == () and Settings.from_env({}).notices.console_url == ""


WRONG = [
    "team",
    "team=",
    "team=sns:",
    f"team=mail:{TOPIC}",
    "team=sns:arn:aws:s3:::bucket",
    f"team=sns:{TOPIC}/x",
    f"te am=sns:{TOPIC}",
    f"=sns:{TOPIC}",
    f"<b>=sns:{TOPIC}",
    f"team=sns:{TOPIC},team=slack:x",
    f"ops=slack:{HOOK}",
    f"{HOOK}",
    f"ops=slack:x,{HOOK}",
    "ops=slack:🍣",
    ",".join(f"c{number}=slack:s" for number in range(21)),
]


@pytest.mark.parametrize("text", WRONG)
def test_what_names_no_channel_is_refused_and_no_address_repeated(text: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        Settings.from_env({"PIPELINE_NOTICES": text})
    assert caught.value.facts["variable"] == "PIPELINE_NOTICES"
    assert "xSecret" not in f"{caught.value} {caught.value.facts} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://console.example.com", "https://console.example.com"),
        ("https://console.example.com:8443/base/path/", "https://console.example.com:8443/base/path"),
        ("http://127.0.0.1:8501/", "http://127.0.0.1:8501"),
        ("", ""),
    ],
)
def test_the_console_s_address_has_no_slash_at_its_end(text: str, url: str) -> None:
    assert parse_console_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "console.example.com",
        "http://console.example.com",
        "https://a b",
        "https://a/?x=1",
        "https://u:p@a",
        "https://a/<b>",
    ],
)
def test_what_is_no_address_of_a_console_is_named_with_its_variable(text: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        Settings.from_env({"PIPELINE_CONSOLE_URL": text})
    assert caught.value.facts["variable"] == "PIPELINE_CONSOLE_URL"


def test_the_console_s_address_is_no_provider_s() -> None:
    assert Settings.from_env({"PIPELINE_CONSOLE_URL": "https://console.example.com/base"}).endpoints == {}

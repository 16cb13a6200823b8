"""pipeline.notices.sending.webhook: one post to the address in the secret, which nobody is told, whatever answers."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
import uuid
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import orjson
import pytest

from pipeline.aws import Cloud
from pipeline.config import SecretStore
from pipeline.errors import DataInvalid, ExternalApiDown, NotFound, PipelineError, RateLimited
from pipeline.notices.sending.webhook import Webhook, body, escaped
from pipeline.notices.wording import Message
from pipeline.sources.vault import vault
from tests.support.notices.hook import TAIL, Hook, hook
from tests.support.refusing import Refusal, refusing, self_signed

MESSAGE = Message(
    "subject", "実行が失敗しました", ("エラー: E005",), "https://console.example.com/debug/pipeline?run=r1&a=b"
)
LINK = "https://console.example.com/debug/pipeline?run=r1&amp;a=b"


class Sender:
    """A webhook of Slack's by the name of its secret."""

    def __init__(self, cloud: Cloud, value: str | None, store: SecretStore = "secretsmanager") -> None:
        self.name = f"notices/{uuid.uuid4().hex}"
        self.way = Webhook(partial(vault, cloud, store), silence=0.5)
        if value is not None:
            self.way.vault().write(self.name, value, None)

    def send(self) -> None:
        self.way.send(self.name, MESSAGE)

    def refused(self) -> PipelineError:
        with pytest.raises(PipelineError) as caught:
            self.send()
        return caught.value


@pytest.mark.parametrize("store", ["secretsmanager", "ssm"])
def test_a_message_is_posted_as_text_that_is_no_markup(cloud: Cloud, webhook: Hook, store: SecretStore) -> None:
    Sender(cloud, f"{webhook.url}\n", store).send()
    text = f"実行が失敗しました\nエラー: E005\n{LINK}"
    assert webhook.posted == [{"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<!here|x> <@U1> <#C1>", "&lt;!here|x&gt; &lt;@U1&gt; &lt;#C1&gt;"),
        ("<https://evil.example|click>", "&lt;https://evil.example|click&gt;"),
        ("&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"),
        ("@channel @Here @everyone", "@\u2060channel @\u2060Here @\u2060everyone"),
        ("a@example.com", "a@example.com"),
    ],
)
def test_a_name_calls_nobody(name: str, safe: str) -> None:
    assert escaped(name) == safe
    assert orjson.loads(body(Message("s", name, (name,), "/")))["text"] == f"{safe}\n{safe}\n/"


@pytest.mark.parametrize(
    ("status", "kind", "state"),
    [
        (500, ExternalApiDown, "notices_webhook_down"),
        (503, ExternalApiDown, "notices_webhook_down"),
        (400, DataInvalid, "notices_webhook_refused"),
        (403, DataInvalid, "notices_webhook_refused"),
        (404, DataInvalid, "notices_webhook_refused"),
        (410, DataInvalid, "notices_webhook_refused"),
        (429, RateLimited, ""),
    ],
)
def test_each_refusal_has_its_words(
    cloud: Cloud, webhook: Hook, status: int, kind: type[PipelineError], state: str
) -> None:
    webhook.status, webhook.body = status, b"no_service"
    error = Sender(cloud, webhook.url).refused()
    assert (type(error), error.state) == (kind, state)
    assert "no_service" in error.message and len(webhook.posted) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(cloud: Cloud, webhook: Hook, status: int) -> None:
    with hook() as other:
        webhook.status, webhook.headers = status, {"Location": other.url}
        error = Sender(cloud, webhook.url).refused()
        assert error.state == "notices_webhook_moved" and other.posted == []


def test_a_webhook_that_hangs_is_left(cloud: Cloud, webhook: Hook) -> None:
    webhook.hangs = True
    assert Sender(cloud, webhook.url).refused().state == "notices_webhook_down"


@pytest.mark.parametrize("status", [200, 500])
def test_of_an_answer_of_fifty_megabytes_only_the_beginning_is_read(cloud: Cloud, webhook: Hook, status: int) -> None:
    webhook.status, webhook.megabytes = status, 50
    sender = Sender(cloud, webhook.url)
    if status == 200:
        sender.send()
    else:
        assert sender.refused().state == "notices_webhook_down"
    assert webhook.answered.wait(60)
    assert webhook.written < 40 * 2**20


def test_nobody_at_the_address_is_told_as_no_answer(cloud: Cloud) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/services/{TAIL}"
        assert Sender(cloud, address).refused().state == "notices_webhook_down"


@pytest.mark.parametrize("nonsense", [b"", b"\x00\xff" * 100, b"HTTP/1.1 twohundred OK\r\n\r\n", b"SSH-2.0-x\r\n"])
def test_what_answers_no_http_is_told_as_no_answer(cloud: Cloud, nonsense: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        sender = Sender(cloud, f"http://127.0.0.1:{server.getsockname()[1]}/x")

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(nonsense)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert sender.refused().state == "notices_webhook_down"
        thread.join(60)


@pytest.mark.parametrize(
    "beginning", [b"", b"HTTP/1.1 500 x\r\nX-Long: ", b"HTTP/1.1 500 x\r\nContent-Length: 999\r\n\r\n"]
)
def test_an_answer_that_comes_byte_by_byte_is_left(cloud: Cloud, beginning: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        sender = Sender(cloud, f"http://127.0.0.1:{server.getsockname()[1]}/x")

        def drip() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.recv(65_536)
                connection.sendall(beginning)
                while not over.wait(0.05):
                    connection.sendall(b"H")

        over = threading.Event()
        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        assert sender.refused().state == "notices_webhook_down"
        over.set()
        thread.join(60)


def test_a_secret_that_is_not_there_is_named(cloud: Cloud) -> None:
    sender = Sender(cloud, None)
    error = sender.refused()
    assert type(error) is NotFound and error.state == "notices_secret_gone"
    assert error.facts["resource"] == sender.name


MALFORMED = [
    "",
    "hooks",
    f"http://hooks.slack.com/services/{TAIL}",
    f"https://user:pass@hooks.slack.com/services/{TAIL}",
    f"https://hooks.slack.com/services/{TAIL} x",
    f"https://hooks.slack.com/services/{TAIL}\r\nHost: evil.example",
    f"https://hooks.slack.com/services/{TAIL}#x",
    f"ftp://hooks.slack.com/{TAIL}",
    f"file:///etc/passwd{TAIL}",
    f"http://127.0.0.1.evil.example/{TAIL}",
    f'{{"url": "https://hooks.slack.com/services/{TAIL}"}}',
    f"https://例え.jp/{TAIL}",
    f"https://hooks.slack.com:99999/{TAIL}",
]


@pytest.mark.parametrize("value", MALFORMED)
def test_a_secret_that_holds_no_address_is_named_and_never_repeated(cloud: Cloud, value: str) -> None:
    error = Sender(cloud, value or " ").refused()
    assert error.state == "notices_secret_unfit"
    assert TAIL not in told(error)


def told(error: BaseException) -> str:
    """All that anybody could come to see of an error: its text, facts, causes, and what its frames hold."""
    parts = [repr(error), repr(getattr(error, "facts", "")), "".join(traceback.format_exception(error))]
    for one in (error, error.__cause__, error.__context__):
        frame = one.__traceback__ if one else None
        while frame:
            here = frame.tb_frame.f_globals.get("__name__", "")
            parts += [repr(frame.tb_frame.f_locals)] if here.startswith("pipeline.notices.sending.webhook") else []
            frame = frame.tb_next
    return "".join(parts)


def answers(webhook: Hook) -> Iterator[str]:
    for status in (500, 404, 307, 429):
        webhook.status, webhook.body = status, f"no {TAIL}".encode()
        webhook.headers = {"Location": webhook.url} if status == 307 else {}
        yield str(status)
    webhook.hangs = True
    yield "hangs"


def test_the_address_is_in_no_error_and_no_line_of_a_log(
    cloud: Cloud, webhook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    sender = Sender(cloud, webhook.url)
    caplog.set_level(logging.DEBUG)
    for _ in answers(webhook):
        assert TAIL not in told(sender.refused())
    # What the SDK writes of its own answers at this level is its matter: it is not ours, and nobody sets it.
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("botocore")]
    assert TAIL not in "".join(lines) and TAIL not in repr(sender.way)


def test_a_certificate_that_nobody_vouches_for_gets_no_message(cloud: Cloud, tmp_path: Path) -> None:
    with refusing(Refusal("x", status=200), certificate=self_signed(tmp_path)) as url:
        assert Sender(cloud, f"{url}/services/{TAIL}").refused().message.endswith("SSLCertVerificationError")

"""Somebody who speaks Streamlit's websocket protocol to a real server, with or without a signed-in person's cookie.

No browser: what it sends is what anybody can send. Source: streamlit/proto/BackMsg.proto and ForwardMsg.proto.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME, XSRF_COOKIE_NAME
from websockets.sync.client import ClientConnection, connect

SECONDS = 60.0


@dataclass
class Visitor:
    """One connection; ``heard`` is every message that came back, oldest first."""

    connection: ClientConnection
    heard: list[ForwardMsg] = field(default_factory=list)

    def send(self, message: BackMsg | bytes) -> None:
        self.connection.send(message if isinstance(message, bytes) else message.SerializeToString())

    def rerun(self, page: str = "pipeline", query: str = "lang=en") -> list[ForwardMsg]:
        """Run the script to its end on a page; gives what it drew."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        start = len(self.heard)
        self.send(message)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            self._hear(deadline - time.monotonic())
            if self.heard[-1].script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and self._ended(start):
                return self.heard[start:]
        raise TimeoutError("the script did not end")

    def text(self, messages: list[ForwardMsg]) -> str:
        """Everything that these messages would show."""
        return "\n".join(str(message.delta) for message in messages if message.WhichOneof("type") == "delta")

    def _hear(self, seconds: float) -> None:
        self.heard.append(ForwardMsg.FromString(self.connection.recv(timeout=seconds)))  # type: ignore[arg-type]

    def _ended(self, start: int) -> bool:
        return any(message.WhichOneof("type") == "script_finished" for message in self.heard[start:])


@contextmanager
def visiting(url: str, secret: str | None = None, **claims: Any) -> Iterator[Visitor]:
    """A connection to the server at ``url``; with the cookie ``secret``, in the name of whom ``claims`` say."""
    host = urlsplit(url).netloc
    token = generate_xsrf_token_string()
    cookies = {XSRF_COOKIE_NAME: token}
    if secret:
        told = {"sub": "x", "email_verified": True, "iat": time.time(), "provider": "mock", "is_logged_in": True}
        told |= {"origin": url, **claims}
        cookies[USER_COOKIE_NAME] = create_signed_value(secret, USER_COOKIE_NAME, json.dumps(told)).decode()
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    protocols: Any = ["streamlit", token]
    with connect(
        f"ws://{host}/debug/_stcore/stream",
        origin=url,  # type: ignore[arg-type]
        subprotocols=protocols,
        additional_headers=headers,
        max_size=None,
        close_timeout=2,
    ) as connection:
        yield Visitor(connection)

"""Somebody who speaks Streamlit's websocket protocol to a real server, with or without a signed-in person's cookie.

No browser: what it sends is what anybody can send. Source: streamlit/proto/BackMsg.proto and ForwardMsg.proto.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME, XSRF_COOKIE_NAME
from websockets.sync.client import ClientConnection, connect

from pages.parcels import VISITOR

SECONDS = 60.0


@dataclass(frozen=True)
class Widget:
    """Something that was drawn and can be used: ``element`` is its message."""

    id: str
    fragment: str
    element: Any


def widgets(messages: list[ForwardMsg], kind: str, label: str = "") -> list[Widget]:
    """The widgets of a kind (a field of Element.proto) in what was drawn, those of a label if one is given."""
    deltas = [message.delta for message in messages if message.WhichOneof("type") == "delta"]
    found = [(delta, getattr(delta.new_element, kind)) for delta in deltas if delta.new_element.HasField(kind)]
    return [Widget(one.id, delta.fragment_id, one) for delta, one in found if label in {"", one.label}]


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

    def touch(self, widget: Widget, **value: Any) -> list[ForwardMsg]:
        """Give a widget a value, as a click does, and wait until all is drawn that is due; gives what was drawn."""
        self.click(widget, **value)
        return self.drawn()

    def click(self, widget: Widget, **value: Any) -> None:
        """Give a widget a value and wait for nothing."""
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = "pipeline", "lang=en&tab=history"
        message.rerun_script.fragment_id = widget.fragment
        state = message.rerun_script.widget_states.widgets.add()
        state.id = widget.id
        for name, given in (value or {"trigger_value": True}).items():
            setattr(state, name, given)
        self.send(message)

    def drawn(self, seconds: float = 3) -> list[ForwardMsg]:
        """Everything that comes until nothing has come for some seconds."""
        start = len(self.heard)
        with suppress(TimeoutError):
            while True:
                self._hear(seconds)
        return self.heard[start:]

    def ask_for_file(self, file_id: str) -> BackendOperationResponse:
        """Ask for the file of a button that has been drawn, by the id that stood on it; gives the answer."""
        message = BackMsg()
        asked = message.backend_operation_request
        asked.request_id, asked.session_id, asked.deferred_file.file_id = uuid.uuid4().hex, self.session, file_id
        self.send(message)
        deadline = time.monotonic() + SECONDS
        while True:
            self._hear(deadline - time.monotonic())
            answer = self.heard[-1].backend_operation_response
            if answer.request_id == asked.request_id:
                return answer

    @property
    def session(self) -> str:
        """This connection's session, as the server named it."""
        return next(one.new_session.initialize.session_id for one in self.heard if one.HasField("new_session"))

    def text(self, messages: list[ForwardMsg]) -> str:
        """Everything that these messages would show."""
        return "\n".join(str(message.delta) for message in messages if message.WhichOneof("type") == "delta")

    def _hear(self, seconds: float) -> None:
        self.heard.append(ForwardMsg.FromString(self.connection.recv(timeout=seconds)))  # type: ignore[arg-type]

    def _ended(self, start: int) -> bool:
        return any(message.WhichOneof("type") == "script_finished" for message in self.heard[start:])


@contextmanager
def visiting(url: str, secret: str | None = None, browser: str = "", **claims: Any) -> Iterator[Visitor]:
    """A connection to the server at ``url``; with the cookie ``secret``, in the name of whom ``claims`` say; from a
    ``browser`` that the console knows by this cookie."""
    host = urlsplit(url).netloc
    token = generate_xsrf_token_string()
    cookies = {XSRF_COOKIE_NAME: token}
    if browser:
        cookies[VISITOR] = browser
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

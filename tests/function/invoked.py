"""Lambda's Invoke API on this machine, in front of nobody: it notes who is asked for what, and answers a status."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson
from werkzeug import Request, Response

from pipeline.aws import Cloud, Credentials
from pipeline.embedded.local_server import LocalServer
from tests.conftest import REGION


@dataclass
class Invoked:
    """A context manager; ``events`` holds (function, event) of what was accepted. ``status`` 202 accepts."""

    status: int = 202
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __enter__(self) -> Invoked:
        self._server = LocalServer(Request.application(self._answer), "invoke")
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    @property
    def client(self) -> Any:
        """Lambda's client for it."""
        return Cloud(REGION, None, Credentials("testing", "testing"), invoke_url=self.url).invoker

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._server.url

    def _answer(self, request: Request) -> Response:
        if self.status == 202:
            self.events.append((request.path.split("/")[3], orjson.loads(request.get_data())))
        return Response(status=self.status)

"""How many connections may be open, and how long one may say nothing: what no middleware sees.

uvicorn waits forever for the first request of a connection, and Streamlit hands none of uvicorn's settings on. So the
server that runs this process is asked for where it stands as its own signal handler, and given protocols of ours.
"""

from __future__ import annotations

import asyncio
import signal
from functools import partial

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 500
SILENT_SECONDS = 10.0
# What is accepted in one turn of the event loop, before any of it can be refused.
BACKLOG = 256
# A browser's messages are clicks and a few texts.
MESSAGE_BYTES = 2**20
# Who still takes a download when the server is told to end.
GRACE_SECONDS = 3


def running_server() -> uvicorn.Server | None:
    """The uvicorn that has taken this process's SIGTERM; None under any other server."""
    owner = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return owner if isinstance(owner, uvicorn.Server) else None


def bound(config: uvicorn.Config, most: int = MOST, seconds: float = SILENT_SECONDS) -> None:
    """Bound what a server with these settings, which has yet to open its port, takes on."""
    if not config.loaded:
        config.load()  # which would choose uvicorn's own protocol afterwards
    crowd = Crowd(min(most, _files() // 2), seconds)
    config.http_protocol_class = partial(Connection, crowd)  # type: ignore[assignment]
    config.backlog = BACKLOG
    config.ws_max_size = MESSAGE_BYTES
    config.timeout_graceful_shutdown = GRACE_SECONDS


class Crowd:
    """The connections that wait for a request or an answer, the longest here first."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self.waiting: dict[Connection, None] = {}

    def admit(self, newcomer: Connection) -> None:
        """Take one more; when there are too many, the first that has nothing going on leaves, be it the newcomer."""
        self.waiting[newcomer] = None
        if len(newcomer.connections) > self.most:
            next((one for one in self.waiting if one.is_idle), newcomer).leave()


class Connection(H11Protocol):
    """uvicorn's HTTP connection, which is closed when it has asked for nothing for a while."""

    def __init__(self, crowd: Crowd, *values: object, **named: object) -> None:
        super().__init__(*values, **named)  # type: ignore[arg-type]
        self._crowd = crowd

    @property
    def is_idle(self) -> bool:
        """Whether no request of it is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Asyncio's: the connection is open."""
        super().connection_made(transport)
        self.loop.call_later(self._crowd.seconds, self._look, self.cycle)
        self._crowd.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Asyncio's: the connection is gone."""
        self._crowd.waiting.pop(self, None)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: object) -> None:
        """uvicorn's: from here on it is a websocket, and ``sessions`` counts it."""
        self._crowd.waiting.pop(self, None)
        super().handle_websocket_upgrade(event)  # type: ignore[arg-type]

    def leave(self) -> None:
        """Close the connection, whatever half of a request has come."""
        self._crowd.waiting.pop(self, None)
        self.transport.abort()

    def _look(self, before: object) -> None:
        if self not in self._crowd.waiting:
            return
        if self.is_idle and self.cycle is before:
            self.leave()
        else:
            self.loop.call_later(self._crowd.seconds, self._look, self.cycle)


def _files() -> int:
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return 2 * MOST
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]

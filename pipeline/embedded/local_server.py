"""HTTP on 127.0.0.1 for the demo: an application of werkzeug's, a thread a request, on a port that is free.

Not for a network: werkzeug's server is a development server by its own words.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
# Whoever connects and says nothing gives the thread back after so many seconds; more at a time are turned away.
SILENT_SECONDS = 10.0
MOST_CONNECTIONS = 256
_POLL_SECONDS = 0.05


class LocalServer:
    """Bound when made, answering from ``start`` until ``close`` or the process's end.

    werkzeug closes each connection after its answer, so that none is left behind when the server is closed.
    """

    def __init__(self, application: WSGIApplication, name: str, most: int = MOST_CONNECTIONS) -> None:
        self._server = _Server(application, most)
        # A daemon: it must not keep the app from ending.
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name=name, daemon=True
        )

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{HOST}:{self._server.server_port}"

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://{self.address}"

    def start(self) -> None:
        """Answer in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Answer no more: whoever asks now is refused, and the port is free."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadedWSGIServer):
    def __init__(self, application: WSGIApplication, most: int) -> None:
        self._free = threading.Semaphore(most)
        super().__init__(HOST, 0, application, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()


class _Handler(WSGIRequestHandler):
    timeout = SILENT_SECONDS

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: the terminal is the console's, and a query may hold a code. What an application raises is told."""

"""moto's server on 127.0.0.1, with conditional writes as S3 makes them: of two at the same instant, one is refused.

moto looks whether a condition holds and writes afterwards; between the two another request may have written.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
_CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")
_WRITES = ("PUT", "POST", "DELETE")


class Emulator:
    """Answers from ``start`` until ``stop``, or the process's end."""

    def __init__(self) -> None:
        # Imported here: it takes a second, and nobody else needs it.
        from moto.moto_server import werkzeug_app as moto  # noqa: PLC0415
        from werkzeug.serving import make_server  # noqa: PLC0415

        # One line a request is noise beside what the app and its tests say.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        application = OneAtATime(moto.DomainDispatcherApplication(moto.create_backend_app))
        self._server = make_server(HOST, 0, application, threaded=True, request_handler=moto.MotoRequestHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="emulator", daemon=True)

    def start(self) -> str:
        """Its address, without a slash at the end."""
        self._thread.start()
        return f"http://{HOST}:{self._server.server_port}"

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class OneAtATime:
    """An application whose conditional writes wait for one another."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in _WRITES or not any(name in environ for name in _CONDITIONS):
            return self._application(environ, start_response)
        if length := environ.get("CONTENT_LENGTH"):
            # A client that sends slowly holds up nobody else.
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))
        with self._lock:
            return [*self._application(environ, start_response)]

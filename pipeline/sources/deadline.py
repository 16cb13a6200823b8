"""Connections whose answers end in time: a byte a second is not read for as long as it comes.

A timeout of a socket is one of its silence; here an answer as a whole, its headers too, may take twice as long as that.
"""

from __future__ import annotations

import io
import socket
import time
from http import client
from http.client import HTTPResponse
from typing import Any
from urllib.parse import SplitResult

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

SILENCES = 2


class _Ending(io.RawIOBase):
    """The bytes of an answer, until its time is over."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._silence = sock.gettimeout() or 0.0
        self._end = time.monotonic() + SILENCES * self._silence

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if self._silence:
            if left <= 0:
                raise TimeoutError("the answer does not end")
            self._sock.settimeout(min(self._silence, left))
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer that is read through ``_Ending``."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Ending(self.fp.detach(), sock))


class _Plain(HTTPConnection):
    response_class = _Answer


class _Secure(HTTPSConnection):
    response_class = _Answer


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secure


class _PlainOnce(client.HTTPConnection):
    response_class = _Answer


class _SecureOnce(client.HTTPSConnection):
    response_class = _Answer


def timely_connection(address: SplitResult, silence: float) -> client.HTTPConnection:
    """A connection for one request whose address is a secret: urllib3 writes addresses to its log. Certificates are
    checked; nothing is followed or tried again. ``silence`` in seconds. Raise ValueError for a port that is none."""
    kind = _SecureOnce if address.scheme == "https" else _PlainOnce
    return kind(address.hostname or "", address.port, timeout=silence)


def timely_pool() -> urllib3.PoolManager:
    """Connections that try nothing again by themselves."""
    pool = urllib3.PoolManager(retries=False)
    pool.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
    return pool

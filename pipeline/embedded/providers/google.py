"""A Google of this machine: consent page, token and revocation endpoints, and the Health API, over real HTTP.

Its faults are switched on from outside: ``fail`` for whole answers, ``alter`` for single points.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from pipeline.config import Settings
from pipeline.embedded.providers import google_data
from pipeline.embedded.providers.google_consent import consent_page
from pipeline.embedded.providers.google_oauth import Authority, Refused
from pipeline.embedded.sample import SEED

CLIENT_ID, CLIENT_SECRET = "stand-in.apps.googleusercontent.com", "GOCSPX-stand-in-of-this-machine"  # noqa: S105 - of no use elsewhere
MOST_BYTES = 64 * 1024
SLEEP_PAGE = 25
_TYPES = re.compile(r"/v4/users/me/dataTypes/([a-z-]+)/dataPoints(:dailyRollUp)?")
_FILTER = re.compile(r'([a-z_.]+) >= "(\d{4}-\d\d-\d\d)" AND \1 < "(\d{4}-\d\d-\d\d)"')
_FIELDS = {"sleep": "sleep.interval.civil_end_time", "daily-resting-heart-rate": "daily_resting_heart_rate.date"}
# Type → the longest range of its daily roll-up, in days.
_ROLL_UPS = {"steps": 90, "distance": 90, "total-calories": 14, "active-minutes": 14}
_SCOPE = {"sleep": "sleep", "daily-resting-heart-rate": "health_metrics_and_measurements"}
_LOCAL = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?/\S*")


@dataclass
class Fault:
    """An answer in place of the real one, for requests whose path holds ``path``, ``times`` times."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    times: int
    path: str


Answer = tuple[int, Mapping[str, str], bytes]


@dataclass
class GoogleStandIn:
    """The server and its state. ``alter`` changes the points of a type and day before they are sent."""

    user: str = "akari"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    seed: int = SEED
    skip_days: set[date] = field(default_factory=set)
    alter: Callable[[str, date, list[Any]], list[Any]] | None = None
    requests: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.authority = Authority(CLIENT_ID, CLIENT_SECRET, self.now)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"google": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> GoogleStandIn:
        """Serve until ``close``, or until the process ends."""
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def close(self) -> None:
        """Stop serving: whoever asks now is refused."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> GoogleStandIn:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def fail(
        self,
        status: int,
        headers: Mapping[str, str] | None = None,
        body: bytes = b'{"error": {"code": 0, "message": "made to fail", "status": "FAILED"}}',
        times: int = 1,
        path: str = "/v4/",
    ) -> None:
        """Answer the next ``times`` requests of a path so."""
        self.faults.append(Fault(status, headers or {}, body, times, path))

    def fault(self, path: str) -> Answer | None:
        with self.lock:
            self.requests.append(path)
            for fault in self.faults:
                if fault.times > 0 and fault.path in path:
                    fault.times -= 1
                    return fault.status, fault.headers, fault.body
        return None

    def consent_page(self, asked: Mapping[str, str]) -> Answer:
        """What the person sees."""
        wrong = _wrong(asked, self.authority.client_id)
        if wrong:
            return 400, {"Content-Type": "text/plain"}, wrong.encode()
        page = consent_page(self.user, asked)
        return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode()

    def consented(self, asked: Mapping[str, str]) -> Answer:
        """Back to the application, with a code or a refusal."""
        wrong = _wrong(asked, self.authority.client_id)
        if wrong:
            return 400, {"Content-Type": "text/plain"}, wrong.encode()
        said = {"error": "access_denied"}
        if asked.get("answer") == "allow":
            said = {"code": self.authority.consent(asked), "scope": asked["scope"]}
        query = urlencode({"state": asked.get("state", ""), **said})
        return 302, {"Location": f"{asked['redirect_uri']}?{query}"}, b""

    def token(self, form: Mapping[str, str]) -> Answer:
        return self._oauth(lambda: self.authority.token(form))

    def revoke(self, form: Mapping[str, str]) -> Answer:
        return self._oauth(lambda: self.authority.revoke(form.get("token", "")))

    def data(self, path: str, bearer: str, asked: Mapping[str, Any]) -> Answer:
        """The Health API."""
        match = _TYPES.fullmatch(path)
        kind = match[1] if match else ""
        if match is None or kind not in (_ROLL_UPS if match[2] else _FIELDS):
            return _error(404, "NOT_FOUND", f"no {path}")
        scopes = self.authority.scopes(bearer.removeprefix("Bearer "))
        if scopes is None:
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        scope = _SCOPE.get(kind, "activity_and_fitness")
        if not any(f"googlehealth.{scope}" in one for one in scopes):
            return _error(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.")
        try:
            first, end = _rolled_range(kind, asked) if match[2] else _listed_range(kind, asked)
            return self._page(kind, first, end, asked)
        except (KeyError, TypeError, ValueError) as error:
            return _error(400, "INVALID_ARGUMENT", f"{type(error).__name__}: {error}")

    def _page(self, kind: str, first: date, end: date, asked: Mapping[str, Any]) -> Answer:
        found: list[Any] = []
        for day in (first + timedelta(days=passed) for passed in range((end - first).days)):
            points = [] if day in self.skip_days else google_data.points(kind, self.user, day, self.now(), self.seed)
            found += self.alter(kind, day, points) if self.alter else points
        size = min(int(asked.get("pageSize") or 1440), SLEEP_PAGE if kind == "sleep" else 10_000)
        at = int(str(asked.get("pageToken") or "page-0").removeprefix("page-"))
        key = "rollupDataPoints" if kind in _ROLL_UPS else "dataPoints"
        answer: dict[str, Any] = {key: found[at : at + size]} if found else {}
        if at + size < len(found):
            answer["nextPageToken"] = f"page-{at + size}"
        return _json(200, answer)

    def _oauth(self, act: Callable[[], Any]) -> Answer:
        try:
            return _json(200, act() or {})
        except Refused as error:
            return _json(error.status, {"error": error.error, "error_description": error.said})


def pointed_at(settings: Settings, google: GoogleStandIn) -> Settings:
    """The settings with Google's addresses and OAuth client replaced by the stand-in's."""
    here = {"google_health": google.url, "google_accounts": google.url, "google_oauth": google.url}
    return replace(settings, endpoints={**settings.endpoints, **here}, google_client_id=CLIENT_ID)


def _rolled_range(kind: str, asked: Mapping[str, Any]) -> tuple[date, date]:
    start, end = (date(**asked["range"][name]["date"]) for name in ("start", "end"))
    if not 0 < (end - start).days <= _ROLL_UPS[kind]:
        raise ValueError(f"the range of {kind} has at most {_ROLL_UPS[kind]} days")
    if asked["windowSizeDays"] != 1:
        raise ValueError("windowSizeDays is 1 here")
    return start, end


def _listed_range(kind: str, asked: Mapping[str, Any]) -> tuple[date, date]:
    match = _FILTER.fullmatch(str(asked.get("filter", "")))
    if match is None or match[1] != _FIELDS[kind]:
        raise ValueError(f"the filter of {kind} is {_FIELDS[kind]} >= … AND … < …")
    return date.fromisoformat(match[2]), date.fromisoformat(match[3])


def _wrong(asked: Mapping[str, str], client_id: str) -> str:
    if asked.get("client_id") != client_id:
        return "invalid_client"
    if not _LOCAL.fullmatch(asked.get("redirect_uri", "")):
        return "redirect_uri_mismatch"
    wanted = {"response_type": "code", "code_challenge_method": "S256"}
    wrong = {name for name, value in wanted.items() if asked.get(name) != value}
    wrong |= {name for name in ("scope", "state", "code_challenge") if not asked.get(name)}
    return f"invalid_request: {', '.join(sorted(wrong))}" if wrong else ""


def _error(status: int, name: str, message: str) -> Answer:
    return _json(status, {"error": {"code": status, "message": message, "status": name}})


def _json(status: int, value: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, orjson.dumps(value)


class _Handler(BaseHTTPRequestHandler):
    google: GoogleStandIn

    def do_GET(self) -> None:
        self._send(self.google.fault(self._path) or self._got())

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES))
        self._send(self.google.fault(self._path) or self._posted(body))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a query holds the state and the code."""

    @property
    def _path(self) -> str:
        return urlsplit(self.path).path

    def _got(self) -> Answer:
        asked = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        if self._path == "/o/oauth2/v2/auth":
            return self.google.consent_page(asked)
        return self.google.data(self._path, self.headers.get("Authorization", ""), asked)

    def _posted(self, body: bytes) -> Answer:
        forms = {
            "/o/oauth2/v2/consent": self.google.consented,
            "/token": self.google.token,
            "/revoke": self.google.revoke,
        }
        if self._path in forms:
            return forms[self._path](dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)))
        try:
            asked = orjson.loads(body)
        except orjson.JSONDecodeError:
            return _error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
        asked = asked if isinstance(asked, dict) else {}
        return self.google.data(self._path, self.headers.get("Authorization", ""), asked)

    def _send(self, answer: Answer) -> None:
        status, headers, body = answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

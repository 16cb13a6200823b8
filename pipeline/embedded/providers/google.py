"""A Google of this machine: consent page, token and revocation endpoints, and the Health API, over real HTTP.

Its faults are switched on from outside: ``fail`` for whole answers, ``alter`` for single points.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from pipeline.config import Settings
from pipeline.embedded.local_server import LocalServer
from pipeline.embedded.providers import google_data, google_health
from pipeline.embedded.providers.faults import Faults
from pipeline.embedded.providers.google_consent import consent_page
from pipeline.embedded.providers.google_oauth import Authority, Refused
from pipeline.embedded.sample.draws import SEED

CLIENT_ID, CLIENT_SECRET = "stand-in.apps.googleusercontent.com", "GOCSPX-stand-in-of-this-machine"  # noqa: S105 - of no use elsewhere
_ROUTES = Map(
    [
        Rule("/o/oauth2/v2/auth", endpoint="consent_page", methods=["GET"]),
        Rule("/o/oauth2/v2/consent", endpoint="consented", methods=["POST"]),
        Rule("/token", endpoint="token", methods=["POST"]),
        Rule("/revoke", endpoint="revoke", methods=["POST"]),
        *google_health.ROUTES,
    ]
)
_LOCAL = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?/\S*")
_MADE_TO_FAIL = b'{"error": {"code": 0, "message": "made to fail", "status": "FAILED"}}'


class GoogleRequest(Request):
    """No question is larger than this."""

    max_content_length = 64 * 1024


@dataclass
class GoogleProvider:
    """The server and its state. ``alter`` changes the points of a type and day before they are sent; ``requests`` are
    the paths as they came."""

    user: str = "akari"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    seed: int = SEED
    skip_days: set[date] = field(default_factory=set)
    alter: Callable[[str, date, list[Any]], list[Any]] | None = None
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.authority = Authority(CLIENT_ID, CLIENT_SECRET, self.now)
        self._faults = Faults()
        self._server = LocalServer(GoogleRequest.application(self._answer), "google-provider")
        self.url = self._server.url

    def start(self) -> GoogleProvider:
        """Serve until ``close``, or until the process ends."""
        self._server.start()
        return self

    def close(self) -> None:
        """Stop serving: whoever asks now is refused."""
        self._server.close()

    def __enter__(self) -> GoogleProvider:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def fail(
        self,
        status: int,
        headers: Mapping[str, str] | None = None,
        body: bytes = _MADE_TO_FAIL,
        times: int = 1,
        path: str = "/v4/",
    ) -> None:
        """Answer the next ``times`` requests of a path so."""
        self._faults.order((status, headers, body), times, path)

    def _answer(self, request: Request) -> Response:
        self.requests.append(request.path)
        try:
            return self._faults.take(request.path) or self._right_answer(request)
        except HTTPException as error:
            return _error(error.code or HTTPStatus.NOT_FOUND, "NOT_FOUND", f"no {request.path}")

    def _right_answer(self, request: Request) -> Response:
        endpoint, values = _ROUTES.bind_to_environ(request.environ).match()
        if endpoint == "consent_page":
            return self._consent_page(request.args.to_dict())
        if endpoint == "consented":
            return self._consented(request.form.to_dict())
        if endpoint == "token":
            return _oauth(lambda: self.authority.token(request.form.to_dict()))
        if endpoint == "revoke":
            return _oauth(lambda: self.authority.revoke(request.form.get("token", "")))
        return self._points(endpoint, values["kind"], request)

    def _consent_page(self, asked: Mapping[str, str]) -> Response:
        wrong = _wrong(asked, self.authority.client_id)
        return wrong or Response(consent_page(self.user, asked), mimetype="text/html")

    def _consented(self, asked: Mapping[str, str]) -> Response:
        """Back to the application, with a code or a refusal."""
        wrong = _wrong(asked, self.authority.client_id)
        if wrong:
            return wrong
        answer = {"error": "access_denied"}
        if asked.get("answer") == "allow":
            answer = {"code": self.authority.consent(asked), "scope": asked["scope"]}
        query = urlencode({"state": asked.get("state", ""), **answer})
        return Response(status=HTTPStatus.FOUND, headers={"Location": f"{asked['redirect_uri']}?{query}"})

    def _points(self, endpoint: str, kind: str, request: Request) -> Response:
        """The Health API's answer."""
        if not google_health.is_known(endpoint, kind):
            return _error(404, "NOT_FOUND", f"no {request.path}")
        scopes = self.authority.scopes(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if scopes is None:
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if not google_health.covers(scopes, kind):
            return _error(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.")
        try:
            asked = orjson.loads(request.get_data()) if endpoint == "rolled_up" else request.args.to_dict()
            return _json(200, google_health.page(kind, asked, self._points_of))
        except orjson.JSONDecodeError:
            return _error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
        except (KeyError, TypeError, ValueError) as error:
            return _error(400, "INVALID_ARGUMENT", f"{type(error).__name__}: {error}")

    def _points_of(self, kind: str, day: date) -> list[Any]:
        points = [] if day in self.skip_days else google_data.points(kind, self.user, day, self.now(), self.seed)
        return self.alter(kind, day, points) if self.alter else points


def pointed_at(settings: Settings, google: GoogleProvider) -> Settings:
    """The settings with Google's addresses and OAuth client replaced by this provider's."""
    here = {"google_health": google.url, "google_accounts": google.url, "google_oauth": google.url}
    return replace(settings, endpoints={**settings.endpoints, **here}, google_client_id=CLIENT_ID)


def _wrong(asked: Mapping[str, str], client_id: str) -> Response | None:
    """What an authorization request is refused by; None when it is as it should be."""
    if asked.get("client_id") != client_id:
        return Response("invalid_client", HTTPStatus.BAD_REQUEST)
    if not _LOCAL.fullmatch(asked.get("redirect_uri", "")):
        return Response("redirect_uri_mismatch", HTTPStatus.BAD_REQUEST)
    wanted = {"response_type": "code", "code_challenge_method": "S256"}
    wrong = {name for name, value in wanted.items() if asked.get(name) != value}
    wrong |= {name for name in ("scope", "state", "code_challenge") if not asked.get(name)}
    return Response(f"invalid_request: {', '.join(sorted(wrong))}", HTTPStatus.BAD_REQUEST) if wrong else None


def _oauth(act: Callable[[], Any]) -> Response:
    try:
        return _json(200, act() or {})
    except Refused as error:
        return _json(error.status, {"error": error.error, "error_description": str(error)})


def _error(status: int, name: str, message: str) -> Response:
    return _json(status, {"error": {"code": status, "message": message, "status": name}})


def _json(status: int, value: Any) -> Response:
    return Response(orjson.dumps(value), status, mimetype="application/json")

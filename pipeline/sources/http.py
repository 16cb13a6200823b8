"""JSON over HTTP for the sources: timeouts, polite retries within a rate budget, and every failure by its name.

urllib3 comes with botocore, so the function carries no HTTP library of its own; tenacity asks again, within our limits.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial, reduce
from typing import Any
from urllib.parse import urlsplit

import orjson
import urllib3
from tenacity import RetryCallState, Retrying, retry_if_exception
from urllib3.exceptions import HTTPError

from pipeline import errors
from pipeline.backoff import backoff_seconds
from pipeline.redaction import redact
from pipeline.sources.deadline import SILENCES, timely_pool
from pipeline.sources.limits import NOT_WAITED, again

ATTEMPTS = 4
# READ_SECONDS is the longest silence; a whole answer may take twice as long. No request is tried with less than
# LEAST_SECONDS for it.
CONNECT_SECONDS, READ_SECONDS, LEAST_SECONDS = 5.0, 30.0, 2.0
MOST_BYTES = 32 * 1024 * 1024
LONGEST_WAIT_SECONDS = 60.0
MOST_TEXT = 300
# An answer is kept inside of our own objects and lists, about as many as this.
SPARE_LEVELS = 10
# RFC 9110, "503 Service Unavailable"; RFC 6585, "429 Too Many Requests".
_RETRIED = frozenset((429, 500, 502, 503, 504))
_KINDS: dict[int, type[errors.PipelineError]] = {
    400: errors.DataInvalid,
    401: errors.AuthFailed,
    403: errors.Forbidden,
    404: errors.NotFound,
    410: errors.NotFound,
    429: errors.RateLimited,
}


@dataclass(frozen=True)
class Http:
    """Asks one provider. ``pause_seconds`` is the least time between two requests; ``left`` gives the seconds that
    remain until the caller's deadline, ``patience`` is how long one question may take with all its attempts."""

    provider: str
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    pause_seconds: float = 0.0
    left: Callable[[], float] = lambda: math.inf
    patience: float = math.inf
    clock: Callable[[], float] = time.monotonic
    rng: random.Random = field(default_factory=random.Random)
    pool: urllib3.PoolManager = field(default_factory=timely_pool)

    def get(self, url: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        """The JSON of a GET. Raise what ``_failure`` names."""
        return self._json("GET", url, {"fields": dict(params), "headers": dict(headers or {})})

    def post(self, url: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON of a POST with a JSON body."""
        typed = {"Content-Type": "application/json", **(headers or {})}
        return self._json("POST", url, {"body": orjson.dumps(body), "headers": typed})

    def post_form(self, url: str, form: Mapping[str, str]) -> Any:
        """The JSON of a POST with a form body, as OAuth's endpoints want it."""
        return self._json("POST", url, {"fields": dict(form), "encode_multipart": False})

    def within(self, left: Callable[[], float]) -> Http:
        """The same way for a run, which has time until ``left`` says that there is none, and all the patience of it."""
        return replace(self, left=left, patience=math.inf)

    def _json(self, method: str, url: str, what: dict[str, Any]) -> Any:
        if self.left() <= 0:
            raise errors.TimedOut(f"no time is left to ask {self.provider}", provider=self.provider)
        begun = self.clock()
        retrying = Retrying(
            sleep=self.sleep,
            wait=self._wait,
            stop=partial(self._gives_up, begun),
            retry=retry_if_exception(_may_be_asked_again),
            reraise=True,
        )
        return retrying(self._attempt, method, url, what, begun)

    def _attempt(self, method: str, url: str, what: dict[str, Any], begun: float) -> Any:
        self.sleep(self.pause_seconds)
        return self._once(method, url, what, self._rest(begun))

    def _wait(self, state: RetryCallState) -> float:
        """Seconds until the next attempt: what the provider said, else a backoff of our own."""
        error = state.outcome and state.outcome.exception()
        told = error.facts.get("wait") if isinstance(error, errors.PipelineError) else None
        return float(told or backoff_seconds(state.attempt_number - 1, self.rng))

    def _gives_up(self, begun: float, state: RetryCallState) -> bool:
        """Whether that was the last attempt, or the wait is too long to be sat through, or leaves no time after it."""
        longest = min(LONGEST_WAIT_SECONDS, self._rest(begun) - LEAST_SECONDS)
        return state.attempt_number >= ATTEMPTS or state.upcoming_sleep > longest

    def _rest(self, begun: float) -> float:
        return min(self.left(), self.patience - (self.clock() - begun))

    def _once(self, method: str, url: str, what: dict[str, Any], rest: float) -> Any:
        silence = min(READ_SECONDS, max(LEAST_SECONDS, rest) / SILENCES)
        try:
            timeout = urllib3.Timeout(connect=min(CONNECT_SECONDS, silence), read=silence)
            answer = self.pool.request(method, url, preload_content=False, redirect=False, timeout=timeout, **what)
            with answer:
                body = answer.read(MOST_BYTES + 1, decode_content=True)
        except HTTPError as error:
            text = f"{self.provider} does not answer: {type(error).__name__}"
            raise errors.ExternalApiDown(text, provider=self.provider) from error
        except ValueError:
            # Without its cause, which quotes what was sent: a header may hold a token.
            raise self._unsendable(url) from None
        if answer.status != 200:  # noqa: PLR2004 - the one good answer
            raise self._failure(url, answer.status, body, answer.headers)
        return self._parsed(url, body)

    def _parsed(self, url: str, body: bytes) -> Any:
        try:
            if len(body) > MOST_BYTES:
                raise ValueError(f"more than {MOST_BYTES} bytes")
            parsed = orjson.loads(body)
            # It reads deeper than it writes; what cannot be kept must not be taken in.
            orjson.dumps(reduce(lambda inner, _: [inner], range(SPARE_LEVELS), parsed))
            return parsed
        except (ValueError, TypeError) as error:
            beginning = redact(body[:60].decode("utf-8", "replace"))
            text = f"{self.provider} {urlsplit(url).path}: expected JSON, found {beginning!r}"
            raise errors.SchemaMismatch(text, key=self.provider, expected="JSON", found=beginning) from error

    def _unsendable(self, url: str) -> errors.PipelineError:
        text = f"the request to {self.provider} {urlsplit(url).path} cannot be sent"
        return errors.DataInvalid(text, record=self.provider, field="request")

    def _failure(self, url: str, status: int, body: bytes, headers: Mapping[str, str]) -> errors.PipelineError:
        kind = _KINDS.get(status, errors.ExternalApiDown)
        text = f"{self.provider} {urlsplit(url).path} answered {status}: {_provider_message(body)}"
        facts = {"provider": self.provider, "status": str(status), "resource": urlsplit(url).path, "action": "GET"}
        facts["provider_code"] = _provider_code(body)
        # Only who throttles speaks of its limits; to be asked later is what others say, too.
        message = _provider_message(body) if kind is errors.RateLimited else ""
        told = again(headers.get("Retry-After"), message, self.now()) if status in _RETRIED else None
        if told:
            facts |= told.facts
        if kind is errors.DataInvalid:
            facts |= {"record": self.provider, "field": "request"}
        return kind(text, **facts)


def _may_be_asked_again(error: BaseException) -> bool:
    if not isinstance(error, errors.RateLimited | errors.ExternalApiDown):
        return False
    return error.facts.get("situation") not in NOT_WAITED


def _provider_message(body: bytes) -> str:
    """What the provider says of its error, in the two shapes that ours have; else the beginning of the body."""
    raw = _object(body)
    error = raw.get("error")
    if isinstance(error, dict):
        return redact(f"{_text(error.get('status'))} {_text(error.get('message'))}".strip())
    message = next(filter(None, map(_text, (raw.get("reason"), raw.get("error_description"), error))), "")
    return redact(message or body[:120].decode("utf-8", "replace"))


def _provider_code(body: bytes) -> str:
    """The provider's own word for the error: ``error.status`` of Google's APIs, ``error`` of OAuth (RFC 6749, 5.2)."""
    error = _object(body).get("error")
    return _text(error.get("status") if isinstance(error, dict) else error)


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, empty when it is none."""
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return raw if isinstance(raw, dict) else {}


def _text(value: Any) -> str:
    """A provider's words, cut before anything looks through them; other values, which may be deep, are none."""
    return value[:MOST_TEXT] if isinstance(value, str) else ""

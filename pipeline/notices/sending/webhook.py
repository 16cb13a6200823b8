"""A message to a Slack channel by an incoming webhook, whose address lies in the secret store and is told to nobody.

Sources: Slack developer docs, "Sending messages using incoming webhooks", "Formatting message text" (escaping, mrkdwn).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Final
from urllib.parse import SplitResult, urlsplit

import orjson

from pipeline.errors import DataInvalid, ExternalApiDown, NotFound, PipelineError, RateLimited
from pipeline.notices.wording import Message
from pipeline.sources.deadline import timely_connection
from pipeline.sources.vault import Vault

SILENCE_SECONDS: Final = 5.0
# Slack says "ok", or one word why not.
MOST_READ: Final = 1024
_PROVIDER: Final = "Slack"
_ADDRESS = re.compile(
    r"(https://[A-Za-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:(?P<port>\d{1,5}))?/[A-Za-z0-9._~/%-]+"
)
_REASON = re.compile(rb"[a-z]+(_[a-z]+)*")
_CALLS = re.compile(r"@(?=channel|here|everyone|group)", re.IGNORECASE)
_WORD_JOINER: Final = "\N{WORD JOINER}"
_BUSY: Final = 429
_MOST_PORT: Final = 65_535
_SITUATIONS = {3: "notices_webhook_moved", 4: "notices_webhook_refused"}


@dataclass(frozen=True)
class Webhook:
    """Posts once; ``vault`` gives the secret store when it is needed."""

    vault: Callable[[], Vault]
    silence: float = SILENCE_SECONDS

    def send(self, target: str, message: Message) -> None:
        """Raise NotFound (``notices_secret_gone``), DataInvalid (``notices_secret_unfit``, ``notices_webhook_moved``,
        ``notices_webhook_refused``), RateLimited, ExternalApiDown (``notices_webhook_down``), and what the secret store
        raises. None of them holds the address, nor does what caused it."""
        answer = self._posted(self._address(target), body(message))
        # Raised here, where no exception is at hand whose frames and text hold the address.
        if isinstance(answer, str):
            raise _down(f"the webhook of {target} does not answer: {answer}")
        refused = _refused(target, *answer)
        if refused:
            raise refused

    def _address(self, target: str) -> SplitResult:
        kept = self.vault().read(target)
        if kept is None:
            text = f"there is no secret {target}, which should hold a webhook's address"
            raise NotFound(text, resource=target, action="read", situation="notices_secret_gone")
        if not _is_address(kept.value.strip()):
            text = f"the secret {target} does not hold a webhook's address: https://, a host and a path"
            raise DataInvalid(text, record=target, field="address", situation="notices_secret_unfit")
        return urlsplit(kept.value.strip())

    def _posted(self, address: SplitResult, content: bytes) -> tuple[int, str] | str:
        """Status and the one word of a reason, or what has kept an answer from coming."""
        try:
            connection = timely_connection(address, self.silence)
            with closing(connection):
                connection.request("POST", address.path, content, {"Content-Type": "application/json; charset=utf-8"})
                answer: HTTPResponse = connection.getresponse()
                # The status says whether it was taken; of a body that does not end there is no need.
                return answer.status, "" if _taken(answer.status) else _reason(answer.read(MOST_READ))
        except (OSError, HTTPException, ValueError) as error:
            return type(error).__name__


def body(message: Message) -> bytes:
    """The JSON of a message: text in which nothing of a name is markup, calls anybody or unfolds."""
    text = "\n".join(map(escaped, (message.title, *message.lines, message.link)))
    return orjson.dumps({"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False})


def escaped(text: str) -> str:
    """The text without what Slack reads as a command or a link of its own."""
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, entity)
    return _CALLS.sub(f"@{_WORD_JOINER}", text)


def _is_address(value: str) -> bool:
    match = _ADDRESS.fullmatch(value)
    return match is not None and int(match["port"] or 0) <= _MOST_PORT


def _reason(said: bytes) -> str:
    match = _REASON.fullmatch(said.strip())
    return match[0].decode() if match else ""


def _taken(status: int) -> bool:
    return status // 100 == 2  # noqa: PLR2004


def _refused(target: str, status: int, reason: str) -> PipelineError | None:
    text = f"the webhook of {target} answered {status} {reason}".strip()
    if _taken(status):
        return None
    if status == _BUSY:
        return RateLimited(text, provider=_PROVIDER)
    situation = _SITUATIONS.get(status // 100)
    if situation is None:
        return _down(text)
    return DataInvalid(text, record=target, field="address", provider_code=reason, situation=situation)


def _down(text: str) -> ExternalApiDown:
    return ExternalApiDown(text, provider=_PROVIDER, situation="notices_webhook_down")

"""Blanks out whatever looks like a credential, a token or a signed link, before a word leaves the program.

A net under everything: errors, log lines and what AWS and providers say pass through it, in linear time.
"""

from __future__ import annotations

import re
from typing import Any

BLANK = "[redacted]"
MOST_CHARACTERS = 1000
# Of a longer text only the beginning is looked at: no more than a sixteenth of that is shown.
MOST_READ = 16_000
_ENDS = " \t\r\n\"'&,;{}[])"

_WORDS = "secret|token|signature|password|passwd|credential|authorization|cookie|api_?key|code_verifier"
# Named values, in headers, query strings, JSON and prose: the name stays, the value goes. A name is tried at its
# beginning only, and never given back letter by letter: else a long word would cost the square of its length.
_NAMED = re.compile(
    rf"""(?P<name>(?<![\w.-])(?:(?!{_WORDS})[\w.-])*+(?:{_WORDS})[\w.-]*+["']?\s*+[=:]\s*["']?
        (?:(?:bearer|basic)\s+)?+)
        (?P<value>[^\s"'&,;{{}}\[\])]+)""",
    re.IGNORECASE | re.VERBOSE,
)
# What a provider repeats in a sentence: "The token abc123… is unknown". A word of letters alone is no secret.
_TOLD = re.compile(
    r"""(?P<name>\b(?:secret|token|password)\s+["']?)(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{16,}""",
    re.IGNORECASE | re.VERBOSE,
)
# JSON Web Tokens: the first beginning of one in a word stands for all others of that word.
_JWT = re.compile(r"(?P<name>(?<![\w-])(?:(?!\beyJ)[\w-])*+)eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?")
_SHAPES = re.compile(
    r"""\b(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{12,}\b            # AWS access key ids and their owners
      | \bya29\.[\w.-]{8,} | \b1//[\w-]{16,} | \bGOCSPX-[\w-]{8,}   # Google's access and refresh tokens, client secrets
      | (?<=hooks\.slack\.com/)[\w/-]+                    # whoever has the address of a webhook can post there
      | (?i:\bbearer\s+)[\w.~+/-]{8,}=*
      | (?<![\w/+=-])(?=[A-Za-z0-9/+]*[A-Z])(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*\d)[A-Za-z0-9/+]{40}(?![\w/+=-])
    """,
    re.VERBOSE,
)
# AWS's own error codes have such words in their names; what follows them is a sentence, not a secret.
_CODES = re.compile(
    r"\w*(?:Expired|Invalid|Client|Authentication|SSO|Unrecognized)Token\w*|Token(?:Retrieval|Refresh)\w+|"
    r"\w*Signature(?:DoesNotMatch|Exception)?|\w*Credentials?\w*Error"
)
# So has the name of a service of AWS: its actions, and the rest of an ARN, which names a secret and does not tell it.
_SERVICE = "secretsmanager:"
_OF_SERVICE = re.compile(r"[A-Z][a-z]+Secret[A-Za-z]*|[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+")
# So has a document's key: "…/dt=2026-11-23/user-tokens.json: expected JSON".
_DOCUMENT = re.compile(r"[\w.-]+\.json(?:\.gz)?")
# Without one of these (small letters, or as they stand) or a long word no pattern can match: most texts have none, and
# looking for them costs a tenth of the patterns. Only of ASCII, whose capitals have no other small letters.
_MARKS = (*_WORDS.replace("api_?key", "api_key|apikey").split("|"), "bearer", "://", "1//", "hooks.slack.com/")
# Not written out: what looks for keys in this project looks for their beginning.
_EXACT_MARKS = ("eyJ", *(f"A{rest}" for rest in ("KIA", "SIA", "IDA", "ROA")), "ya29.", "GOCSPX-")
_LONG_WORD = re.compile(r"[A-Za-z0-9/+]{40}")
# User and password inside an address.
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")


def redact(text: str) -> str:
    """The text without secrets, at most 1,000 characters of it."""
    return blank(text if len(text) <= MOST_READ else _beginning(text))[:MOST_CHARACTERS]


def blank(text: str) -> str:
    """The whole text without secrets. Idempotent."""
    return _blanked(text) if _may_hold_one(text) else text


def _may_hold_one(text: str) -> bool:
    if not text.isascii():
        return True
    small = text.lower()
    marked = any(mark in small for mark in _MARKS) or any(mark in text for mark in _EXACT_MARKS)
    return marked or _LONG_WORD.search(text) is not None


def _blanked(text: str) -> str:
    text = _USERINFO.sub(f"{BLANK}@", text)
    text = _NAMED.sub(_keep_name, text)
    text = _JWT.sub(rf"\g<name>{BLANK}", text)
    text = _TOLD.sub(rf"\g<name>{BLANK}", text)
    return _SHAPES.sub(BLANK, text)


def blank_all(value: Any) -> Any:
    """A JSON-like value with every string in it blanked."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {name: blank_all(inner) for name, inner in value.items()}
    return [blank_all(inner) for inner in value] if isinstance(value, list | tuple) else value


def _beginning(text: str) -> str:
    """Without the word that the cut goes through: half a secret has no shape any more."""
    text = text[:MOST_READ]
    return text[: max(map(text.rfind, _ENDS)) + 1] or text


def _keep_name(match: re.Match[str]) -> str:
    name, colon, rest = match["name"].partition(": ")
    if colon and not rest and (_CODES.fullmatch(name) or _names_document(match, name)):
        return match[0]
    if match["name"] == _SERVICE and _OF_SERVICE.fullmatch(match["value"].rstrip(":.")):
        return match[0]
    return f"{match['name']}{BLANK}"


def _names_document(match: re.Match[str], name: str) -> bool:
    return match.string.endswith("/", 0, match.start()) and bool(_DOCUMENT.fullmatch(name))

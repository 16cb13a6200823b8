"""Blanks out whatever looks like a credential, a token or a signed link, before a word leaves the program.

A net under everything: errors, log lines and what AWS and providers say pass through it.
"""

from __future__ import annotations

import re
from typing import Any

BLANK = "[redacted]"
MOST_CHARACTERS = 1000

# Named values, in headers, query strings, JSON and prose: the name stays, the value goes.
_NAMED = re.compile(
    r"""(?P<name>[\w.-]*(?:secret|token|signature|password|passwd|credential|authorization|cookie|api_?key|apikey|
        code_verifier)[\w.-]*["']?\s*[=:]\s*["']?(?:(?:bearer|basic)\s+)?+)
        (?P<value>[^\s"'&,;{}\[\])]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_SHAPES = re.compile(
    r"""\b(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{12,}\b            # AWS access key ids and their owners
      | \beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?             # JSON Web Tokens
      | \bya29\.[\w.-]{8,} | \b1//[\w-]{16,} | \bGOCSPX-[\w-]{8,}   # Google's access and refresh tokens, client secrets
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
# User and password inside an address.
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")


def redact(text: str) -> str:
    """The text without secrets, at most 1,000 characters of it."""
    return blank(text)[:MOST_CHARACTERS]


def blank(text: str) -> str:
    """The whole text without secrets. Idempotent."""
    text = _USERINFO.sub(f"{BLANK}@", text)
    text = _NAMED.sub(_keep_name, text)
    return _SHAPES.sub(BLANK, text)


def blank_all(value: Any) -> Any:
    """A JSON-like value with every string in it blanked."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {name: blank_all(inner) for name, inner in value.items()}
    return [blank_all(inner) for inner in value] if isinstance(value, list | tuple) else value


def _keep_name(match: re.Match[str]) -> str:
    name, colon, rest = match["name"].partition(": ")
    if colon and not rest and _CODES.fullmatch(name):
        return match[0]
    if match["name"] == _SERVICE and _OF_SERVICE.fullmatch(match["value"].rstrip(":.")):
        return match[0]
    return f"{match['name']}{BLANK}"

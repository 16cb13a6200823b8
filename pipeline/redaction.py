"""Blanks out whatever looks like a credential, a token or a signed link, before a word leaves the program.

A net under everything: errors, log lines and what AWS and providers say pass through it.
"""

from __future__ import annotations

import re
from typing import Any

BLANK = "[redacted]"
MOST_CHARACTERS = 1000
# Far more than is kept: only what is blanked away before it could bring later text into the part that is kept.
MOST_LOOKED_AT = 100 * MOST_CHARACTERS

# Named values, in headers, query strings, JSON and prose: the name stays, the value goes. Every word is looked at once
# (possessive repetition): what providers say may be one word of a million letters.
_NAME = re.compile(
    r"""(?<![\w.-])(?P<word>[\w.-]++)["']?\s*+[=:]\s*+["']?(?:(?:bearer|basic)\s++)?+""", re.IGNORECASE | re.VERBOSE
)
_TELLING = re.compile(
    "secret|token|signature|password|passwd|credential|authorization|cookie|api_?key|code_verifier", re.IGNORECASE
)
_VALUE = re.compile(r"""[^\s"'&,;{}\[\])]+""")
_SHAPES = re.compile(
    r"""\b(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{12,}\b            # AWS access key ids and their owners
      | (?<![\w-])(?=[\w-]*?\beyJ[\w-]{8})[\w-]++\.[\w-]{8,}(?:\.[\w-]*)?            # JSON Web Tokens
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
    return blank(text[:MOST_LOOKED_AT])[:MOST_CHARACTERS]


def blank(text: str) -> str:
    """The whole text without secrets. Idempotent."""
    text = _USERINFO.sub(f"{BLANK}@", text)
    return _SHAPES.sub(BLANK, _without_named(text))


def _without_named(text: str) -> str:
    parts, done = [], 0
    for name in _NAME.finditer(text):
        if name.start() < done or not _TELLING.search(name["word"]):
            continue
        value = _VALUE.match(text, name.end())
        if value is None:
            continue
        if not _is_told(name[0], value[0]):
            parts += [text[done : name.end()], BLANK]
        else:
            parts.append(text[done : value.end()])
        done = value.end()
    return "".join((*parts, text[done:]))


def blank_all(value: Any) -> Any:
    """A JSON-like value with every string in it blanked."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {name: blank_all(inner) for name, inner in value.items()}
    return [blank_all(inner) for inner in value] if isinstance(value, list | tuple) else value


def _is_told(name: str, value: str) -> bool:
    """Whether what follows the name is no secret: a sentence after an error code or one of our own keys, an action."""
    word, colon, rest = name.partition(": ")
    if colon and not rest and (_CODES.fullmatch(word) or word.endswith(".json")):
        return True
    return name == _SERVICE and bool(_OF_SERVICE.fullmatch(value.rstrip(":.")))

"""Who may do what: roles from settings by verified e-mail, domain or claim; whoever no rule names has none. Pure.

Sources: OpenID Connect Core 1.0, "ID Token" (iat, sub) and "Standard Claims" (email, email_verified).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from pipeline.errors import Forbidden

Role = Literal["viewer", "operator"]
Action = Literal[
    "see", "export", "download", "restore", "schedule", "sources", "query", "quality", "build", "insights", "reports"
]
Via = Literal["sign-in", "local", "command line", "schedule"]
State = Literal["signed_out", "expired", "unverified", "stranger", "admitted"]
Kind = Literal["email", "domain", "claim"]
Tell = Callable[[str], None]
# A context that refuses an action on a target, or lets it happen and tells the audit log how it ended; what it hands
# over adds a detail to that line.
Doing = Callable[[Action, str], AbstractContextManager[Tell]]

MAY: Mapping[Role, frozenset[Action]] = {
    "viewer": frozenset(("see",)),
    "operator": frozenset(get_args(Action)),
}
CLOCK_SKEW = timedelta(minutes=5)
_NAME_LENGTH = 320
_DOMAIN = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+"
_EMAIL_RULE = re.compile(rf"[^@\s,:\"]+@{_DOMAIN}")
_DOMAIN_RULE = re.compile(rf"@{_DOMAIN}")
_CLAIM_RULE = re.compile(r"claim:(?P<name>[^=]*[^=\s])=(?P<value>\S(?:.*\S)?)")
# Address and verification are asked for by their own rules, which compare them as addresses.
_NOT_BY_CLAIM = frozenset(("email", "email_verified"))


@dataclass(frozen=True)
class Rule:
    """One entry of PIPELINE_VIEWERS or PIPELINE_OPERATORS; ``name`` is a claim's, empty for the other kinds."""

    kind: Kind
    value: str
    name: str = ""


@dataclass(frozen=True)
class Rules:
    """Who is a viewer and who an operator, and for how long after the identity provider has said so."""

    viewers: tuple[Rule, ...] = ()
    operators: tuple[Rule, ...] = ()
    session: timedelta = timedelta(hours=12)


@dataclass(frozen=True)
class Person:
    """Who acts: ``name`` is the e-mail address, else the subject; ``verified`` is about that address."""

    name: str
    verified: bool
    role: Role | None
    via: Via = "sign-in"
    subject: str = ""

    def may(self, action: Action) -> bool:
        """Whether the person's role allows the action."""
        return self.role is not None and action in MAY[self.role]


@dataclass(frozen=True)
class Admission:
    """What a set of claims amounts to at one moment; ``person`` has a role only when admitted."""

    state: State
    person: Person


LOCAL = Person("local", verified=True, role="operator", via="local")
# What happens without a person, in the console's own name.
SCHEDULE = Person("schedule", verified=True, role="operator", via="schedule")
NOBODY = Person("", verified=False, role=None)


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Rules from a comma-separated setting: ``a@example.com``, ``@example.com``, ``claim:groups=operators``.

    Raise ValueError quoting an entry that is none of the three.
    """
    return tuple(_rule(entry.strip()) for entry in text.split(",") if entry.strip())


def _rule(entry: str) -> Rule:
    claim = _CLAIM_RULE.fullmatch(entry)
    if claim and claim["name"] not in _NOT_BY_CLAIM:
        return Rule("claim", claim["value"], claim["name"])
    address = entry.lower()
    if entry.isascii() and not claim:
        if _DOMAIN_RULE.fullmatch(address):
            return Rule("domain", address.removeprefix("@"))
        if _EMAIL_RULE.fullmatch(address):
            return Rule("email", address)
    raise ValueError(f"{entry!r} is neither name@example.com nor @example.com nor claim:<name>=<value>")


def admission(claims: Mapping[str, Any], rules: Rules, now: datetime) -> Admission:
    """What the claims of a signed-in person (``st.user``) are worth; default deny."""
    if claims.get("is_logged_in") is not True:
        return Admission("signed_out", NOBODY)
    email, subject = _text(claims.get("email")), _text(claims.get("sub"))
    person = Person(email or subject, _says_true(claims.get("email_verified")), None, subject=subject)
    if not _fresh(claims.get("iat"), rules.session, now):
        return Admission("expired", person)
    if _says_false(claims.get("email_verified")):
        return Admission("unverified", person)
    role = _role(claims, person, rules)
    if role and person.name:
        return Admission("admitted", replace(person, role=role))
    # Some providers say nothing of verification: their people are let in by claims, not by address.
    named = _role({**claims, "email_verified": True}, replace(person, verified=True), rules)
    return Admission("unverified" if named and email else "stranger", person)


def refusal(person: Person, action: Action) -> Forbidden | None:
    """Why the person may not do this; None when it is allowed."""
    if person.may(action):
        return None
    needed = next(role for role in get_args(Role) if action in MAY[role])
    message = f"{person.name or 'nobody'} ({person.role or 'no role'}) may not {action}: this needs the role {needed}"
    return Forbidden(message, role=needed)


def unguarded(action: Action, target: str) -> AbstractContextManager[Tell]:
    """A ``Doing`` for rooms that are used without a person: the function, the tests of those rooms."""
    return nullcontext(lambda detail: None)


def _role(claims: Mapping[str, Any], person: Person, rules: Rules) -> Role | None:
    if any(_names(rule, claims, person) for rule in rules.operators):
        return "operator"
    return "viewer" if any(_names(rule, claims, person) for rule in rules.viewers) else None


def _names(rule: Rule, claims: Mapping[str, Any], person: Person) -> bool:
    if rule.kind == "claim":
        claim = claims.get(rule.name)
        return (
            rule.value in claim if isinstance(claim, list | tuple) else isinstance(claim, str) and claim == rule.value
        )
    email = _text(claims.get("email"))
    # Beyond ASCII, two letters may become one in lower case: such an address is nobody's.
    if not person.verified or not email.isascii() or not _EMAIL_RULE.fullmatch(email.lower()):
        return False
    held = email.lower() if rule.kind == "email" else email.lower().rpartition("@")[2]
    return held == rule.value


def _fresh(issued: Any, session: timedelta, now: datetime) -> bool:
    if isinstance(issued, bool) or not isinstance(issued, int | float) or not math.isfinite(issued):
        return False
    age = now.timestamp() - issued
    return -CLOCK_SKEW.total_seconds() <= age < session.total_seconds()


def _text(value: Any) -> str:
    # Never cut short: the beginning of one address may be another's whole.
    return value if isinstance(value, str) and len(value) <= _NAME_LENGTH else ""


def _says_true(value: Any) -> bool:
    # Cognito and some others write it as text.
    return value is True or value == "true"


def _says_false(value: Any) -> bool:
    return value is not None and not _says_true(value)

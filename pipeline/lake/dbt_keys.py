"""Where dbt's artifacts lie in the lake: builds their keys and reads them back. Pure.

One set of a project lies flat and is written over; runs that are to be kept have a folder each, under their day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from pipeline.clock import parse_day
from pipeline.errors import DataInvalid
from pipeline.untrusted import quoted

DBT = "metadata/dbt/"
Artifact = Literal["manifest", "run_results", "sources"]

_PROJECT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_INVOCATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_KEY = re.compile(
    re.escape(DBT)
    + rf"(?P<project>{_PROJECT.pattern})/"
    + rf"(?:dt=(?P<day>\d{{4}}-\d{{2}}-\d{{2}})/(?P<invocation>{_INVOCATION.pattern})/)?"
    + rf"(?P<artifact>{'|'.join(get_args(Artifact))})\.json"
)


@dataclass(frozen=True)
class DbtKey:
    """What an artifact's key says; ``day`` (UTC) and ``invocation`` of a run that is kept, None of the flat set."""

    project: str
    artifact: Artifact
    day: date | None = None
    invocation: str | None = None


def dbt_key(project: str, artifact: Artifact) -> str:
    """Key of an artifact of the flat set: the newest one, which the next one is written over."""
    return f"{project_prefix(project)}{artifact}.json"


def dbt_run_key(project: str, day: date, invocation: str, artifact: Artifact) -> str:
    """Key of an artifact of one run, kept beside those of other runs."""
    return f"{project_prefix(project)}dt={day.isoformat()}/{_checked(invocation, _INVOCATION)}/{artifact}.json"


def project_prefix(project: str) -> str:
    """Prefix of all artifacts of a project. Raise DataInvalid for what no project is called."""
    return f"{DBT}{_checked(project, _PROJECT)}/"


def parse_dbt_key(key: str) -> DbtKey | None:
    """Read the key of an artifact; None when it is not one."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    artifact: Artifact = match["artifact"]  # type: ignore[assignment]
    if match["day"] is None:
        return DbtKey(match["project"], artifact)
    day = _day(match["day"])
    return DbtKey(match["project"], artifact, day, match["invocation"]) if day else None


def is_project(name: str) -> bool:
    """Whether a project's folder may be called so."""
    return _PROJECT.fullmatch(name) is not None


def _checked(value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        text = f"{quoted(value, 120)} is not of the form {pattern.pattern}"
        raise DataInvalid(text, record="metadata/dbt", field="name", situation="dbt_project")
    return value


def _day(text: str) -> date | None:
    try:
        return parse_day(text)
    except ValueError:
        return None

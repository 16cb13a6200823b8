"""The addresses of what our own builds leave: their records and index, failing rows, marts and their pointer. Pure.

Failing rows are records of people: they lie where a viewer's policy does not reach.
"""

from __future__ import annotations

import re
from datetime import date

from pipeline.clock import parse_day
from pipeline.errors import DataInvalid
from pipeline.lake.dbt_keys import is_project
from pipeline.lake.keys import day_prefix, valid_run_id
from pipeline.untrusted import quoted

MODELS, FAILING, MARTS = "metadata/models/", "staging/failing/", "marts/"
CURRENT_MARTS = "marts/current.json"

_MART = re.compile(r"[a-z][a-z0-9_]{0,99}")
_PLACE = r"dt=(?P<day>\d{4}-\d{2}-\d{2})/(?P<run_id>[A-Za-z0-9][A-Za-z0-9_-]{0,99})"
_BUILD = re.compile(rf"{re.escape(MODELS)}(?P<project>[A-Za-z0-9_][A-Za-z0-9_.-]{{0,99}})/{_PLACE}\.json")
_MART_FILE = re.compile(rf"{re.escape(MARTS)}(?P<mart>{_MART.pattern})/{_PLACE}\.parquet")


def builds_of(project: str) -> str:
    """The name of the runs that build a project: in the ledger, and of their lease. Raise DataInvalid."""
    return f"{_project(project)}.build"


def builds_prefix(project: str) -> str:
    """Where everything stands that is known of a project's builds. Raise DataInvalid."""
    return f"{MODELS}{_project(project)}/"


def build_key(project: str, day: date, run_id: str) -> str:
    """Key of a build's record. Raise DataInvalid."""
    return f"{day_prefix(builds_prefix(project), day)}{valid_run_id(run_id)}.json"


def builds_index_key(project: str) -> str:
    """Key of the index of a project's builds. Raise DataInvalid."""
    return f"{builds_prefix(project)}builds.json"


def failing_key(project: str, day: date, run_id: str) -> str:
    """Key of the rows that a build's tests have failed for. Raise DataInvalid."""
    return f"{day_prefix(f'{FAILING}{_project(project)}/', day)}{valid_run_id(run_id)}.json"


def mart_key(mart: str, day: date, run_id: str) -> str:
    """Key of one mart as a build made it. Raise DataInvalid."""
    if not _MART.fullmatch(mart):
        raise DataInvalid(f"{quoted(mart, 120)} is no mart's name", record=MARTS, field="name", situation="dbt_project")
    return f"{day_prefix(f'{MARTS}{mart}/', day)}{valid_run_id(run_id)}.parquet"


def parse_build_key(key: str) -> tuple[str, date, str] | None:
    """Read a build record's key as (project, UTC day, run id); None when it is not one."""
    match = _BUILD.fullmatch(key)
    try:
        return (match["project"], parse_day(match["day"]), match["run_id"]) if match else None
    except ValueError:
        return None


def parse_mart_key(key: str) -> tuple[str, date, str] | None:
    """Read a mart file's key as (mart, UTC day, run id); None when it is not one."""
    match = _MART_FILE.fullmatch(key)
    try:
        return (match["mart"], parse_day(match["day"]), match["run_id"]) if match else None
    except ValueError:
        return None


def _project(name: str) -> str:
    if not is_project(name):
        text = f"{quoted(name, 120)} is no project's name"
        raise DataInvalid(text, record=MODELS, field="name", situation="dbt_project")
    return name

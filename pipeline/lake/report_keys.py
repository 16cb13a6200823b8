"""The addresses of reports: definitions and their past, what was made of them, and what is due. Pure.

Built of the same checked parts as all others (``keys.py``), so that nothing outside of their prefixes can be named.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

from pipeline.clock import parse_day
from pipeline.errors import DataInvalid
from pipeline.lake.keys import day_prefix, valid_run_id
from pipeline.untrusted import quoted

DEFINITIONS: Final = "config/reports/"
PAST: Final = "config/reports-past/"
REPORTS: Final = "reports/"
SCHEDULES: Final = "metadata/reports/schedules.json"
DUE: Final = "metadata/reports/due/"
SENT: Final = "metadata/reports/sent/"
_RUNS: Final = "pipeline.report."
# What somebody was told of that is not over yet.
TROUBLES: Final = "metadata/notices/troubles.json"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_DUE: Final = re.compile(
    re.escape(DUE) + r"dt=(?P<day>\d{4}-\d{2}-\d{2})/(?P<name>[a-z0-9][a-z0-9-]{0,59})\.(?P<at>\d{4})Z"
    r"(?:\.(?P<state>built|failed|missed))?\.json",
    re.ASCII,
)
_OF_RUN: Final = r"dt=\d{4}-\d{2}-\d{2}/[A-Za-z0-9][A-Za-z0-9_-]{0,99}"
# All but definitions and marks of what is due, which are read back as what they say.
_OTHERS: Final = re.compile(
    rf"{re.escape(REPORTS)}{_NAME.pattern}/{_OF_RUN}/(?:report\.(?:html|pdf|xlsx|md)|manifest\.json)"
    rf"|{re.escape(SENT)}{_OF_RUN}\.json|{re.escape(PAST)}{_NAME.pattern}\.json|{re.escape(SCHEDULES)}",
    re.ASCII,
)
_DAY: Final = re.compile(r"/dt=([^/]+)/")


def valid_report(name: str) -> str:
    """A report's name. Raise DataInvalid (``report_name``) for what is none."""
    if not _NAME.fullmatch(name):
        raise DataInvalid(
            f"{quoted(name)} is no name of a report", record="report", field="name", situation="report_name"
        )
    return name


def definition_key(name: str) -> str:
    """Key of a report's definition, as YAML. Raise DataInvalid."""
    return f"{DEFINITIONS}{valid_report(name)}.yaml"


def parse_definition_key(key: str) -> str | None:
    """Read a definition's key as the report's name; None when it is not one."""
    name = key.removeprefix(DEFINITIONS).removesuffix(".yaml")
    return name if _NAME.fullmatch(name) and key == definition_key(name) else None


def past_key(name: str) -> str:
    """Key of what a report's definition was before, newest first. Raise DataInvalid."""
    return f"{PAST}{valid_report(name)}.json"


def report_prefix(name: str, day: date, run_id: str) -> str:
    """Where a run leaves its files, with a slash at the end; ``day`` is the run's (UTC). Raise DataInvalid."""
    return f"{day_prefix(f'{REPORTS}{valid_report(name)}/', day)}{valid_run_id(run_id)}/"


def report_key(name: str, day: date, run_id: str, form: str) -> str:
    """Key of a report in one form (html, pdf, xlsx, md). Raise DataInvalid."""
    return f"{report_prefix(name, day, run_id)}report.{form}"


def manifest_key(name: str, day: date, run_id: str) -> str:
    """Key of what tells of a whole report; written last. Raise DataInvalid."""
    return f"{report_prefix(name, day, run_id)}manifest.json"


def due_key(name: str, at: datetime) -> str:
    """Key of the mark that a report is due at a moment of its schedule; the day first, so that the days of one week can
    be listed alone. Raise DataInvalid."""
    moment = at.astimezone(UTC)
    return f"{day_prefix(DUE, moment.date())}{valid_report(name)}.{moment:%H%M}Z.json"


def settled_key(name: str, at: datetime, state: str) -> str:
    """Key of what became of a report that was due (built, failed, missed): beside its mark, so that one listing tells
    both. Raise DataInvalid."""
    return f"{due_key(name, at).removesuffix('.json')}.{state}.json"


def parse_due_key(key: str) -> tuple[str, datetime, str] | None:
    """Read a mark's key as (name, the moment in UTC, what became of it: empty for the mark itself); None when it is
    none."""
    match = _DUE.fullmatch(key)
    try:
        at = datetime.strptime(f"{match['day']} {match['at']}Z", "%Y-%m-%d %H%M%z") if match else None
    except ValueError:
        return None
    return (match["name"], at.astimezone(UTC), match["state"] or "") if match and at else None


def is_report_key(key: str) -> bool:
    """Whether a key is one of these, of whichever kind."""
    if not _OTHERS.fullmatch(key):
        return parse_definition_key(key) is not None or parse_due_key(key) is not None
    try:
        return all(map(parse_day, _DAY.findall(key)))
    except ValueError:
        return False


def sent_key(day: date, run_id: str) -> str:
    """Key of whom a run's report was sent to; ``day`` is the run's. Raise DataInvalid."""
    return f"{day_prefix(SENT, day)}{valid_run_id(run_id)}.json"


def reports_of(name: str) -> str:
    """The name of the runs that make a report: in the ledger, and of their lease; as of one beginning, so that a policy
    can name the leases of all reports and no other. Raise DataInvalid."""
    return f"{_RUNS}{valid_report(name)}"


def report_of(runs: str) -> str | None:
    """The report that runs of this name make; None where they make none."""
    name = runs.removeprefix(_RUNS)
    return name if name != runs and _NAME.fullmatch(name) else None


def day_of(run_id: str) -> date:
    """The UTC day that a report's run id begins with, under which its files lie. Raise DataInvalid for another id."""
    try:
        return datetime.strptime(valid_run_id(run_id)[:8], "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        text = f"{quoted(run_id)} is no id of a report's run"
        raise DataInvalid(text, record="report", field="runId", situation="report_run_id") from error

"""One look at a day: its findings as they live on from day to day, what changed since, its profile. Pure.

What people say of findings (marks) is not in it, but which of them were muted: a result is written once and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args

from pipeline.analysis.quality.findings import CHECKS, Check, Finding, finding_of
from pipeline.analysis.quality.profile import Profile, profile_of
from pipeline.clock import parse_day, parse_utc, utc_text
from pipeline.errors import DataInvalid, SchemaMismatch
from pipeline.lake.keys import valid_run_id, valid_table
from pipeline.untrusted import count, quoted

VERSION = 1
State = Literal["new", "continuing"]
ChangeKind = Literal["new", "worse", "unmuted", "healed"]


@dataclass(frozen=True)
class Open:
    """A finding that stands open: since ``first_seen``, for so many ``days`` (1: today), last made on ``last_seen``.
    ``told`` is the size that people were last told of."""

    finding: Finding
    first_seen: date
    last_seen: date
    days: int
    told: float

    @property
    def state(self) -> State:
        """Whether it is there for the first day."""
        return "new" if self.days == 1 else "continuing"

    def to_json(self) -> dict[str, Any]:
        """Its form in the lake and on a terminal."""
        dates = {"first_seen": self.first_seen.isoformat(), "last_seen": self.last_seen.isoformat()}
        return {**self.finding.to_json(), "state": self.state, **dates, "days": self.days, "told": self.told}


@dataclass(frozen=True)
class Change:
    """What a person is told once: a finding that is new, worse, muted no more while it still stands, or healed."""

    kind: ChangeKind
    finding: Finding

    def to_json(self) -> dict[str, Any]:
        """Its form in the lake and on a terminal."""
        return {"change": self.kind, **self.finding.to_json()}


@dataclass(frozen=True)
class Result:
    """What was found on ``day`` of ``table`` in one look; ``tables_run`` made its tables (empty: there are none).
    ``learned``: days that there were to learn from; ``skipped``: checks that could not be made; ``muted``: ids of the
    findings that people were not told of, so that they are once the mute has ended. Of models ``tables_run`` is the
    build."""

    table: str
    day: date
    run_id: str
    made_at: datetime
    tables_run: str
    learned: int
    findings: tuple[Open, ...] = ()
    changes: tuple[Change, ...] = ()
    skipped: frozenset[Check] = field(default_factory=frozenset)
    profile: Profile | None = None
    muted: frozenset[str] = field(default_factory=frozenset)

    def to_json(self) -> dict[str, Any]:
        """Its form in the lake."""
        return {
            "version": VERSION,
            "table": self.table,
            "day": self.day.isoformat(),
            "run_id": self.run_id,
            "made_at": utc_text(self.made_at),
            "tables_run": self.tables_run,
            "learned": self.learned,
            "findings": [one.to_json() for one in self.findings],
            "changes": [one.to_json() for one in self.changes],
            "skipped": sorted(self.skipped),
            "muted": sorted(self.muted),
            "profile": self.profile.to_json() if self.profile else None,
        }


def parsed(raw: Any, key: str) -> Result:
    """Read what ``Result.to_json`` wrote. Raise SchemaMismatch naming ``key``."""
    try:
        if raw["version"] != VERSION:
            raise ValueError(f"version {quoted(raw['version'])}, expected {VERSION}")
        return Result(
            table=valid_table(raw["table"]),
            day=parse_day(raw["day"]),
            run_id=valid_run_id(raw["run_id"]),
            made_at=parse_utc(raw["made_at"]),
            tables_run=str(raw["tables_run"]),
            learned=count(raw["learned"]),
            findings=tuple(map(_open, raw["findings"])),
            changes=tuple(map(_change, raw["changes"])),
            skipped=frozenset(one for one in CHECKS if one in raw["skipped"]),
            profile=profile_of(raw["profile"]) if raw["profile"] is not None else None,
            # Results of the first days had none.
            muted=frozenset(map(str, raw.get("muted", ()))),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, DataInvalid) as error:
        text = f"{key} is no result of quality: {quoted(str(error), 200)}"
        raise SchemaMismatch(text, key=key, expected="a result of quality", found=quoted(raw)) from error


def _open(raw: Mapping[str, Any]) -> Open:
    days = parse_day(raw["first_seen"]), parse_day(raw["last_seen"])
    return Open(finding_of(raw), *days, count(raw["days"]), float(raw["told"]))


def _change(raw: Mapping[str, Any]) -> Change:
    if raw["change"] not in get_args(ChangeKind):
        raise ValueError(f"change {quoted(raw['change'])}")
    return Change(raw["change"], finding_of(raw))

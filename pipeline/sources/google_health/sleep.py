"""Sleep sessions of Google Health made into a day's figures. Pure.

Seconds come from the stages' own times, which have no unit that could change; the provider's minutes check them, and
stand in where there are no stages. Fields after the type stubs of Google's API client ("Sleep", "SleepStage",
"SleepSummary"). Not proven against the live provider: that ``shortAwakenings`` lie over stages of sleep, as in
Fitbit's own format, and that ``mainSleep`` is always said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from pipeline.sources.google_health.fields import Notes, civil_day, moment, offset

POINT = ("name", "dataPointName", "dataSource")
_SLEEP = ("interval", "type", "stages", "outOfBedSegments", "shortAwakenings", "metadata", "summary")
_INTERVAL = ("startTime", "startUtcOffset", "civilStartTime", "endTime", "endUtcOffset", "civilEndTime")
_STAGE = ("startTime", "startUtcOffset", "endTime", "endUtcOffset", "type")
_SUMMARY = ("minutesInSleepPeriod", "minutesAfterWakeUp", "minutesToFallAsleep", "minutesAsleep", "minutesAwake")
_METADATA = ("externalId", "mainSleep", "main", "manuallyEdited", "nap", "processed", "stagesStatus")
_TIMES = ("createTime", "updateTime")
ASLEEP, AWAKE = ("LIGHT", "DEEP", "REM", "ASLEEP"), ("AWAKE", "RESTLESS")
LONGEST = timedelta(hours=24)
# A stage may start or end a little beside its session.
SLACK = timedelta(seconds=60)
# The provider's whole minutes a stage, against the stages' own seconds.
TOLERANCE_SECONDS, TOLERANCE_SHARE = 300.0, 0.05

Figures = dict[str, Any]
Piece = tuple[datetime, datetime, str]


@dataclass(frozen=True)
class Session:
    """One session; ``seconds`` by stage."""

    path: str
    start: datetime
    end: datetime
    seconds: dict[str, float]
    main: bool

    @property
    def length(self) -> float:
        return (self.end - self.start).total_seconds()

    def sum(self, *stages: str) -> float:
        return sum(self.seconds.get(stage, 0.0) for stage in stages)


def session_day(point: Any, zone: ZoneInfo) -> date | None:
    """The day on which a session ends, where the person was: by its civil end, its offset, or the given zone."""
    sleep = point.get("sleep") if isinstance(point, dict) else None
    interval = sleep.get("interval") if isinstance(sleep, dict) else None
    if not isinstance(interval, dict):
        return None
    civil = interval.get("civilEndTime")
    own_day = civil_day(civil.get("date")) if isinstance(civil, dict) else None
    end = moment(interval.get("endTime"))
    if own_day or end is None:
        return own_day
    return _local(end, interval.get("endUtcOffset"), zone).date()


def sleep_figures(notes: Notes, points: Sequence[Any], zone: ZoneInfo) -> Figures:
    """The sleep fields of a day's record. Hours are those of all sessions of the day, naps included; start and end are
    those of the main one (the provider's word, else the longest)."""
    # In an order of their own, so that the result does not depend on the answer's.
    named = sorted(enumerate(points), key=lambda pair: (orjson.dumps(pair[1], option=orjson.OPT_SORT_KEYS), pair[0]))
    read = [_session(notes, f"sleep[{number}]", point, zone) for number, point in named]
    sessions = _apart(notes, [session for session in read if session])
    if not sessions:
        return {}
    asleep = sum(session.sum(*ASLEEP) for session in sessions)
    figures: Figures = {
        "sleep_hours": _hours(asleep),
        "sleep_awake_hours": _hours(sum(session.sum(*AWAKE) for session in sessions)),
        "sleep_efficiency_percent": round(min(100.0, 100 * asleep / sum(s.length for s in sessions)), 1),
        "sleep_start": sessions[0].start,
        "sleep_end": sessions[0].end,
    }
    if any(session.sum("LIGHT", "DEEP", "REM") for session in sessions):
        for stage in ("deep", "light", "rem"):
            figures[f"sleep_{stage}_hours"] = _hours(sum(session.sum(stage.upper()) for session in sessions))
    return figures


def _session(notes: Notes, path: str, point: Any, zone: ZoneInfo) -> Session | None:
    outer = notes.mapping(path, point, (*POINT, "sleep"))
    sleep = notes.mapping(f"{path}.sleep", outer.get("sleep"), (*_SLEEP, *_TIMES))
    interval = notes.mapping(f"{path}.sleep.interval", sleep.get("interval"), _INTERVAL)
    start = notes.moment(f"{path}.sleep.interval.startTime", interval.get("startTime"))
    end = notes.moment(f"{path}.sleep.interval.endTime", interval.get("endTime"))
    if start is None or end is None:
        return None
    if not timedelta() < end - start <= LONGEST:
        notes.refuse(f"{path}.sleep.interval", interval, "expected more than nothing and at most 24 hours")
        return None
    if session_day(point, zone) != notes.day:
        notes.refuse(f"{path}.sleep.interval", interval, f"does not end on {notes.day}")
        return None
    seconds = _seconds(notes, f"{path}.sleep", sleep, (start, end))
    if seconds is None:
        return None
    metadata = notes.mapping(f"{path}.sleep.metadata", sleep.get("metadata") or {}, _METADATA)
    main = metadata.get("mainSleep", metadata.get("main")) is True
    offsets = interval.get("startUtcOffset"), interval.get("endUtcOffset")
    return Session(path, _local(start, offsets[0], zone), _local(end, offsets[1], zone), seconds, main)


def _seconds(notes: Notes, path: str, sleep: Figures, within: tuple[datetime, datetime]) -> dict[str, float] | None:
    summary = notes.mapping(f"{path}.summary", sleep.get("summary") or {}, (*_SUMMARY, "stagesSummary"))
    stages = _no_overlaps(notes, f"{path}.stages", _pieces(notes, f"{path}.stages", sleep.get("stages"), within))
    length = (within[1] - within[0]).total_seconds()
    if not stages:
        return _summed_up(notes, f"{path}.summary", summary, length)
    seconds = _measured(stages, _pieces(notes, f"{path}.shortAwakenings", sleep.get("shortAwakenings"), within))
    if "minutesAsleep" in summary:
        _compare(notes, f"{path}.summary.minutesAsleep", summary["minutesAsleep"], seconds)
    return seconds


def _pieces(notes: Notes, path: str, value: Any, within: tuple[datetime, datetime]) -> list[Piece]:
    read = [_piece(notes, f"{path}[{number}]", raw, within) for number, raw in enumerate(notes.listing(path, value))]
    return sorted(piece for piece in read if piece)


def _piece(notes: Notes, path: str, raw: Any, within: tuple[datetime, datetime]) -> Piece | None:
    stage = notes.mapping(path, raw, (*_STAGE, *_TIMES))
    start = notes.moment(f"{path}.startTime", stage.get("startTime"))
    end = notes.moment(f"{path}.endTime", stage.get("endTime"))
    kind = stage.get("type")
    if start is None or end is None:
        return None
    if kind not in (*ASLEEP, *AWAKE):
        notes.refuse(f"{path}.type", kind, "unknown stage of sleep")
        return None
    if start >= end or start < within[0] - SLACK or end > within[1] + SLACK:
        notes.refuse(path, raw, "not within its session")
        return None
    return max(start, within[0]), min(end, within[1]), str(kind)


def _no_overlaps(notes: Notes, path: str, pieces: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    for piece in pieces:
        if kept and piece[0] < kept[-1][1]:
            notes.refuse(path, [piece[0].isoformat(), piece[2]], "overlaps another stage")
        elif piece[0] < piece[1]:
            kept.append(piece)
    return kept


def _measured(stages: list[Piece], awakenings: list[Piece]) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for start, end, kind in stages:
        length, woken = (end - start).total_seconds(), 0.0
        if kind in ASLEEP:
            woken = min(length, sum(_common(start, end, *piece[:2]) for piece in awakenings))
        seconds[kind] = seconds.get(kind, 0.0) + length - woken
        seconds["AWAKE"] = seconds.get("AWAKE", 0.0) + woken
    return seconds


def _common(start: datetime, end: datetime, other: datetime, other_end: datetime) -> float:
    return max(0.0, (min(end, other_end) - max(start, other)).total_seconds())


def _summed_up(notes: Notes, path: str, summary: Figures, length: float) -> dict[str, float] | None:
    """A session without stages: the provider's minutes."""
    asleep = notes.whole(f"{path}.minutesAsleep", summary.get("minutesAsleep"))
    awake = notes.whole(f"{path}.minutesAwake", summary["minutesAwake"]) if "minutesAwake" in summary else 0
    if asleep is None or awake is None:
        return None
    if asleep < 0 or awake < 0 or 60 * (asleep + awake) > length + 2 * SLACK.total_seconds():
        figures = {"minutesAsleep": asleep, "minutesAwake": awake}
        notes.refuse(path, figures, "more minutes than the session has: another unit?")
        return None
    return {"ASLEEP": min(60.0 * asleep, length), "AWAKE": 60.0 * awake}


def _compare(notes: Notes, path: str, claimed: Any, seconds: dict[str, float]) -> None:
    minutes = notes.whole(path, claimed)
    measured = sum(seconds.get(kind, 0.0) for kind in ASLEEP)
    if minutes is not None and abs(60 * minutes - measured) > max(TOLERANCE_SECONDS, TOLERANCE_SHARE * measured):
        notes.refuse(path, claimed, f"the stages have {measured / 60:.0f} minutes of sleep: another unit?")


def _apart(notes: Notes, sessions: list[Session]) -> list[Session]:
    """Sessions that do not overlap, the main one first; of two that do, the main or longer one stays."""
    kept: list[Session] = []
    for session in sorted(sessions, key=lambda s: (not s.main, -s.length, s.start)):
        other = next((k for k in kept if _common(k.start, k.end, session.start, session.end)), None)
        if other is None:
            kept.append(session)
            continue
        same = (other.start, other.end) == (session.start, session.end)
        message = f"{session.start.isoformat()}/{session.end.isoformat()}"
        notes.refuse(f"{session.path}.sleep.interval", message, "duplicate" if same else f"overlaps {other.path}")
    return kept


def _local(at: datetime, utc_offset: Any, zone: ZoneInfo) -> datetime:
    shift = offset(utc_offset)
    if shift is None:
        shift = at.astimezone(zone).utcoffset() or timedelta()
    # A fixed offset: two times of one zone are subtracted by the clock on the wall, an hour wrong when clocks change.
    return at.astimezone(timezone(shift))


def _hours(seconds: float) -> float:
    return round(seconds / 3600, 4)

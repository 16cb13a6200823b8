"""A report's definition: what it shows, of which days, for whom, when; read from YAML and written as YAML. Pure.

YAML is read as its 1.2 core has it (``14:30`` and ``no`` are texts), without anchors, and no name stands twice. SQL and
texts are kept as they were typed; names of recipients only, never an address.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from pipeline.analysis.reports.definitions import yaml_text
from pipeline.analysis.reports.document import MOST_SERIES, FormatName, Shape
from pipeline.errors import DataInvalid
from pipeline.notices.moments import wrong_day
from pipeline.untrusted import quoted

MOST_DAYS: Final = 366
# Days before and after these are still days.
YEARS: Final = range(1970, 3000)
Title = Annotated[str, Meta(min_length=1, max_length=200)]
Sql = Annotated[str, Meta(min_length=1, max_length=20_000)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]


class Block(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", omit_defaults=True, kw_only=True):
    """What all blocks have; an empty title is the kind's own word."""

    title: Annotated[str, Meta(max_length=200)] = ""


class Status(Block, frozen=True, tag="status"):
    """How the exports stand: the last one, the next, what is late."""


class History(Block, frozen=True, tag="history"):
    """The period's runs, a row each."""


class Quality(Block, frozen=True, tag="quality"):
    """The period's grades and findings."""


class Models(Block, frozen=True, tag="models"):
    """How the models and their tests stand."""


class ChartOfQuery(Block, frozen=True, tag="chart", kw_only=True):
    """A query's result as a chart: column ``x``, and up to six columns ``y``."""

    sql: Sql
    x: Title
    y: Annotated[tuple[Title, ...], Meta(min_length=1, max_length=MOST_SERIES)]
    shape: Shape = "line"
    unit: Annotated[str, Meta(max_length=20)] = ""


class TableOfQuery(Block, frozen=True, tag="table", kw_only=True):
    """A query's result as a table."""

    sql: Sql


class Correlation(Block, frozen=True, tag="correlation"):
    """What moved together for the report's person (or everybody), the named questions first."""


class Forecast(Block, frozen=True, tag="forecast", kw_only=True):
    """What can be foreseen of one measure of the report's person."""

    measure: Name


class FreeText(Block, frozen=True, tag="text", kw_only=True):
    """Plain text; no markup is read in it."""

    text: Annotated[str, Meta(max_length=400_000)]


AnyBlock = Status | History | Quality | Models | ChartOfQuery | TableOfQuery | Correlation | Forecast | FreeText
KINDS: Final = tuple(str(each.__struct_config__.tag) for each in get_args(AnyBlock))

# By field, in place of a pattern or of a list that msgspec does not give.
_PLAIN: Final = {
    "at": "a time such as 09:00",
    "measure": "the name of a measure, such as focus_minutes",
    "kind": "one of the kinds: " + ", ".join(KINDS),
}


class Period(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which days: the last whole week or month, the last ``days``, or ``first`` to ``last``."""

    kind: Literal["last_week", "last_month", "last_days", "fixed"]
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] | None = None
    first: date | None = None
    last: date | None = None


class Schedule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When: on which ``days`` (``every``, weekdays, days of the month, ``last``, ``02-29``), ``at`` what time, in which
    ``zone``."""

    days: Annotated[tuple[str | int, ...], Meta(min_length=1, max_length=40)]
    at: Clock
    zone: str = "Asia/Tokyo"
    paused: bool = False


class Recipient(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told: a topic of SNS or a Slack webhook, by the name that it is set up under."""

    kind: Literal["sns", "slack"]
    name: Name


class Definition(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One report. ``person`` is whose days blocks are about, empty for everybody's; ``zone`` is what days and times are
    told in."""

    title: Title
    period: Period
    blocks: Annotated[tuple[AnyBlock, ...], Meta(min_length=1, max_length=40)]
    language: Literal["ja", "en"] = "ja"
    zone: str = "Asia/Tokyo"
    person: Annotated[str, Meta(max_length=200)] = ""
    formats: Annotated[tuple[FormatName, ...], Meta(min_length=1)] = get_args(FormatName)
    schedule: Schedule | None = None
    recipients: Annotated[tuple[Recipient, ...], Meta(max_length=20)] = ()


def read(text: str) -> Definition:
    """The definition of a YAML text. Raise DataInvalid, whose facts name the field, what was expected, what was
    found."""
    return checked(yaml_text.read(text))


def checked(plain: Any) -> Definition:
    """The definition of plain values, as YAML has them. Raise DataInvalid, as ``read`` does."""
    if not isinstance(plain, dict):
        raise wrong("$", "a mapping of names to values", plain)
    # One by one, so that a fault names the block that it is in.
    blocks = plain.get("blocks")
    for number, block in enumerate(blocks if isinstance(blocks, list) else ()):
        checked_block(block, number)
    definition: Definition = _converted(plain, Definition, "")
    _check(definition)
    return definition


def checked_block(plain: Any, number: int) -> AnyBlock:
    """One block of plain values, the ``number``-th from 0. Raise DataInvalid, as ``read`` does."""
    block: AnyBlock = _converted(plain, AnyBlock, f"blocks[{number}]")
    return block


def write(definition: Definition) -> str:
    """As YAML that ``read`` gives back, the same text each time."""
    return yaml_text.write(msgspec.to_builtins(definition))


def wrong(field: str, expected: str, found: object) -> DataInvalid:
    """A definition that is not as it has to be."""
    # Of a mapping no more than its names: what is in it may be an address that does not belong here.
    shown = quoted(", ".join(map(str, found)) if isinstance(found, dict) else found)
    text = f"a report's definition has {shown} in {field}, expected {expected}"
    facts = {"record": "report", "field": field, "expected": expected, "found": shown}
    return DataInvalid(text, **facts, situation="report_definition")


def _converted(value: Any, kind: Any, at: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        expected, _, path = str(error).partition(" - at ")
        field = f"{at}{path.strip('`').removeprefix('$').removeprefix('.' if not at else '')}" or "$"
        if "recipients" in field and "regex" in expected:
            text = "a report's recipient is no name that is set up"
            raise DataInvalid(text, record="report", field=field, situation="report_secret") from error
        found = "…" if field.startswith("recipients") else _found(value, path)
        raise wrong(field, _expected(expected, field), found) from error


def _expected(said: str, field: str) -> str:
    """What msgspec says that it expected, as a person would."""
    last = field.rpartition(".")[2]
    if "regex" in said or said.startswith("Invalid value"):
        return _PLAIN.get(last, said)
    said = said.removeprefix("Expected ").replace("Object missing required field", "a value for")
    return said.replace("Object contains unknown field", "nothing called")


def _found(value: Any, path: str) -> Any:
    """What stands at a path of msgspec's, as far as it names it."""
    for name in path.strip("`").removeprefix("$").strip(".").split("."):
        if not isinstance(value, dict) or name not in value:
            break
        value = value[name]
    return value


def _check(definition: Definition) -> None:
    _check_period(definition.period)
    _check_zone(definition.zone, "zone")
    if len(set(definition.formats)) != len(definition.formats):
        raise wrong("formats", "each format once", ", ".join(definition.formats))
    if definition.schedule:
        _check_zone(definition.schedule.zone, "schedule.zone")
        odd = next(filter(wrong_day, definition.schedule.days), None)
        if odd is not None:
            raise wrong("schedule.days", "every, a weekday, 1 to 31, last, or a month and day such as 02-29", odd)


def _check_period(period: Period) -> None:
    if (period.kind == "last_days") != (period.days is not None):
        raise wrong("period.days", "a number of days with last_days, and only there", period.days)
    fixed = period.first is not None and period.last is not None
    if (period.kind == "fixed") != fixed or (period.first is None) != (period.last is None):
        raise wrong("period.first", "first and last day with fixed, and only there", period.first)
    odd = next((day for day in (period.first, period.last) if day and day.year not in YEARS), None)
    if odd:
        raise wrong("period.first", f"days of the years {YEARS[0]} to {YEARS[-1]}", odd.isoformat())
    if period.first and period.last and not 0 <= (period.last - period.first).days < MOST_DAYS:
        raise wrong("period.last", f"a day from first on, {MOST_DAYS} days at most", period.last)


def _check_zone(zone: str, field: str) -> None:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError) as error:
        # ZoneInfoNotFoundError is a KeyError; a path out of the database is a ValueError, a folder an OSError.
        raise wrong(field, "a time zone such as Asia/Tokyo", zone) from error
    except KeyError as error:
        raise wrong(field, "a time zone such as Asia/Tokyo", zone) from error

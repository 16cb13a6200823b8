"""A definition's text with its schedule paused or not, and otherwise as it was typed: comments stay. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from pipeline.analysis.reports.definitions.definition import read, write
from pipeline.errors import DataInvalid

_PAUSED: Final = re.compile(r"^( +paused: *)(?:true|True|TRUE|false|False|FALSE)(?=\s*(?:#.*)?$)", re.MULTILINE)
_SCHEDULE: Final = re.compile(r"^(schedule: *(?:#.*)?\r?\n)( +)", re.MULTILINE)


def with_paused(text: str, paused: bool) -> str:
    """The text with ``schedule.paused`` so. Raise what ``read`` raises; DataInvalid (``report_no_schedule``)."""
    definition = read(text)
    if definition.schedule is None:
        said = "the report has no schedule that could be paused"
        raise DataInvalid(said, record="report", field="schedule", situation="report_no_schedule")
    if definition.schedule.paused == paused:
        return text
    wanted = msgspec.structs.replace(definition, schedule=msgspec.structs.replace(definition.schedule, paused=paused))
    return next((edited for edited in _edited(text, paused) if _means(edited, wanted)), write(wanted))


def _edited(text: str, paused: bool) -> Iterator[str]:
    """Small changes that may be the right one; a text can hold such a line elsewhere, in its SQL for one."""
    word = "true" if paused else "false"
    yield _PAUSED.sub(rf"\g<1>{word}", text, count=1)
    yield _SCHEDULE.sub(rf"\g<1>\g<2>paused: {word}\n\g<2>", text, count=1)


def _means(text: str, wanted: object) -> bool:
    try:
        return read(text) == wanted
    except DataInvalid:
        return False

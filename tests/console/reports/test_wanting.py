"""pipeline.console.reports.wanting: a report about nobody whose blocks are about somebody is found."""

from __future__ import annotations

import pytest

from pipeline.analysis.reports.definitions.definition import read
from pipeline.console.reports.wanting import lacks_person

HEAD = "title: t\nperiod: {kind: last_week}\n"


@pytest.mark.parametrize(
    ("block", "lacks"),
    [
        ("{kind: table, sql: 'select {{person}}'}", True),
        ("{kind: chart, sql: 'select {{person}} as a, 1 as b', x: a, y: [b]}", True),
        ("{kind: forecast, measure: mood}", True),
        ("{kind: forecast, measure: growth_records}", False),
        ("{kind: table, sql: 'select {{from}}'}", False),
        ("{kind: correlation}", False),
        ("{kind: text, text: '{{person}}'}", False),
    ],
)
def test_a_block_about_somebody_needs_a_person(block: str, lacks: bool) -> None:
    text = f"{HEAD}blocks:\n- {block}\n"
    assert lacks_person(read(text)) is lacks
    assert not lacks_person(read(f"{text}person: akari\n"))

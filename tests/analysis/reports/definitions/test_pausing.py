"""pipeline.analysis.reports.definitions.pausing: only the schedule's pause changes, and comments stay."""

from __future__ import annotations

import msgspec
import pytest

from pipeline.analysis.reports.definitions.definition import read
from pipeline.analysis.reports.definitions.pausing import with_paused
from pipeline.analysis.reports.definitions.shipped import texts
from pipeline.errors import DataInvalid

HEAD = "# of the team\ntitle: 週\nperiod: {kind: last_week}\n"
BLOCKS = "blocks:\n- kind: status # first\n"
PLAIN = f"{HEAD}schedule:\n  # early\n  days: [monday] # always\n  at: 09:00\n{BLOCKS}"
FLOW = f"{HEAD}schedule: {{days: [monday], at: 09:00}}\n{BLOCKS}"
# Lines that look like a pause and are none.
SQL = "- kind: table\n  sql: |\n    SELECT\n      paused: false\n    schedule:\n      x\n"
DECOY = f"{HEAD}blocks:\n{SQL}schedule:\n  days: [monday]\n  at: 09:00\n"
TEXTS = [PLAIN, FLOW, DECOY, PLAIN.replace("\n", "\r\n"), *texts().values()]


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_but_the_pause_changes_and_it_can_be_taken_back(text: str) -> None:
    paused = with_paused(text, True)
    before, after = read(text), read(paused)
    assert before.schedule and after.schedule
    assert after.schedule == msgspec.structs.replace(before.schedule, paused=True)
    assert msgspec.structs.replace(after, schedule=before.schedule) == before
    assert read(with_paused(paused, False)) == before


def test_comments_and_order_stay() -> None:
    paused = with_paused(PLAIN, True)
    assert [line for line in paused.splitlines() if "paused" not in line] == PLAIN.splitlines()
    assert with_paused(paused, False) == paused.replace("paused: true", "paused: false")


def test_what_is_so_already_is_left_as_it_is() -> None:
    assert with_paused(FLOW, False) == FLOW
    assert with_paused(with_paused(FLOW, True), True) == with_paused(FLOW, True)


def test_without_a_schedule_there_is_nothing_to_pause() -> None:
    with pytest.raises(DataInvalid) as caught:
        with_paused(f"{HEAD}{BLOCKS}", True)
    assert caught.value.state == "report_no_schedule"

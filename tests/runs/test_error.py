"""pipeline.runs.error: what the ledger says of an error is believed only as far as a page can show it."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import RateLimited
from pipeline.runs.error import RunError

SLOW = {"code": "E002", "message": "slow down"}


def test_an_error_survives_the_ledger() -> None:
    kept = RunError.of(RateLimited("slow down", state="busy", until="2024-02-01T12:00:00+00:00"))
    assert RunError.from_json(kept.to_json()) == kept


@pytest.mark.parametrize("code", ["**E** [x](http://evil)", "E0022", "E002\n", "", None, ["E002"], "<b>", "E٠٠٢"])
def test_what_is_no_code_is_read_as_the_neutral_one(code: Any) -> None:
    assert RunError.from_json({**SLOW, "code": code}).code == "E000"


@pytest.mark.parametrize("until", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "soon"])
def test_a_time_that_no_page_can_show_is_malformed(until: str) -> None:
    with pytest.raises(ValueError, match=r"is no|Invalid"):
        RunError.from_json({**SLOW, "until": until})

"""A demo whose export cannot be over soon: twelve pages, of which one a second may be read."""

from __future__ import annotations

import json
from pathlib import Path


def slow_export(folder: Path) -> dict[str, str]:
    """Settings of such a demo; its records are written into ``folder``, which has no other sample."""
    # Three a page; the emulator calls a page one capacity unit, whatever its size.
    records = [{"PK": str(number), "SK": "x", "text": "a" * 300_000} for number in range(36)]
    sample = folder / "pages.json"
    sample.write_text(json.dumps(records), "utf-8")
    return {"PIPELINE_SAMPLE_FILE": str(sample), "PIPELINE_MAX_RCU": "1"}

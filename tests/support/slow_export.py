"""A demo whose export cannot be over soon: three pages of records, read at one capacity unit a second."""

from __future__ import annotations

import json
from pathlib import Path


def slow_export(folder: Path) -> dict[str, str]:
    """Settings of such a demo; its records are written into ``folder``, which has no other sample."""
    records = [{"PK": str(number), "SK": "x", "text": "a" * 300_000} for number in range(9)]
    sample = folder / "pages.json"
    sample.write_text(json.dumps(records), "utf-8")
    return {"PIPELINE_SAMPLE_FILE": str(sample), "PIPELINE_MAX_RCU": "1"}

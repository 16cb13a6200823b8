"""pipeline.jsonlog: one JSON object a line, with the specified fields."""

from __future__ import annotations

import json

from pipeline.jsonlog import JsonLog


def test_a_line_has_the_specified_fields() -> None:
    lines: list[str] = []
    JsonLog("my-function", "request-1", lines.append).warning("slow", records=3)
    line = json.loads(lines[0])
    assert list(line) == ["timestamp", "level", "service", "function", "requestId", "message", "metadata"]
    assert (line["level"], line["service"], line["function"]) == ("WARNING", "data-pipeline", "my-function")
    assert (line["requestId"], line["message"], line["metadata"]) == ("request-1", "slow", {"records": 3})


def test_a_message_with_line_breaks_stays_one_line() -> None:
    lines: list[str] = []
    JsonLog("f", None, lines.append).error("a\nb")
    assert "\n" not in lines[0]

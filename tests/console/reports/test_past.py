"""pipeline.console.reports.past: bounded, in order, each once, whoever writes at once and whatever lies there."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.analysis.reports.definitions.yaml_text import MOST_CHARACTERS
from pipeline.console.reports.past import MOST_EARLIER, Noted, Past
from pipeline.console.reports.told import Earlier
from pipeline.errors import DataInvalid, SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import past_key
from tests.console.reports.kept import Shared, yaml_of

AT = datetime(2026, 11, 30, tzinfo=UTC)
KEY = past_key("weekly")
ENTRY = {"text": "a", "version": "v", "changed_at": "2026-11-30T00:00:00Z", "changed_by": "p"}


def was(text: str, version: str = "") -> Noted:
    return Noted(Earlier(text, AT, "p"), version)


def texts(lake: Lake) -> list[str]:
    return [one.was.text for one in Past(lake).of("weekly")]


def plant(lake: Lake, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=KEY, Body=body)


def test_the_newest_fifty_stand_in_order(lake: Lake) -> None:
    past = Past(lake)
    for number in range(MOST_EARLIER + 3):
        past.add("weekly", was(str(number)))
    assert texts(lake) == [str(number) for number in range(52, 2, -1)]


def test_what_stands_there_already_is_not_noted_again(lake: Lake) -> None:
    for text in ("1", "2", "1"):
        Past(lake).add("weekly", was(text))
    assert texts(lake) == ["2", "1"]


def test_the_same_text_written_twice_in_a_second_is_two(lake: Lake) -> None:
    for version in ("v1", "v2", "v1"):
        Past(lake).add("weekly", was("1", version))
    assert [one.version for one in Past(lake).of("weekly")] == ["v2", "v1"]


def test_of_several_who_note_at_once_none_is_lost(lake: Lake) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda text: Past(lake).add("weekly", was(text)), "abcd"))
    assert sorted(texts(lake)) == list("abcd")


@pytest.mark.parametrize(("letter", "kept"), [("a", 7), ("山", 2), ("🍣", 1), ("\x01", 1), ('"', 3)])
def test_it_is_never_larger_than_what_is_read_again(lake: Lake, letter: str, kept: int) -> None:
    for number in range(8):
        Past(lake).add("weekly", was(f"{number}{letter * (MOST_CHARACTERS - 1)}"))
    assert [text[0] for text in texts(lake)] == [str(number) for number in range(7, 7 - kept, -1)]


def test_what_is_too_large_to_be_noted_costs_no_change_and_no_other(lake: Lake) -> None:
    Past(lake).add("weekly", was("1"))
    Past(lake).add("weekly", was("\x01" * 2 * MOST_CHARACTERS))
    assert texts(lake) == ["1"]


def test_the_largest_definition_s_past_is_kept(shared: Shared) -> None:
    block = "kind: text\n  text: "
    large = [yaml_of(block=block + letter * 390_000) for letter in ("山", "川", "海", "空", "谷")]
    seen = ""
    for text in large:
        seen = shared.of().save("weekly", text, seen).seen
    assert [one.text for one in shared.of().history("weekly")] == large[-2:-5:-1]


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        {"format": 2, "earlier": []},
        {"format": 1, "earlier": None},
        {"format": 1, "earlier": [ENTRY] * 51},
        {"format": 1, "earlier": [{**ENTRY, "text": 3}]},
        {"format": 1, "earlier": [{**ENTRY, "changed_at": "yesterday"}]},
        {"format": 1, "earlier": [{**ENTRY, "changed_by": "p" * 1400}]},
        {"format": 1, "earlier": [{**ENTRY, "version": 1}]},
        {"format": 1, "earlier": [{"text": "a"}]},
        {"format": 1, "earlier": ["a"]},
    ],
)
def test_another_object_is_told_and_keeps_nobody_from_a_change(shared: Shared, raw: Any) -> None:
    plant(shared.lake, json.dumps(raw).encode())
    with pytest.raises(SchemaMismatch) as caught:
        Past(shared.lake).of("weekly")
    assert (caught.value.state, caught.value.facts["key"]) == ("report_past_unread", KEY)
    seen = shared.of().save("weekly", yaml_of("1"), "").seen
    shared.of().save("weekly", yaml_of("2"), seen)
    assert [one.text for one in shared.of().history("weekly")] == [yaml_of("1")]


@pytest.mark.parametrize("body", [b"", b"no json", b"[" * 200 + b"]" * 200])
def test_what_is_no_json_is_written_over_by_the_next_change(shared: Shared, body: bytes) -> None:
    plant(shared.lake, body)
    with pytest.raises(SchemaMismatch):
        shared.of().history("weekly")
    Past(shared.lake).add("weekly", was("1"))
    assert texts(shared.lake) == ["1"]


def test_a_past_that_defines_nothing_any_more_is_not_restored(shared: Shared) -> None:
    plant(shared.lake, json.dumps({"format": 1, "earlier": [{**ENTRY, "text": "title: old"}]}).encode())
    with pytest.raises(DataInvalid) as caught:
        shared.of().restore("weekly")
    assert caught.value.state == "report_definition"
    assert shared.of().deleted() == ()

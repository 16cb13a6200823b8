"""pipeline.console.explore: which tables there are, and a hand-over that is whole, checked, bounded and told of."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.access import LOCAL, Person
from pipeline.console.audit import Actor, Audit
from pipeline.console.explore import MOST_BYTES, Explore, Offer, framed, named
from pipeline.errors import DataInvalid, Forbidden, SchemaMismatch
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.model_keys import CURRENT_MARTS
from tests.support.lakes.marts import publish_mart
from tests.support.lakes.tables import DAY, TABLES, conditions, make_day, sessions

TABLE = "moderation-craft-data"


class Desk:
    """An Explore in somebody's hands, and the lines that it leaves."""

    def __init__(self, lake: Lake, person: Person = LOCAL) -> None:
        self.lines: list[str] = []
        audit = Audit(self.lines.append, lambda: datetime.now(UTC))
        self.explore = Explore(lake, TABLE, Actor(lambda: person, audit))

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


def unframed(body: bytes) -> tuple[dict[str, bytes], str]:
    """What the browser makes of a frame."""
    length = int.from_bytes(body[:4], "little")
    head = json.loads(body[4 : 4 + length])
    files, at = {}, 4 + length
    for file in head["files"]:
        files[file["identity"]] = body[at : at + file["size"]]
        at += file["size"]
    assert at == len(body)
    return files, head["problem"]


@pytest.fixture
def viewer() -> Person:
    return replace(LOCAL, name="bob@example.com", role="viewer")


def test_a_lake_without_tables_offers_none(lake: Lake) -> None:
    assert Desk(lake).explore.offer() == Offer()


def test_what_models_have_published_is_offered_behind_the_tables_and_handed_over(lake: Lake) -> None:
    make_day(lake, TABLE, {"session": sessions(5)}, DAY)
    publish_mart(lake, "mart_days", [DAY])
    desk = Desk(lake)
    offer = desk.explore.offer()
    assert [table.name for table in offer.tables] == ["session", "mart_days"]
    mart = offer.tables[1]
    files, _ = unframed(desk.explore.hand_over(offer, [mart.identity]))
    assert pq.read_table(io.BytesIO(files[mart.identity]))["day"].to_pylist() == [DAY]


def test_a_pointer_that_nobody_can_read_is_told_beside_the_tables(lake: Lake) -> None:
    make_day(lake, TABLE, {"session": sessions(5)}, DAY)
    lake.write_json(CURRENT_MARTS, [], None)
    offer = Desk(lake).explore.offer()
    assert [table.name for table in offer.tables] == ["session"]
    assert [CURRENT_MARTS in problem.message for problem in offer.problems] == [True]


def test_the_newest_day_of_every_document_is_offered_the_table_s_own_first(lake: Lake) -> None:
    for document in ("a-source", TABLE, "z.source"):
        make_day(lake, document, {"session": conditions()}, DAY - timedelta(days=1))
        make_day(lake, document, {"session": sessions(5)}, DAY)
    offer = Desk(lake).explore.offer()
    assert [table.name for table in offer.tables] == ["session", "a_source_session", "z_source_session"]
    assert {table.manifest.day for table in offer.tables} == {DAY}
    assert {table.file.records for table in offer.tables} == {5}


@pytest.mark.parametrize("others", [["abc", "abc-d", "abc.d", "abc0", "abcd"], ["x" * 255, "aaa"]])
def test_documents_whose_names_begin_alike_are_all_found(lake: Lake, others: list[str]) -> None:
    for document in others:
        make_day(lake, document, {"session": conditions()})
    assert {table.manifest.table for table in Desk(lake).explore.offer().tables} == set(others)


def test_a_day_that_is_no_manifest_is_told_and_the_others_are_offered(lake: Lake) -> None:
    make_day(lake, TABLE)
    lake.write_json(keys.table_day_key("broken", DAY), {"manifest_version": 99}, None)
    offer = Desk(lake).explore.offer()
    assert [table.name for table in offer.tables] == list(TABLES)
    assert [error.code for error in offer.problems] == ["E010"]


def test_only_what_is_asked_for_is_handed_over_byte_by_byte(lake: Lake) -> None:
    make_day(lake, TABLE)
    desk = Desk(lake)
    offer = desk.explore.offer()
    files, problem = unframed(desk.explore.hand_over(offer, [offer.tables[0].identity]))
    assert (list(files), problem) == ([offer.tables[0].identity], "")
    assert pq.read_table(io.BytesIO(*files.values())).equals(TABLES["session"])


def test_a_hand_over_is_one_line_with_run_version_tables_and_engine(lake: Lake) -> None:
    made = make_day(lake, TABLE)
    desk = Desk(lake)
    offer = desk.explore.offer()
    desk.explore.hand_over(offer, [table.identity for table in offer.tables])
    (line,) = desk.told()
    assert (line["action"], line["outcome"]) == ("download", "done")
    for word in ("browser", "run-of-tables", "session v1", "condition v1", str(made.files[0].version_id)):
        assert word in line["target"]


def test_a_viewer_sees_what_there_is_and_is_handed_nothing(lake: Lake, viewer: Person) -> None:
    make_day(lake, TABLE)
    desk = Desk(lake, viewer)
    offer = desk.explore.offer()
    with pytest.raises(Forbidden):
        desk.explore.hand_over(offer, [offer.tables[0].identity])
    assert [line["outcome"] for line in desk.told()] == ["refused"]


def test_a_file_that_was_written_over_is_still_the_version_that_the_manifest_names(lake: Lake) -> None:
    make_day(lake, TABLE)
    desk = Desk(lake)
    offer = desk.explore.offer()
    table = offer.tables[0]
    lake.s3.put_object(Bucket=lake.bucket, Key=table.file.key, Body=b"another")
    assert len(unframed(desk.explore.hand_over(offer, [table.identity]))[0][table.identity]) == table.file.size


SPOILS: list[Callable[[bytes], bytes]] = [lambda body: body[:-1], lambda body: b"X" + body[1:], lambda body: b""]


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_file_that_is_not_what_its_manifest_says_is_never_handed_over(
    lake: Lake, spoil: Callable[[bytes], bytes]
) -> None:
    make_day(lake, TABLE)
    desk = Desk(lake)
    table = desk.explore.offer().tables[0]
    whole = lake.read_bytes(table.file.key)
    stored = lake.s3.put_object(Bucket=lake.bucket, Key=table.file.key, Body=spoil(whole))
    spoiled = replace(table, file=replace(table.file, version_id=stored["VersionId"]))
    with pytest.raises(SchemaMismatch) as met:
        desk.explore.hand_over(Offer((spoiled,)), [spoiled.identity])
    assert met.value.facts["found"] and [line["outcome"] for line in desk.told()] == ["failed"]


@pytest.mark.parametrize("asked", ["tables/t/session/v=1/dt=2026-11-26/data.parquet@v0", "../secret", ""])
def test_what_is_not_offered_is_not_handed_over(lake: Lake, asked: str) -> None:
    make_day(lake, TABLE)
    desk = Desk(lake)
    with pytest.raises(DataInvalid) as met:
        desk.explore.hand_over(desk.explore.offer(), [asked])
    assert met.value.state == "tables_anew"


def test_more_than_a_browser_is_given_is_refused_before_anything_is_read(lake: Lake) -> None:
    made = make_day(lake, TABLE)
    offer = Offer(tuple(named([replace(made, files=(replace(made.files[0], size=MOST_BYTES + 1),))])))
    with pytest.raises(DataInvalid) as met:
        Desk(lake).explore.hand_over(offer, [offer.tables[0].identity])
    assert met.value.state == "tables_too_large"


@given(st.dictionaries(st.text(max_size=20), st.binary(max_size=50), max_size=4), st.text(max_size=20))
def test_a_frame_gives_back_what_was_put_in(files: dict[str, bytes], problem: str) -> None:
    assert unframed(framed(list(files.items()), problem)) == (files, problem)


def test_no_two_tables_have_one_name(lake: Lake) -> None:
    made = make_day(lake, TABLE)
    twins = [made, replace(made, table="A-b"), replace(made, table="a_B"), replace(made, table="a.b")]
    names = [table.name for table in named(twins)]
    assert len(names) == len(set(names)) == 4 * len(TABLES)
    assert "a_b_session_2" in names

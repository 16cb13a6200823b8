"""pages.reports.editor.drafts: half a definition is kept as it is typed; what is wrong is told where it is."""

from __future__ import annotations

from datetime import date

import pytest

from pages.reports.editor import drafts
from pages.reports.editor.drafts import MOST_BLOCKS, Draft
from pages.reports.editor.parts import KINDS, Plain
from pipeline.analysis.reports.definitions.definition import FreeText, read, write
from pipeline.analysis.reports.definitions.shipped import definitions
from pipeline.console.reports.told import KeptReport
from pipeline.errors import DataInvalid

TODAY = date(2026, 11, 30)
TWO = "title: T\nperiod: {kind: last_week}\nblocks:\n- kind: status\n- kind: text\n  text: hello\n"


def kept(text: str = TWO, name: str = "two") -> KeptReport:
    try:
        return KeptReport(name, text, read(text), "etag-1")
    except DataInvalid as error:
        return KeptReport(name, text, None, "etag-1", problem=error)


def begun(text: str = TWO) -> Draft:
    draft = Draft()
    draft.begin(kept(text))
    return draft


def in_place(at: int, plain: Plain, fault: DataInvalid) -> str:
    return f"{at} {plain.get('kind')} {fault.facts['field']}"


@pytest.mark.parametrize("name", sorted(definitions()))
def test_what_nobody_has_touched_is_unchanged_and_written_as_it_was(name: str) -> None:
    text = write(definitions()[name])
    draft = begun(text)
    assert not draft.changed and not draft.as_yaml and draft.written == text


def test_every_kind_of_block_can_be_added() -> None:
    draft = drafts.new("ja")
    for kind in KINDS:
        draft.add(kind)
    assert [part.kind for part in draft.parts] == list(KINDS) and len(KINDS) == 9


@pytest.mark.parametrize(
    ("kind", "fields", "needed"),
    [
        ("chart", {"sql": "SELECT 1", "x": "d", "y": ["v"]}, ("sql", "x", "y")),
        ("table", {"sql": "SELECT 1"}, ("sql",)),
        ("forecast", {}, ()),
        ("text", {}, ()),
        ("status", {}, ()),
    ],
)
def test_a_new_block_says_what_it_wants_and_is_one_once_it_has_it(
    kind: str, fields: Plain, needed: tuple[str, ...]
) -> None:
    draft = drafts.new("ja")
    draft.put("title", "T")
    draft.add(kind)
    [part] = draft.parts
    assert part.wanting == needed
    for name, value in fields.items():
        draft.put_in_block(part.number, name, value)
    assert part.wanting == () and draft.faults() == {} and draft.definition().blocks


def test_two_new_blocks_share_nothing() -> None:
    draft = drafts.new("ja")
    draft.add("chart")
    draft.add("chart")
    draft.parts[0].plain["y"].append("v")
    assert draft.parts[1].plain["y"] == []


def test_a_moved_block_keeps_its_number() -> None:
    draft = begun()
    first, second = (part.number for part in draft.parts)
    draft.move(second, -1)
    assert [part.number for part in draft.parts] == [second, first]
    assert [type(block).__name__ for block in draft.definition().blocks] == ["FreeText", "Status"]


@pytest.mark.parametrize(("at", "by"), [(0, -1), (1, 1)])
def test_nothing_moves_out_of_the_list(at: int, by: int) -> None:
    draft = begun()
    draft.move(draft.parts[at].number, by)
    assert not draft.changed


def test_a_removed_block_is_gone_and_its_number_is_never_another_s() -> None:
    draft = begun()
    gone = draft.parts[0].number
    draft.remove(gone)
    draft.add("quality")
    assert [part.kind for part in draft.parts] == ["text", "quality"]
    assert gone not in [part.number for part in draft.parts]


def test_an_emptied_field_is_taken_away_and_a_needed_one_stays_empty() -> None:
    draft = begun("title: T\nperiod: {kind: last_week}\nblocks:\n- {kind: table, title: A, sql: SELECT 1}\n")
    [part] = draft.parts
    draft.put_in_block(part.number, "title", "")
    draft.put_in_block(part.number, "sql", "")
    assert part.plain == {"kind": "table", "sql": ""} and part.wanting == ("sql",)


@pytest.mark.parametrize("kind", ["last_week", "last_month", "last_days", "fixed"])
def test_every_kind_of_period_is_whole_as_soon_as_it_is_chosen(kind: str) -> None:
    draft = begun()
    draft.put_period(kind, TODAY)
    assert draft.definition().period.kind == kind


def test_a_fixed_period_begins_as_the_week_up_to_yesterday() -> None:
    draft = begun()
    draft.put_period("fixed", TODAY)
    period = draft.definition().period
    assert (period.first, period.last) == (date(2026, 11, 23), date(2026, 11, 29))


def test_a_schedule_is_put_up_and_taken_away() -> None:
    draft = begun()
    draft.schedule(True, "Europe/Paris")
    schedule = draft.definition().schedule
    assert schedule is not None and (schedule.at, schedule.zone) == ("09:00", "Europe/Paris")
    draft.schedule(False, "Europe/Paris")
    assert draft.definition().schedule is None and not draft.changed


def test_a_new_report_wants_a_title_and_a_block_and_is_not_called_wrong() -> None:
    draft = drafts.new("en")
    assert draft.wanting == ("title", "blocks") and draft.fault() is None and not draft.changed


def test_what_is_wrong_beside_the_blocks_is_told_apart_from_them() -> None:
    draft = begun()
    draft.put("zone", "Asia/Nowhere")
    draft.parts[0].plain["colour"] = "red"
    fault = draft.fault()
    assert fault is not None and fault.facts["field"] == "zone"
    assert list(draft.faults()) == [0] and "colour" in draft.faults()[0].message


def test_a_preview_has_a_text_in_the_place_of_a_block_that_is_none() -> None:
    draft = begun()
    draft.add("table")
    draft.move(draft.parts[2].number, -1)
    blocks = draft.previewed("-", in_place).blocks
    assert [type(block).__name__ for block in blocks] == ["Status", "FreeText", "FreeText"]
    assert isinstance(blocks[1], FreeText) and blocks[1].text == "1 table blocks[1].sql"


def test_a_preview_of_yaml_has_one_too() -> None:
    draft = begun()
    draft.as_text()
    draft.text = TWO.replace("kind: status", "kind: nonsense")
    first, second = draft.previewed("-", in_place).blocks
    assert isinstance(first, FreeText) and first.text.startswith("0 nonsense") and second == read(TWO).blocks[1]


def test_a_preview_without_a_title_is_called_something() -> None:
    draft = drafts.new("ja")
    draft.add("status")
    assert draft.previewed("-", in_place).title == "-"


def test_nothing_is_previewed_of_what_is_wrong_beside_the_blocks() -> None:
    draft = begun()
    draft.put("zone", "Asia/Nowhere")
    with pytest.raises(DataInvalid):
        draft.previewed("-", in_place)


def test_fields_become_yaml_and_yaml_fields() -> None:
    draft = begun()
    draft.put("person", "u1")
    draft.as_text()
    draft.text = draft.text.replace("u1", "u2")
    draft.as_fields()
    assert not draft.as_yaml and draft.definition().person == "u2"


def test_yaml_that_is_no_definition_stays_yaml_as_it_was_typed() -> None:
    draft = begun()
    draft.as_text()
    draft.text = "title: [half"
    with pytest.raises(DataInvalid):
        draft.as_fields()
    assert draft.as_yaml and draft.written == "title: [half" and draft.fault() is not None


def test_what_is_kept_and_no_definition_is_edited_as_yaml() -> None:
    draft = begun("titel: T\n")
    assert draft.as_yaml and draft.text == "titel: T\n" and not draft.changed


def test_remarks_that_fields_would_lose_are_known() -> None:
    draft = begun("# why\n" + TWO)
    assert draft.loses_remarks and not draft.changed
    draft.as_text()
    assert not draft.loses_remarks


def test_an_earlier_text_becomes_a_change() -> None:
    draft = begun()
    turn = draft.turn
    draft.take(TWO.replace("hello", "before"))
    assert draft.changed and draft.turn > turn and "before" in draft.written


def test_differences_say_whose_each_line_is() -> None:
    assert drafts.differences("a\nb\n", "a\nc\n").splitlines()[1:] == [" a", "-b", "+c"]


def test_equal_texts_have_none() -> None:
    assert drafts.differences("a\n", "a\n") == ""


def test_so_many_blocks_are_a_definition_and_one_more_is_none() -> None:
    draft = begun()
    for _ in range(MOST_BLOCKS - 2):
        draft.add("status")
    assert len(draft.definition().blocks) == MOST_BLOCKS
    draft.add("status")
    with pytest.raises(DataInvalid):
        draft.definition()

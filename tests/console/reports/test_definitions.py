"""pipeline.console.reports.definitions: kept by who may, over what was seen only, and nothing of the past is lost."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from pipeline.analysis.reports.definitions.definition import read
from pipeline.analysis.reports.definitions.shipped import texts
from pipeline.console.reports.told import KeptReport
from pipeline.errors import DataInvalid, Forbidden, NotFound
from tests.console.reports.kept import SCHEDULE, Ask, Shared, yaml_of

SHIPPED = sorted(texts())


def state_of(ask: Ask, shared: Shared) -> str:
    with pytest.raises((DataInvalid, NotFound)) as caught:
        ask(shared.of())
    return caught.value.state


def test_what_was_saved_is_found_with_who_saved_it(shared: Shared) -> None:
    made = shared.of("山田").save("weekly", yaml_of(), "")
    found = shared.of().get("weekly")
    assert (found.text, found.changed_by, found.seen, found.problem) == (yaml_of(), "山田", made.seen, None)
    assert found.definition == read(yaml_of()) and found.changed_at and not found.shipped


def test_the_text_stays_as_it_was_typed(shared: Shared) -> None:
    typed = f"# of the team 🍣\r\n{yaml_of()}\r\n\r\n"
    shared.of().save("weekly", typed, "")
    assert shared.of().get("weekly").text == typed


def test_the_product_s_own_are_listed_where_nothing_is_kept(shared: Shared) -> None:
    listed = shared.of().listed()
    assert [(one.name, one.shipped, one.seen) for one in listed] == [(name, True, "") for name in SHIPPED]
    shared.of().save("my-week", yaml_of("mine"), "")
    shared.of().save("a-first", yaml_of(), "")
    shown = {one.name: (one.shipped, one.definition.title) for one in shared.of().listed() if one.definition}
    assert list(shown) == ["a-first", *SHIPPED]
    assert shown["my-week"] == (False, "mine")


def test_one_of_the_product_s_own_is_found_by_its_name(shared: Shared) -> None:
    found = shared.of().get("my-week")
    assert found.shipped and found.text == texts()["my-week"] and found.definition == read(found.text)


def test_two_who_edit_at_once_are_told(shared: Shared) -> None:
    seen = shared.of("a").save("weekly", yaml_of("1"), "").seen
    shared.of("a").save("weekly", yaml_of("2"), seen)
    assert state_of(lambda mine: mine.save("weekly", yaml_of("3"), seen), shared) == "report_changed"
    assert shared.of().get("weekly").text == yaml_of("2")


def test_two_who_make_the_same_name_at_once_are_told(shared: Shared) -> None:
    shared.of("a").save("weekly", yaml_of("1"), "")
    assert state_of(lambda mine: mine.save("weekly", yaml_of("2"), ""), shared) == "report_changed"


def test_saving_what_somebody_has_deleted_meanwhile_is_told(shared: Shared) -> None:
    seen = shared.of().save("weekly", yaml_of(), "").seen
    shared.of().delete("weekly", seen)
    assert state_of(lambda mine: mine.save("weekly", yaml_of("2"), seen), shared) == "report_changed"
    assert state_of(lambda mine: mine.delete("weekly", seen), shared) == "report_changed"


def test_saving_what_is_kept_already_changes_nothing(shared: Shared) -> None:
    made = shared.of("a").save("weekly", yaml_of(), "")
    again = shared.of("b").save("weekly", yaml_of(), made.seen)
    assert (again.seen, again.changed_by) == (made.seen, "a")
    assert shared.of().history("weekly") == ()


@pytest.mark.parametrize("text", ["", "a: [", "- 1", "title: x", "\x00", "🍣", yaml_of(block="kind: magic"), "\ud800"])
def test_a_text_that_defines_nothing_is_kept_by_nobody(shared: Shared, text: str) -> None:
    assert state_of(lambda mine: mine.save("weekly", text, ""), shared) == "report_definition"
    assert state_of(lambda mine: mine.check(text), shared) == "report_definition"
    assert state_of(lambda mine: mine.get("weekly"), shared) == "report_unknown"


def test_a_recipient_s_address_is_refused_and_stands_in_no_audit_line(shared: Shared) -> None:
    address = "https://hooks.example.com/services/T0/B0/hunter2"
    text = yaml_of() + f"recipients:\n- kind: slack\n  name: {address}\n"
    assert state_of(lambda mine: mine.save("weekly", text, ""), shared) == "report_secret"
    assert shared.lines and "hunter2" not in "".join(shared.lines)


@pytest.mark.parametrize("name", ["..", "../runs", "Weekly", "a/b", "a.yaml", "", "週", "a" * 61, "a\n"])
@pytest.mark.parametrize(
    "ask",
    [
        lambda mine, name: mine.get(name),
        lambda mine, name: mine.save(name, yaml_of(), ""),
        lambda mine, name: mine.history(name),
        lambda mine, name: mine.duplicate("my-week", name),
        lambda mine, name: mine.duplicate(name, "copy"),
        lambda mine, name: mine.pause(name, True, ""),
        lambda mine, name: mine.delete(name, ""),
        lambda mine, name: mine.restore(name),
    ],
)
def test_no_name_leads_elsewhere(shared: Shared, ask: object, name: str) -> None:
    assert state_of(lambda mine: ask(mine, name), shared) == "report_name"  # type: ignore[operator]
    assert list(shared.lake.list_after("", "")) == []


def test_what_was_before_is_kept_newest_first(shared: Shared) -> None:
    seen = ""
    for number in range(4):
        seen = shared.of(f"person {number}").save("weekly", yaml_of(str(number)), seen).seen
    told = [(one.text, one.changed_by) for one in shared.of().history("weekly")]
    assert told == [(yaml_of(str(number)), f"person {number}") for number in (2, 1, 0)]
    assert all(one.changed_at for one in shared.of().history("weekly"))


def test_a_text_that_comes_back_within_a_second_stands_in_its_past(shared: Shared) -> None:
    seen = ""
    for title in "abab":
        seen = shared.of().save("weekly", yaml_of(title), seen).seen
    assert [one.text for one in shared.of().history("weekly")] == [yaml_of(title) for title in "aba"]
    shared.of().delete("weekly", seen)
    shared.of().restore("weekly")
    assert [one.text for one in shared.of().history("weekly")] == [yaml_of(title) for title in "baba"]


def test_a_clock_that_differs_changes_no_order_and_no_time(shared: Shared) -> None:
    # Two consoles' clocks are years apart; S3's own says when.
    seen = shared.of().save("weekly", yaml_of("1"), "").seen
    shared.time -= timedelta(days=900)
    made = shared.of().save("weekly", yaml_of("2"), seen)
    (earlier,) = shared.of().history("weekly")
    assert earlier.text == yaml_of("1")
    assert made.changed_at and earlier.changed_at and made.changed_at >= earlier.changed_at


def test_a_deleted_one_is_gone_and_can_be_restored(shared: Shared) -> None:
    made = shared.of("a").save("weekly", yaml_of(schedule=SCHEDULE), "")
    shared.of("b").delete("weekly", made.seen)
    assert "weekly" not in [one.name for one in shared.of().listed()] and shared.due() == {}
    assert [(one.name, one.changed_by) for one in shared.of().deleted()] == [("weekly", "b")]
    assert [one.text for one in shared.of().history("weekly")] == [made.text]
    restored = shared.of("c").restore("weekly")
    assert (restored.text, restored.changed_by) == (made.text, "c")
    assert shared.of().deleted() == () and set(shared.due()) == {"weekly"}


def test_a_name_that_was_deleted_is_free_again(shared: Shared) -> None:
    shared.of().delete("weekly", shared.of().save("weekly", yaml_of("1"), "").seen)
    shared.of().save("weekly", yaml_of("2"), "")
    assert shared.of().get("weekly").text == yaml_of("2")
    assert state_of(lambda mine: mine.restore("weekly"), shared) == "report_taken"


def test_deleting_one_s_own_gives_the_product_s_own_back(shared: Shared) -> None:
    shared.of().delete("my-week", shared.of().save("my-week", yaml_of("mine"), "").seen)
    found = shared.of().get("my-week")
    assert found.shipped and found.text == texts()["my-week"]
    assert [one.name for one in shared.of().listed()] == SHIPPED
    # It can be saved from what is shown, and from nothing seen.
    mine = shared.of().save("my-week", yaml_of("again"), found.seen)
    shared.of().delete("my-week", mine.seen)
    assert shared.of().save("my-week", yaml_of("third"), "").text == yaml_of("third")


def test_what_is_not_there_cannot_be_changed(shared: Shared) -> None:
    assert state_of(lambda mine: mine.delete("weekly", ""), shared) == "report_unknown"
    assert state_of(lambda mine: mine.delete("my-week", ""), shared) == "report_shipped"
    assert state_of(lambda mine: mine.restore("weekly"), shared) == "report_unknown"
    assert state_of(lambda mine: mine.restore("my-week"), shared) == "report_unknown"
    assert state_of(lambda mine: mine.pause("weekly", True, ""), shared) == "report_unknown"
    assert state_of(lambda mine: mine.duplicate("weekly", "copy"), shared) == "report_unknown"
    assert state_of(lambda mine: mine.save("weekly", yaml_of(), '"etag of another"'), shared) == "report_changed"


def test_a_copy_waits_for_somebody_to_schedule_it(shared: Shared) -> None:
    shared.of().save("weekly", yaml_of(schedule=SCHEDULE), "")
    copy = shared.of().duplicate("weekly", "copy")
    assert copy.definition and copy.definition.schedule and copy.definition.schedule.paused
    assert set(shared.due()) == {"weekly"} and copy.text.startswith(yaml_of())
    assert shared.of().duplicate("my-week", "mine").definition


@pytest.mark.parametrize("taken", ["weekly", "my-week"])
def test_a_copy_takes_no_name_that_another_report_has(shared: Shared, taken: str) -> None:
    shared.of().save("weekly", yaml_of(), "")
    assert state_of(lambda mine: mine.duplicate("monthly-quality", taken), shared) == "report_taken"


def test_a_pause_keeps_comments_and_is_taken_back(shared: Shared) -> None:
    made = shared.of().save("weekly", f"# ours\n{yaml_of(schedule=SCHEDULE)}", "")
    paused = shared.of().pause("weekly", True, made.seen)
    assert paused.text == f"{made.text}".replace("schedule:\n  ", "schedule:\n  paused: true\n  ")
    assert shared.due() == {}
    assert state_of(lambda mine: mine.pause("weekly", False, made.seen), shared) == "report_changed"
    shared.of().pause("weekly", False, paused.seen)
    assert set(shared.due()) == {"weekly"}


def test_what_has_no_schedule_cannot_be_paused(shared: Shared) -> None:
    seen = shared.of().save("weekly", yaml_of(), "").seen
    assert state_of(lambda mine: mine.pause("weekly", True, seen), shared) == "report_no_schedule"


def test_each_change_is_one_audit_line_without_the_text(shared: Shared) -> None:
    mine = shared.of()
    text = yaml_of("secret-title", SCHEDULE)
    seen = mine.save("weekly", text, "").seen
    paused = mine.pause("weekly", True, seen)
    mine.duplicate("weekly", "copy")
    mine.delete("weekly", paused.seen)
    mine.restore("weekly")
    with pytest.raises(DataInvalid):
        mine.delete("weekly", "another")
    assert [target for (target,) in shared.told("target")] == [
        *("report weekly", "report weekly", "report copy"),
        *("report weekly", "report weekly", "report weekly"),
    ]
    details = [detail for (detail,) in shared.told("detail")]
    assert details == [f"saved, {len(text)} characters", "paused", "a copy of weekly", "deleted", "restored", None]
    assert {(action, outcome) for action, outcome in shared.told("action", "outcome")[:5]} == {("reports", "done")}
    assert shared.told("outcome", "code")[5] == ("failed", "E003")
    assert "secret-title" not in "".join(shared.lines)


CHANGES: list[Ask] = [
    lambda mine: mine.save("weekly", yaml_of(), ""),
    lambda mine: mine.duplicate("my-week", "copy"),
    lambda mine: mine.pause("my-week", True, ""),
    lambda mine: mine.delete("weekly", ""),
    lambda mine: mine.restore("weekly"),
]
LOOKS: list[Ask] = [
    lambda mine: mine.get("my-week"),
    lambda mine: mine.check(yaml_of()),
    lambda mine: mine.history("my-week"),
    lambda mine: mine.deleted(),
    lambda mine: mine.settle(),
]


@pytest.mark.parametrize("role", [None, "viewer"])
def test_nobody_else_changes_or_opens_one(shared: Shared, role: None) -> None:
    for ask in [*CHANGES, *LOOKS]:
        with pytest.raises(Forbidden):
            ask(shared.of(role=role))
    assert [json.loads(line)["outcome"] for line in shared.lines] == ["refused"] * len(CHANGES)
    assert list(shared.lake.list_after("", "")) == []


def test_viewers_see_the_list_and_strangers_do_not(shared: Shared) -> None:
    assert [one.name for one in shared.of(role="viewer").listed()] == SHIPPED
    with pytest.raises(Forbidden):
        shared.of(role=None).listed()


def test_what_is_kept_is_equal_of_everybody(shared: Shared) -> None:
    shared.of("a").save("weekly", yaml_of(), "")
    found: set[KeptReport] = {one for name in ("a", "b") for one in shared.of(name).listed() if one.name == "weekly"}
    assert len({one.seen for one in found}) == 1

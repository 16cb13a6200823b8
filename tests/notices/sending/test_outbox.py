"""pipeline.notices.sending.outbox and its JSON: each state follows from the one before, and can be read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.notices.notice import Kind, Notice
from pipeline.notices.sending.outbox import (
    CLAIM,
    LONGEST_PAUSE,
    MINUTE,
    MOST_TRIES,
    MOST_WAITING,
    Outbox,
    Waiting,
    pause,
)
from pipeline.notices.sending.outbox_json import as_json, bounded, of_json

NOW = datetime(2024, 2, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def notice(number: int = 0, kind: Kind = "run_failed") -> Notice:
    return Notice(kind, f"{kind}:{number}", NOW, f"table-{number}", "/debug/pipeline", (("code", "E005"),))


def some(number: int, first: int = 0, kind: Kind = "run_failed") -> list[tuple[Notice, tuple[str, ...]]]:
    return [(notice(n, kind), ("team", "ops")) for n in range(first, first + number)]


def ready(box: Outbox, at: datetime) -> int:
    return sum(one.free(at) for one in box.waiting)


def test_what_waits_is_not_admitted_again() -> None:
    box = Outbox().admit(some(2), NOW)
    assert box.admit(some(2), NOW) is box


def test_what_nobody_is_to_be_told_does_not_wait() -> None:
    assert Outbox().admit([(notice(), ())], NOW) == Outbox()


def test_five_of_a_kind_within_a_minute_are_told_at_once_and_more_of_them_at_its_end() -> None:
    box = Outbox().admit(some(5), NOW)
    box = box.admit(some(2, first=5), NOW + 30 * SECOND)
    assert ready(box, NOW + 30 * SECOND) == 5
    assert ready(box, NOW + MINUTE) == 7
    assert [one.gathered for one in box.waiting] == [False] * 5 + [True] * 2


def test_what_came_all_at_once_waits_for_nothing() -> None:
    assert ready(Outbox().admit(some(50), NOW), NOW) == 50


def test_another_kind_and_another_minute_have_a_count_of_their_own() -> None:
    box = Outbox().admit(some(5), NOW).admit(some(5, kind="run_late"), NOW)
    box = box.admit(some(5, first=5), NOW + MINUTE)
    assert ready(box, NOW + MINUTE) == 15 and not any(one.gathered for one in box.waiting)


def test_a_claim_keeps_others_away_until_it_ends() -> None:
    box = Outbox().admit(some(1), NOW).claim("a", NOW)
    assert box.claim("b", NOW + CLAIM - SECOND).claimed("b") == ()
    assert len(box.claim("b", NOW + CLAIM).claimed("b")) == 1


def test_a_claim_until_long_after_all_claims_keeps_nobody_away() -> None:
    forged = replace(Outbox().admit(some(1), NOW).claim("x", NOW).waiting[0], claimed_until=NOW.replace(year=8999))
    assert forged.free(NOW)
    assert Outbox(waiting=(forged,)).abandoned(NOW) == (notice().change,)


def test_a_number_of_tries_that_nobody_made_is_a_pause_of_an_hour() -> None:
    assert pause(2**53) == LONGEST_PAUSE


def test_who_was_told_is_not_told_again_and_who_was_not_waits() -> None:
    box = Outbox().admit(some(1), NOW).claim("a", NOW)
    left = box.settle("a", {("run_failed:0", "team"): "sent", ("run_failed:0", "ops"): "failed"}, NOW)
    assert left.waiting[0].channels == (("ops", 1),) and left.waiting[0].free(NOW)
    assert left.settle("a", {("run_failed:0", "ops"): "given_up"}, NOW).waiting == ()


def test_what_was_claimed_and_not_tried_is_free_again() -> None:
    box = Outbox().admit(some(1), NOW).claim("a", NOW).settle("a", {}, NOW)
    assert box.waiting == Outbox().admit(some(1), NOW).waiting


def test_what_another_has_claimed_meanwhile_stays_his() -> None:
    box = Outbox().admit(some(1), NOW).claim("a", NOW).claim("b", NOW + CLAIM)
    left = box.settle("a", {("run_failed:0", "team"): "sent"}, NOW + CLAIM)
    assert left.waiting[0].claim == "b" and left.waiting[0].channels == (("ops", 0),)


def test_the_pauses_grow_to_an_hour_and_all_tries_take_some_hours_at_the_most() -> None:
    pauses = [pause(tries) for tries in range(1, MOST_TRIES)]
    assert pauses[:4] == [timedelta(), MINUTE, 2 * MINUTE, 4 * MINUTE]
    assert max(pauses) <= LONGEST_PAUSE and sum(pauses, timedelta()) < timedelta(hours=3)


def test_two_states_that_are_equal_otherwise_are_not_the_same() -> None:
    assert Outbox().next() != Outbox().next().next()


def test_an_outbox_does_not_grow_beyond_its_bound() -> None:
    box = Outbox().admit(some(MOST_WAITING + 10), NOW).next()
    assert len(box.waiting) == MOST_WAITING and box.waiting[-1].notice == notice(MOST_WAITING + 9)


@given(
    st.lists(
        st.builds(
            lambda change, about, tries, gathered, claim: Waiting(
                bounded(Notice("finding_new", change, NOW, about, "/", ((about, change),), (about,))),
                (("team", tries),),
                NOW,
                gathered,
                claim,
                NOW if claim else None,
            ),
            st.text(),
            st.text(),
            st.integers(0, MOST_TRIES),
            st.booleans(),
            st.sampled_from(("", "a")),
        ),
        max_size=5,
    )
)
def test_what_was_written_is_read_again(waiting: list[Waiting]) -> None:
    box = Outbox(3, tuple(waiting)).admit(some(1), NOW)
    assert of_json(orjson.loads(orjson.dumps(as_json(box)))) == box


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "unheard_of"),
        ("change", None),
        ("change", "x" * 501),
        ("at", "yesterday"),
        ("at", "9999-12-31T23:59:59Z"),
        ("facts", [["a"]]),
        ("facts", 3),
    ],
)
def test_a_notice_that_is_none_is_left_out(name: str, value: Any) -> None:
    raw: Any = orjson.loads(orjson.dumps(as_json(Outbox().admit(some(2), NOW))))
    raw["waiting"][0]["notice"][name] = value
    assert [one.notice for one in of_json(raw).waiting] == [notice(1)]

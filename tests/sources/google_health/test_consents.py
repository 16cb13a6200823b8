"""Sign-ins that were started: unguessable, forgotten in time, never too many, and taken by one of many at once."""

from __future__ import annotations

import threading

import pytest

from pipeline.errors import Forbidden
from pipeline.sources.google_health.consents import MOST, SignIns
from tests.conftest import Clock

REDIRECT = "http://127.0.0.1:8501/debug/sources"


def start(sign_ins: SignIns, subject: str = "alice") -> str:
    return sign_ins.start(subject, "akari", REDIRECT).state


def why(sign_ins: SignIns, state: str, subject: str = "alice") -> str:
    with pytest.raises(Forbidden) as error:
        sign_ins.take(state, subject)
    return error.value.facts["situation"]


def test_every_sign_in_has_its_own_state_and_verifier(clock: Clock) -> None:
    started = [SignIns(clock).start("alice", "akari", REDIRECT) for _ in range(50)]
    assert len({pending.state for pending in started}) == len({pending.verifier for pending in started}) == 50
    assert all(43 <= len(pending.verifier) <= 128 for pending in started)


def test_what_is_taken_is_what_was_started(clock: Clock) -> None:
    sign_ins = SignIns(clock)
    pending = sign_ins.start("alice", "akari", REDIRECT)
    assert sign_ins.take(pending.state, "alice") == pending


def test_several_of_one_person_stand_beside_each_other(clock: Clock) -> None:
    sign_ins = SignIns(clock)
    states = [start(sign_ins) for _ in range(3)]
    assert [sign_ins.take(state, "alice").state for state in reversed(states)] == states[::-1]


def test_used_and_old_ones_are_told_apart_from_unknown_ones_for_an_hour(clock: Clock) -> None:
    sign_ins = SignIns(clock)
    used, old = start(sign_ins), start(sign_ins)
    sign_ins.take(used, "alice")
    clock.tick(1800)
    assert (why(sign_ins, used), why(sign_ins, old), why(sign_ins, old)) == (
        "state_used",
        "state_expired",
        "state_used",
    )
    clock.tick(1801)
    start(sign_ins)
    assert why(sign_ins, used) == "state_unknown"


def test_the_newest_stay_when_somebody_starts_without_end(clock: Clock) -> None:
    sign_ins = SignIns(clock)
    states = [start(sign_ins) for _ in range(MOST + 5)]
    assert why(sign_ins, states[0]) == "state_unknown"
    assert sign_ins.take(states[-1], "alice").state == states[-1]


def test_of_many_who_take_the_same_one_gets_it(clock: Clock) -> None:
    sign_ins = SignIns(clock)
    for _ in range(50):
        state, got = start(sign_ins), list[str]()

        def take(state: str = state, got: list[str] = got) -> None:
            try:
                got.append(sign_ins.take(state, "alice").state)
            except Forbidden as error:
                got.append(error.facts["situation"])

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got) == sorted([state, *["state_used"] * 3])

"""pipeline.runs.lease: one holder at a time, tokens that only grow, and no stealing of what is alive."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import orjson
import pytest

from pipeline.errors import AlreadyRunning
from pipeline.lake.bucket import Lake
from pipeline.lake.keys import lease_key
from pipeline.runs.lease import LEASE_SECONDS, MOST_SECONDS, Leases
from tests.conftest import Clock

DAY = date(2024, 2, 1)


def test_the_first_holder_gets_token_one(leases: Leases) -> None:
    assert leases.take("t-1", "r1", DAY).token == 1
    assert leases.current("t-1") is not None


def test_a_held_table_is_refused_and_names_its_holder(leases: Leases) -> None:
    leases.take("t-1", "r1", DAY)
    with pytest.raises(AlreadyRunning) as caught:
        leases.take("t-1", "r2", DAY)
    assert caught.value.facts == {"run_id": "r1", "table": "t-1"}


def test_tables_do_not_block_each_other(leases: Leases) -> None:
    leases.take("t-1", "r1", DAY)
    leases.take("t-2", "r2", DAY)


def test_a_released_table_is_taken_with_a_larger_token(leases: Leases) -> None:
    leases.release(leases.take("t-1", "r1", DAY))
    assert leases.current("t-1") is None
    assert leases.take("t-1", "r2", DAY).token == 2


def test_an_expired_lease_is_taken_over(leases: Leases, clock: Clock) -> None:
    leases.take("t-1", "r1", DAY)
    clock.tick(LEASE_SECONDS + 1)
    assert leases.take("t-1", "r2", DAY).token == 2


def test_a_renewed_lease_lives_on(leases: Leases, clock: Clock) -> None:
    lease = leases.take("t-1", "r1", DAY)
    clock.tick(LEASE_SECONDS - 1)
    lease = leases.renew(lease)
    clock.tick(LEASE_SECONDS - 1)
    with pytest.raises(AlreadyRunning):
        leases.take("t-1", "r2", DAY)


def test_a_lease_that_was_taken_over_cannot_be_renewed(leases: Leases, clock: Clock) -> None:
    stale = leases.take("t-1", "r1", DAY)
    clock.tick(LEASE_SECONDS + 1)
    leases.take("t-1", "r2", DAY)
    with pytest.raises(AlreadyRunning) as caught:
        leases.renew(stale)
    assert caught.value.facts["run_id"] == "r2"


def test_releasing_a_lease_that_was_taken_over_leaves_the_new_holder_alone(leases: Leases, clock: Clock) -> None:
    stale = leases.take("t-1", "r1", DAY)
    clock.tick(LEASE_SECONDS + 1)
    leases.take("t-1", "r2", DAY)
    leases.release(stale)
    current = leases.current("t-1")
    assert current is not None and current.run_id == "r2"


@pytest.mark.parametrize("round_number", range(5))
def test_of_many_takers_at_once_exactly_one_wins(leases: Leases, round_number: int) -> None:
    def take(number: int) -> bool:
        try:
            leases.take("t-1", f"r{round_number}-{number}", DAY)
        except AlreadyRunning:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1


LEASE = {"table": "t-1", "run_id": "ghost", "day": "2024-02-01", "token": 1, "expires_at": "2024-02-01T12:01:00Z"}
LEASE |= {"released": False}
DAMAGED = {
    "a list": b"[]",
    "nothing": b"",
    "no JSON": b"\xff",
    "deep": b"[" * 500 + b"]" * 500,
    "half of it": b'{"table": "t-1"}',
    "no day": orjson.dumps(LEASE | {"day": "9999-12-31"}),
    "no time": orjson.dumps(LEASE | {"expires_at": "0001-01-01T00:00:00+14:00"}),
    "no count": orjson.dumps(LEASE | {"token": 1e30}),
    "a token that no clock says": orjson.dumps(LEASE | {"token": 2**53}),
    "no run": orjson.dumps(LEASE | {"run_id": "../../x"}),
}


def put(lake: Lake, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=lease_key("t-1"), Body=body)


@pytest.fixture(params=DAMAGED.values(), ids=DAMAGED)
def damaged(request: pytest.FixtureRequest, lake: Lake) -> Any:
    put(lake, request.param)
    return request.param


def test_what_is_no_lease_holds_nobody_up(leases: Leases, damaged: bytes) -> None:
    assert leases.current("t-1") is None


def test_what_is_no_lease_is_replaced_and_told(leases: Leases, damaged: bytes) -> None:
    taken = leases.take("t-1", "r1", DAY)
    assert lease_key("t-1") in taken.damage and taken.predecessor is None
    current = leases.current("t-1")
    assert current is not None and (current.run_id, current.damage) == ("r1", "")


def test_a_token_in_the_place_of_a_lost_one_is_larger_than_any_before(leases: Leases, lake: Lake) -> None:
    before = leases.take("t-1", "r1", DAY)
    put(lake, b"[]")
    after = leases.take("t-1", "r2", DAY)
    assert after.token > 1_000_000 * before.token
    leases.release(after)
    assert leases.take("t-1", "r3", DAY).token == after.token + 1


def test_of_many_who_replace_what_is_no_lease_exactly_one_wins(leases: Leases, lake: Lake) -> None:
    put(lake, b"[]")

    def take(number: int) -> bool:
        try:
            leases.take("t-1", f"r{number}", DAY)
        except AlreadyRunning:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1


def test_who_held_the_lease_before_it_was_damaged_cannot_renew_it(leases: Leases, lake: Lake) -> None:
    held = leases.take("t-1", "r1", DAY)
    put(lake, b"[]")
    with pytest.raises(AlreadyRunning):
        leases.renew(held)


def test_a_lease_that_ends_later_than_any_of_ours_is_not_believed(leases: Leases, lake: Lake) -> None:
    put(lake, orjson.dumps(LEASE | {"expires_at": "8998-01-01T00:00:00Z"}))
    assert leases.current("t-1") is None
    assert leases.take("t-1", "r1", DAY).token == 2


def test_a_parked_lease_is_believed_by_a_clock_that_is_behind(leases: Leases, clock: Clock) -> None:
    leases.park(leases.take("t-1", "r1", DAY))
    clock.tick(-60)
    assert leases.current("t-1") is not None
    clock.tick(-MOST_SECONDS)
    assert leases.current("t-1") is None

"""pipeline.lease: one holder at a time, tokens that only grow, and no stealing of what is alive."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.errors import AlreadyRunning
from pipeline.layout import lease_key
from pipeline.lease import LEASE_SECONDS, Leases
from pipeline.store import Lake
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


NO_LEASES = [
    b"[]",
    b"not JSON",
    b'{"table": "t-1"}',
    b"[" * 300 + b"]" * 300,
    b'{"table":"t-1","run_id":"r","day":"9999-12-31","token":1,"expires_at":"2024-02-01T12:00:00Z","released":false}',
    b'{"table":"t-1","run_id":"r","day":"2024-02-01","token":1e30,"expires_at":"2024-02-01T12:00:00Z","released":false}',
]


@pytest.mark.parametrize("body", NO_LEASES, ids=lambda body: body[:20].decode())
def test_a_lease_that_nobody_can_read_keeps_nobody_away(leases: Leases, lake: Lake, body: bytes) -> None:
    before = leases.take("t-1", "r0", DAY)
    lake.s3.put_object(Bucket=lake.bucket, Key=lease_key("t-1"), Body=body)
    assert leases.current("t-1") is None
    taken = leases.take("t-1", "r1", DAY)
    assert taken.token > before.token
    with pytest.raises(AlreadyRunning):
        leases.renew(before)
    leases.release(taken)
    assert leases.take("t-1", "r2", DAY).token == taken.token + 1


def test_an_end_that_no_lease_has_is_not_believed(leases: Leases, lake: Lake, clock: Clock) -> None:
    for_ever = replace(leases.take("t-1", "r0", DAY), expires_at=clock() + timedelta(days=3650))
    lake.write_json(lease_key("t-1"), for_ever.to_json(), for_ever.etag)
    assert leases.current("t-1") is None
    assert leases.take("t-1", "r1", DAY).token == for_ever.token + 1

"""pipeline.runs.folded.kept: a long history opens by few requests, and is never another than the ledger's."""

from __future__ import annotations

import gzip
import hashlib
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.history_keys import HISTORY, day_index_key
from pipeline.runs.folded.index import Folded, packed, unpacked
from pipeline.runs.folded.kept import FEW, WORTH_FOLDING, KeptIndex
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import History
from tests.conftest import REGION, Clock
from tests.faults.proxy import Fault, Proxy
from tests.runs.test_ledger import run

DAYS = 40


@pytest.fixture
def today(clock: Clock) -> date:
    return clock().date()


def filled(lake: Lake, today: date, number: int = 2 * DAYS) -> None:
    ledger = Ledger(lake)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ledger.open, [run(f"r{one:03}", today - timedelta(days=one % DAYS)) for one in range(number)]))


def cold(lake: Lake, clock: Clock) -> History:
    today = clock().date()
    return Ledger(lake, clock).history(today - timedelta(days=DAYS - 1), today)


def counting(lake: Lake) -> Counter[str]:
    """Of this client, which tests share: botocore ignores a second handler of the same id."""
    asked: Counter[str] = Counter()
    lake.s3.meta.events.unregister("before-call.s3", unique_id="counting")
    lake.s3.meta.events.register("before-call.s3", lambda model, **_: asked.update([model.name]), unique_id="counting")
    return asked


def indexes(lake: Lake) -> list[str]:
    return [held.key for held in lake.list_after(HISTORY, "")]


def test_the_second_cold_look_reads_indexes_in_place_of_entries(lake: Lake, clock: Clock, today: date) -> None:
    filled(lake, today)
    first = cold(lake, clock)
    asked = counting(lake)
    assert cold(lake, clock) == first
    assert asked["GetObject"] <= today.day + 2
    assert asked["PutObject"] == 0


def test_a_short_history_is_read_as_it_was_and_nothing_is_written(lake: Lake, clock: Clock, today: date) -> None:
    filled(lake, today, FEW - 1)
    cold(lake, clock)
    assert indexes(lake) == []


def test_the_days_of_a_month_that_ends_become_one(lake: Lake, clock: Clock) -> None:
    clock.tick(20 * 24 * 3600.0)
    filled(lake, clock().date(), 4 * DAYS)
    cold(lake, clock)
    days = len(indexes(lake))
    clock.tick(15 * 24 * 3600.0)
    asked = counting(lake)
    expected = cold(lake, clock)
    # From the days' indexes, not from the entries, and then from the month's.
    assert len(expected.runs) > 2 * FEW and asked["GetObject"] <= days + 3
    asked = counting(lake)
    assert cold(lake, clock) == expected
    assert asked["GetObject"] <= 3 and asked["PutObject"] == 0


DENIED = tuple(Fault(f"s3.{name}", "access_denied", times=9999, key=HISTORY) for name in ("GetObject", "PutObject"))


def by_the_ledger_alone(lake: Lake, clock: Clock, url: str) -> History:
    """As somebody sees it who may not read the index."""
    with Proxy(url, DENIED) as proxy:
        return cold(Lake(Cloud(REGION, proxy.url, Credentials("t", "t")).s3, lake.bucket), clock)


def change_some(lake: Lake, chance: random.Random) -> None:
    """Late ends, changes, deletions and new runs, of any day."""
    held = list(lake.list_after(keys.RUNS, ""))
    days = [parsed[0] for one in held if (parsed := keys.parse_run_key(one.key))]
    for one in chance.sample(held, 12):
        parsed = keys.parse_run_key(one.key)
        assert parsed
        if chance.random() < 0.3:
            lake.s3.delete_object(Bucket=lake.bucket, Key=one.key)
        else:
            status = chance.choice(["failed", "running", "succeeded"])
            changed = run(parsed[1], parsed[0], status=status, records=chance.randrange(99))
            lake.write_json(one.key, changed.to_json(), one.etag)
    for _ in range(6):
        Ledger(lake).open(run(f"n{chance.randrange(10**9)}", chance.choice(days)))


def test_whatever_changes_between_looks_of_new_processes_is_seen(
    lake: Lake, clock: Clock, today: date, emulator_url: str
) -> None:
    chance = random.Random(17)  # noqa: S311 - the same changes each time
    filled(lake, today)
    for _ in range(6):
        cold(lake, clock)
        change_some(lake, chance)
        assert cold(lake, clock) == by_the_ledger_alone(lake, clock, emulator_url)


def test_who_may_not_write_the_index_reads_the_history_all_the_same(
    lake: Lake, clock: Clock, today: date, emulator_url: str
) -> None:
    filled(lake, today)
    assert len(by_the_ledger_alone(lake, clock, emulator_url).runs) == 2 * DAYS
    assert indexes(lake) == []


ODD = {
    "empty": b"",
    "no_gzip": b"no gzip",
    "no_index": gzip.compress(b"{}"),
    "no_entry": gzip.compress(b'{"format":1,"entries":[1]}'),
    "cut_off": gzip.compress(b'{"format":1,"entries":[]}')[:-9],
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_an_index_that_nobody_can_read_is_written_anew(lake: Lake, clock: Clock, today: date, body: bytes) -> None:
    filled(lake, today)
    expected = cold(lake, clock)
    for key in indexes(lake):
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=body)
    assert cold(lake, clock) == expected
    asked = counting(lake)
    assert cold(lake, clock) == expected
    assert asked["GetObject"] <= today.day + 2


def test_a_forged_entry_is_read_from_the_ledger(lake: Lake, clock: Clock, today: date) -> None:
    filled(lake, today)
    expected = cold(lake, clock)
    for key in indexes(lake):
        raw = msgspec.json.decode(gzip.decompress(lake.read_bytes(key)))
        for entry in raw["entries"]:
            entry[2] = entry[2].replace('"succeeded"', '"failed"')
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=gzip.compress(msgspec.json.encode(raw)))
    assert cold(lake, clock) == expected


def test_two_who_fold_at_once_lose_nothing_of_what_a_third_reads(lake: Lake, clock: Clock, today: date) -> None:
    filled(lake, today)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: cold(lake, clock), range(2)))
    assert both[0] == both[1] == cold(lake, clock)


def test_a_run_that_goes_on_is_in_no_index(lake: Lake, clock: Clock, today: date) -> None:
    filled(lake, today)
    going = Ledger(lake).open(run("going", today - timedelta(days=3), status="running"))
    cold(lake, clock)
    assert all(b"going" not in gzip.decompress(lake.read_bytes(key)) for key in indexes(lake))
    Ledger(lake).update(going, replace(going.run, status="failed"))
    (found,) = [one for one in cold(lake, clock).runs if one.run_id == "going"]
    assert found.status == "failed"


def test_new_entries_of_a_long_history_are_folded_before_they_cost_much(lake: Lake, clock: Clock, today: date) -> None:
    filled(lake, today)
    cold(lake, clock)
    for number in range(WORTH_FOLDING):
        Ledger(lake).open(run(f"new{number}", today))
    cold(lake, clock)
    asked = counting(lake)
    assert len(cold(lake, clock).runs) == 2 * DAYS + WORTH_FOLDING
    assert asked["GetObject"] <= today.day + 2


def opened_in_parts(lake: Lake, number: int, day: date) -> None:
    """An entry whose ETag is no MD5, as one that was copied may have."""
    key = keys.run_key(f"part{number}", day)
    upload = lake.s3.create_multipart_upload(Bucket=lake.bucket, Key=key)["UploadId"]
    body = msgspec.json.encode(run(f"part{number}", day).to_json())
    part = lake.s3.upload_part(Bucket=lake.bucket, Key=key, UploadId=upload, PartNumber=1, Body=body)
    lake.s3.complete_multipart_upload(
        Bucket=lake.bucket,
        Key=key,
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )


def test_entries_that_no_index_would_be_believed_of_are_not_written_at_each_look(
    lake: Lake, clock: Clock, today: date
) -> None:
    for number in range(FEW):
        opened_in_parts(lake, number, today)
    asked = counting(lake)
    assert len(cold(lake, clock).runs) == FEW
    assert asked["PutObject"] == 0


def test_what_somebody_put_into_an_index_is_gone_after_the_next_fold(lake: Lake, clock: Clock, today: date) -> None:
    filled(lake, today)
    cold(lake, clock)
    place = day_index_key(today)
    other = keys.run_key("r", today - timedelta(days=1))
    foreign = [whole(key, "{}") for key in ("zzz", other)]
    lake.s3.put_object(Bucket=lake.bucket, Key=place, Body=packed([*unpacked(lake.read_bytes(place)), *foreign]))
    for number in range(WORTH_FOLDING):
        Ledger(lake).open(run(f"new{number}", today))
    cold(lake, clock)
    held = {one.key for one in unpacked(lake.read_bytes(place))}
    assert not held & {"zzz", other} and keys.run_key("new0", today) in held


def test_who_is_refused_once_does_not_try_again_but_a_busy_store_is_asked_again(
    lake: Lake, clock: Clock, today: date, emulator_url: str
) -> None:
    filled(lake, today)
    for kind, refused in (("slowdown", False), ("access_denied", True)):
        with Proxy(emulator_url, (Fault("s3.PutObject", kind, times=9999, key=HISTORY),)) as proxy:
            index = KeptIndex(Lake(Cloud(REGION, proxy.url, Credentials("t", "t")).s3, lake.bucket), clock)
            index.add(whole_entries(today), FEW)
        assert index.refused is refused


def whole(key: str, body: str) -> Folded:
    return Folded(key, f'"{hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()}"', body)


def whole_entries(day: date) -> list[Folded]:
    bodies = {keys.run_key(f"r{number}", day): f"{number}" for number in range(FEW)}
    return [whole(key, body) for key, body in bodies.items()]

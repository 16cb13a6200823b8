"""The emulator keeps S3's promise of conditional writes: of many at the same instant, one is the first."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pipeline.aws import Cloud
from pipeline.embedded.emulator import OneAtATime
from pipeline.lake.bucket import Conflict, Lake

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

WRITERS = 8
ROUNDS = 25


def written_at_once(lake: Lake, key: str, etag: str | None, turn: int = 0) -> list[bool]:
    """Whether each writer was the first after that ETag."""
    begin = threading.Barrier(WRITERS)

    def write(number: int) -> bool:
        begin.wait()
        try:
            lake.write_json(key, {"writer": number, "turn": turn}, etag)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(write, range(WRITERS)))


def test_of_many_writers_after_one_etag_one_has_written(lake: Lake) -> None:
    lake.write_json("marks/one.json", {"writer": None}, None)
    for turn in range(ROUNDS):
        stored = lake.read_small("marks/one.json")
        assert stored
        wrote = written_at_once(lake, "marks/one.json", stored[1], turn)
        assert wrote.count(True) == 1
        assert lake.read_json("marks/one.json") and wrote[_writer(lake)]


def test_of_many_first_writers_one_has_written(lake: Lake) -> None:
    for number in range(ROUNDS):
        assert written_at_once(lake, f"marks/{number}.json", None).count(True) == 1


class Busy:
    """An application that tells how many requests it answered at the same time, at most."""

    def __init__(self, seconds: float) -> None:
        self.now, self.most, self._lock, self._seconds = 0, 0, threading.Lock(), seconds
        self.together = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        if self.most > 1:
            self.together.set()
        self.together.wait(self._seconds)
        with self._lock:
            self.now -= 1
        return [b""]


def answered_at_once(method: str, seconds: float, **headers: str) -> int:
    """Of eight requests, each of which waits so long for another one."""
    busy = Busy(seconds)
    one = OneAtATime(busy)
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda _: one({"REQUEST_METHOD": method, **headers}, lambda *_: lambda _: None), range(WRITERS)))
    return busy.most


@pytest.mark.parametrize("condition", ["HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_no_two_conditional_writes_are_answered_at_the_same_time(method: str, condition: str) -> None:
    assert answered_at_once(method, 0.02, **{condition: "*"}) == 1


def test_what_has_no_condition_waits_for_nobody() -> None:
    assert answered_at_once("PUT", 10) > 1 and answered_at_once("GET", 10, HTTP_IF_NONE_MATCH="*") > 1


def test_a_write_without_a_length_is_whole(cloud: Cloud, bucket: str) -> None:
    """What is sent in chunks, as streams are, has no length that could be read ahead."""
    cloud.s3.put_object(Bucket=bucket, Key="k", Body=b"x" * 100_000, IfNoneMatch="*", ChecksumAlgorithm="SHA256")
    assert cloud.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x" * 100_000


def _writer(lake: Lake) -> int:
    stored = lake.read_json("marks/one.json")
    assert stored
    return int(stored[0]["writer"])

"""pages.parcels: who gets what is kept at the door, for how long, and how much is kept."""

from __future__ import annotations

import time

import pytest

from pages.parcels import Parcel, Parcels


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def parcel(owner: str = "mine", size: int = 4) -> Parcel:
    return Parcel(owner, "t.json", "application/json", b"x" * size)


@pytest.mark.parametrize(
    ("owner", "asks", "gets"),
    [("mine", "mine", True), ("mine", "another", False), ("mine", "", False), ("", "", True), ("", "another", True)],
)
def test_a_parcel_is_for_the_browser_that_asked(owner: str, asks: str, gets: bool) -> None:
    kept = Parcels()
    kept.put("/media/1", parcel(owner))
    assert (kept.get("/media/1", asks) is not None) == gets


def test_it_waits_a_minute_and_no_longer() -> None:
    clock = Clock()
    kept = Parcels(now=clock)
    kept.put("/media/1", parcel())
    clock.time = 59.9
    assert kept.get("/media/1", "mine")
    clock.time = 60.0
    assert kept.get("/media/1", "mine") is None


def test_its_memory_is_given_back_though_nobody_asks() -> None:
    kept = Parcels(seconds=0.05)
    kept.put("/media/1", parcel())
    time.sleep(0.5)
    assert not kept._kept


def test_asking_for_nothing_gives_nothing() -> None:
    assert Parcels().get("/media/1", "") is None


def test_together_they_are_bounded_and_the_newest_is_always_kept() -> None:
    kept = Parcels(most=10)
    for number in range(3):
        kept.put(f"/media/{number}", parcel(size=4))
    assert [kept.get(f"/media/{number}", "mine") is not None for number in range(3)] == [False, True, True]
    kept.put("/media/large", parcel(size=99))
    assert kept.get("/media/large", "mine")
    assert kept.get("/media/2", "mine") is None

"""pages.door.lifespan: whether the App can be had, told while it is wired and afterwards."""

from __future__ import annotations

import asyncio
import gc
import threading

from pages.door.lifespan import STARTING, Wiring
from pipeline.errors import ConfigInvalid


def state_after(wiring: Wiring) -> str:
    """The state once it is no longer the first wiring's."""

    async def run() -> str:
        while (state := await wiring.state()) == STARTING:
            await asyncio.sleep(0.01)
        return state

    return asyncio.run(run())


def test_it_is_starting_until_the_app_is_wired() -> None:
    may_end = threading.Event()
    wiring = Wiring(lambda: may_end.wait(5))
    wiring.begin()
    assert asyncio.run(wiring.state()) == STARTING
    may_end.set()
    assert state_after(wiring) == ""


def test_what_is_there_once_wired_is_in_no_round_of_the_garbage_collector() -> None:
    gc.unfreeze()
    wiring = Wiring(object)
    wiring.begin()
    assert state_after(wiring) == ""
    assert gc.get_freeze_count() > 0


def test_what_stands_in_the_way_is_told_by_its_code_until_it_is_mended() -> None:
    faults = [ConfigInvalid("secret detail"), ConfigInvalid("secret detail")]

    def wire() -> None:
        if faults:
            raise faults.pop()

    wiring = Wiring(wire)
    wiring.begin()
    assert state_after(wiring) == "E013"
    assert state_after(wiring) == ""

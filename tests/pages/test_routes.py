"""pages.routes: alive and ready, told to whoever asks and nothing more."""

from __future__ import annotations

import asyncio
import threading

import pytest
from starlette.applications import Starlette

from pages.door.lifespan import Wiring
from pages.routes import routes
from pipeline.errors import ConfigInvalid
from tests.support.asgi import ask


def app(wiring: Wiring) -> Starlette:
    return Starlette(routes=routes("/debug", wiring))


@pytest.fixture
def held() -> threading.Event:
    return threading.Event()


def test_the_server_is_alive_before_the_app_is_wired(held: threading.Event) -> None:
    wiring = Wiring(lambda: held.wait(5))
    wiring.begin()
    alive, ready = ask(app(wiring), "/debug/healthz"), ask(app(wiring), "/debug/readyz")
    held.set()
    assert (alive.status_code, alive.text) == (200, "ok")
    assert (ready.status_code, ready.text) == (503, "STARTING")


def test_it_is_ready_when_the_app_is_wired() -> None:
    ready = settled(Wiring(lambda: None))
    assert ask(app(ready), "/debug/readyz").text == "ok"
    assert ask(app(ready), "/debug/readyz").status_code == 200


def test_it_is_not_ready_by_the_error_s_code_alone() -> None:
    def wire() -> None:
        raise ConfigInvalid("AWS_REGION=nowhere", variable="AWS_REGION")

    answer = ask(app(settled(Wiring(wire))), "/debug/readyz")
    assert (answer.status_code, answer.text) == (503, "E013")


@pytest.mark.parametrize("path", ["/debug/healthz", "/debug/readyz"])
def test_an_old_answer_is_never_taken_for_a_new_one(path: str) -> None:
    assert ask(app(settled(Wiring(lambda: None))), path).headers["cache-control"] == "no-store"


def settled(wiring: Wiring) -> Wiring:
    """The same, its first wiring done."""

    async def wait() -> None:
        while await wiring.state() == "STARTING":
            await asyncio.sleep(0.01)

    wiring.begin()
    asyncio.run(wait())
    return wiring

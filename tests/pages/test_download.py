"""pages.ui.download: a download's failure reaches the page that waits for it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.ui.download import Fetch
from pipeline.errors import NotFound


def gone() -> bytes:
    raise NotFound("the document is gone")


def test_a_fetch_gives_the_bytes() -> None:
    fetch = Fetch(lambda: b"document")
    assert fetch() == b"document"
    assert fetch.error is None


def test_the_page_waits_for_the_fetch_and_learns_what_it_met() -> None:
    go = threading.Event()
    fetch = Fetch(lambda: gone() if go.wait(5) else b"")
    with ThreadPoolExecutor(1) as pool:
        fetching = pool.submit(fetch)
        go.set()
        fetch.wait(5)
        assert fetch.error is fetching.exception()


def test_an_old_failure_is_forgotten_when_the_next_fetch_succeeds() -> None:
    answers = iter([gone, lambda: b"document"])
    fetch = Fetch(lambda: next(answers)())
    with pytest.raises(NotFound):
        fetch()
    assert fetch.error
    assert fetch() == b"document"
    assert fetch.error is None


def test_waiting_ends_when_no_fetch_comes() -> None:
    Fetch(gone).wait(0.01)

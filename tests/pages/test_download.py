"""pages.ui.download: a download's failure reaches the page that waits for it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.ui.download import Fetch
from pipeline.errors import NotFound, TimedOut


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
        fetch.wait(5, 5)
        assert fetch.error is fetching.exception()


def test_an_old_failure_is_forgotten_when_the_next_fetch_succeeds() -> None:
    answers = iter([gone, lambda: b"document"])
    fetch = Fetch(lambda: next(answers)())
    with pytest.raises(NotFound):
        fetch()
    assert fetch.error
    assert fetch() == b"document"
    assert fetch.error is None


def test_a_press_that_leads_to_no_fetch_is_told() -> None:
    fetch = Fetch(gone)
    fetch.wait(0.01, 5)
    assert isinstance(fetch.error, TimedOut)
    assert fetch.error.state == "download_lost"


def test_the_next_fetch_forgets_that_one_was_lost() -> None:
    fetch = Fetch(lambda: b"document")
    fetch.wait(0.01, 5)
    fetch()
    fetch.wait(0.01, 5)
    assert fetch.error is None


def test_a_second_fetch_is_waited_for_like_the_first() -> None:
    go = threading.Event()
    fetch = Fetch(lambda: b"document" if go.wait(5) else b"")
    with ThreadPoolExecutor(1) as pool:
        for _ in range(2):
            go.clear()
            fetching = pool.submit(fetch)
            threading.Timer(0.1, go.set).start()
            fetch.wait(5, 5)
            assert fetching.result(1) == b"document"
            assert go.is_set()

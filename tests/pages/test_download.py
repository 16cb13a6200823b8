"""pages.ui.download: a download's failure reaches the page that waits for it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from pages.parcels import Parcel, Parcels
from pages.ui.download import Fetch, address
from pipeline.errors import NotFound, TimedOut


def gone() -> bytes:
    raise NotFound("the document is gone")


def test_a_fetch_gives_a_stub_whose_address_leads_to_the_document() -> None:
    """Streamlit makes a file's address of its bytes, type and name: the document waits there, and nowhere else."""
    parcels = Parcels()
    fetch = Fetch(lambda: b"document", parcels).named("t.csv", "text/csv")
    fetch.owner = "mine"
    stub = fetch()
    assert b"document" not in stub
    assert fetch.error is None
    manager = MediaFileManager(MemoryMediaFileStorage("/media"))
    served = manager.add(stub, "text/csv", "1", file_name="t.csv", is_for_static_download=True)
    assert address(stub, "t.csv", "text/csv").endswith(served)
    found = parcels.get(address(stub, "t.csv", "text/csv"), "mine")
    assert found == Parcel("mine", "t.csv", "text/csv", b"document")


def test_each_call_has_an_address_of_its_own() -> None:
    fetch = Fetch(lambda: b"document", Parcels())
    assert fetch() != fetch()


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
    fetch()
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
            assert go.is_set()
            assert fetching.done() or fetching.result(1)

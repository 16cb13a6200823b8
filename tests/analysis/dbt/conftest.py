"""The sample, the seven faults and a table of films, each built once, whatever the number of test processes."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.analysis.dbt import records
from tests.analysis.dbt.world import NOW, Built, Document, build, land, load, save

Make = Callable[[str, Callable[[Path], Built]], Built]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Make:
    """Makes what has a name, or gives what another process of these tests has made."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def make(name: str, build_it: Callable[[Path], Built]) -> Built:
        folder = shared / f"dbt-{name}"
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return load(folder) or save(build_it(folder), folder)

    return make


@pytest.fixture(scope="session")
def built(once: Make) -> Built:
    """The sample with two places' weather and one person's health."""

    def make(folder: Path) -> Built:
        items, sky, body = records.items(), records.weather(), records.health()
        documents = [Document(name, n, n) for name, n in (("all_records", len(items)), ("weather", len(sky)))]
        database = land(folder, items, {"weather": sky, "google_health": body}, documents)
        return build(database, {"person_places": records.PLACES})

    return once("built", make)


@pytest.fixture(scope="session")
def faulty(once: Make) -> Built:
    """The sample with the faults: those of the records, a head that claims one more, and a source that is late."""

    def make(folder: Path) -> Built:
        items, sky = records.faulty(), records.weather()
        late = Document("weather", len(sky), len(sky), NOW - timedelta(days=3))
        documents = [Document("all_records", len(items) + 1, len(items)), late]
        return build(land(folder, items, {"weather": sky}, documents))

    return once("faulty", make)


@pytest.fixture(scope="session")
def films(once: Make) -> Built:
    """A table without any of the entities, in a lake without sources."""

    def make(folder: Path) -> Built:
        return build(land(folder, records.films(), {}, [Document("all_records", 3, 3)]))

    return once("films", make)


@pytest.fixture(scope="session")
def whole(once: Make) -> Built:
    """The sample in a table and a source whose numbers are all whole ones."""

    def make(folder: Path) -> Built:
        items, sky = (
            [records.in_whole_numbers(one) for one in found] for found in (records.items(), records.weather())
        )
        documents = [Document(name, n, n) for name, n in (("all_records", len(items)), ("weather", len(sky)))]
        return build(land(folder, items, {"weather": sky}, documents), {"person_places": records.PLACES})

    return once("whole", make)

"""Where the documents of some runs are kept: of a page of rows by one listing, and a HEAD of each archived one alone.

A HEAD a row would cost as much as all else on the page. A listing knows current versions only: of one that a later run
replaced S3 is asked, once it is old enough for a lifecycle to have moved it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from pipeline.errors import AuthFailed, PipelineError
from pipeline.lake.bucket import Lake
from pipeline.lake.storage import Storage
from pipeline.runs.run import Run

# A document by its key and version.
Place = tuple[str, str | None]
ASKERS = 8
# Lifecycle rules count whole days. Source: Amazon S3 User Guide, "Lifecycle configuration elements".
SOONEST_MOVE = timedelta(days=1)


def place(run: Run) -> Place:
    """Where a run's document lies."""
    return run.key or "", run.version_id


def storages(lake: Lake, runs: Sequence[Run], known: Sequence[Run], now: datetime) -> dict[Place, Storage]:
    """How the documents of ``runs`` are kept; ``known`` is the history, newest first. Raise what a listing raises; what
    a HEAD is refused of stays as the listing has it."""
    written = [run for run in runs if run.key]
    shelf = _Shelf(lake, _listed(lake, written), _newest(known), now)
    with ThreadPoolExecutor(ASKERS) as pool:
        return dict(zip(map(place, written), pool.map(shelf.storage, written), strict=True))


@dataclass(frozen=True)
class _Shelf:
    lake: Lake
    listed: Mapping[str, Storage]
    newest: Mapping[str, Place]
    now: datetime

    def storage(self, run: Run) -> Storage:
        if self.newest.get(run.key or "", place(run)) != place(run):
            young = self.now - run.updated_at < SOONEST_MOVE
            return Storage() if young else self._asked(run.key or "", run.version_id, Storage())
        # Files of a native export come and go together: one that is archived stands for all.
        names = [file.key for file in run.files] or [run.key or ""]
        in_listing = {name: self.listed.get(name, Storage()) for name in names}
        cold = next((name for name, storage in in_listing.items() if storage.may_be_archived), None)
        return in_listing[names[0]] if cold is None else self._asked(cold, None, in_listing[cold])

    def _asked(self, key: str, version_id: str | None, otherwise: Storage) -> Storage:
        try:
            held = self.lake.head(key, version_id)
        except AuthFailed:
            raise
        except PipelineError:
            return otherwise
        return held.storage if held else otherwise


def _newest(known: Sequence[Run]) -> dict[str, Place]:
    newest: dict[str, Place] = {}
    for run in known:
        if run.key:
            newest.setdefault(run.key, place(run))
    return newest


def _listed(lake: Lake, runs: Sequence[Run]) -> dict[str, Storage]:
    wanted = {key for run in runs for key in (run.key or "", *(file.key for file in run.files))}
    spans: dict[str, list[str]] = {}
    for key in wanted:
        spans.setdefault(key.partition("dt=")[0], []).append(key)
    with ThreadPoolExecutor(ASKERS) as pool:
        found = pool.map(partial(_of_span, lake), spans.values())
        return {key: storage for some in found for key, storage in some if key in wanted}


def _of_span(lake: Lake, names: Sequence[str]) -> list[tuple[str, Storage]]:
    return list(_between(lake, min(names), max(names)))


def _between(lake: Lake, first: str, last: str) -> Iterator[tuple[str, Storage]]:
    # StartAfter leaves its own key out: what precedes the first one by a character stands before it.
    for held in lake.list_after(first.partition("dt=")[0], first[:-1]):
        if held.key > last:
            return
        yield held.key, held.storage

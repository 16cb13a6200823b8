"""What somebody was told of and is not over: kept, so that a recovery is told once, and only where trouble was.

One small object of the lake, moved by compare-and-set; whoever tells first writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args

from pipeline.clock import parse_utc, utc_text
from pipeline.errors import SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake
from pipeline.lake.report_keys import TROUBLES
from pipeline.notices.looks.run_notices import Trouble, TroubleKind

FORMAT: Final = 1
# A storm's: what is older of more than these is forgotten, and its end is told of the rest.
MOST: Final = 500
TRIES: Final = 10


@dataclass(frozen=True)
class Troubles:
    """The open troubles of one lake. Raises what Lake raises; what cannot be read is none, and is written anew."""

    lake: Lake

    def load(self) -> tuple[Trouble, ...]:
        """What is not over, oldest first."""
        return self._read()[0]

    def change(self, begun: Iterable[Trouble] = (), ended: Iterable[Trouble] = ()) -> None:
        """Some have begun, some are over. Who loses the race every time leaves it to the next look."""
        begun, gone = tuple(begun), {one.change for one in ended}
        for _ in range(TRIES):
            known, seen = self._read()
            merged = {one.change: one for one in (*known, *begun) if one.change not in gone}
            if merged.keys() == {one.change for one in known} or self._replace(merged.values(), seen):
                return

    def _read(self) -> tuple[tuple[Trouble, ...], str | None]:
        try:
            stored = self.lake.read_json(TROUBLES)
        except SchemaMismatch:
            head = self.lake.head(TROUBLES)
            return (), head.etag if head else None
        return (tuple(_entries(stored[0])), stored[1]) if stored else ((), None)

    def _replace(self, troubles: Iterable[Trouble], seen: str | None) -> bool:
        newest = sorted(troubles, key=lambda one: (one.at, one.change))[-MOST:]
        try:
            self.lake.write_json(TROUBLES, {"format": FORMAT, "troubles": [_raw(one) for one in newest]}, seen)
        except Conflict:
            return False
        return True


def _raw(one: Trouble) -> dict[str, Any]:
    return {"kind": one.kind, "table": one.table, "at": utc_text(one.at), "run_id": one.run_id, "whole": one.whole}


def _entries(raw: Any) -> Iterator[Trouble]:
    listed = raw.get("troubles") if isinstance(raw, dict) else None
    for item in listed[:MOST] if isinstance(listed, list) else ():
        one = _entry(item)
        if one:
            yield one


def _entry(raw: Any) -> Trouble | None:
    try:
        if raw["kind"] not in get_args(TroubleKind) or not isinstance(raw["whole"], bool):
            return None
        return Trouble(raw["kind"], str(raw["table"]), parse_utc(raw["at"]), str(raw["run_id"]), raw["whole"])
    except (KeyError, TypeError, ValueError):
        return None

"""What changed between two exports: records by the table's own key, columns and their types.

Streams both documents; of each record only its key and a digest stay in memory, and the first few differences whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from pipeline.documents.columns import kind
from pipeline.lake.document import exact, without_export_time

SHOWN = 100
Records = Callable[[], Iterator[dict[str, Any]]]


@dataclass(frozen=True)
class Change:
    """One record that is in both and differs: its key, and (field, before, after); an absent side is None."""

    key: str
    fields: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True)
class Diff:
    """Counts of all differences; of ``added``, ``removed`` and ``changes`` the first hundred."""

    added_count: int
    removed_count: int
    changed_count: int
    same_count: int
    added: tuple[dict[str, Any], ...]
    removed: tuple[dict[str, Any], ...]
    changes: tuple[Change, ...]
    added_columns: tuple[str, ...]
    removed_columns: tuple[str, ...]
    # (column, types before, types after)
    type_changes: tuple[tuple[str, str, str], ...]

    @property
    def empty(self) -> bool:
        """Whether the two are equal."""
        return not (self.added_count or self.removed_count or self.changed_count)


@dataclass
class _Side:
    """Key → digest of every record, and column → types."""

    digests: dict[bytes, bytes] = field(default_factory=dict)
    types: dict[str, set[str]] = field(default_factory=dict)

    def take(self, record: dict[str, Any], key: bytes) -> bytes:
        for name, value in record.items():
            self.types.setdefault(name, set()).add(kind(value))
        digest = self.digests[key] = _digest(record)
        return digest


def diff(before: Records, after: Records, key_names: Sequence[str]) -> Diff:
    """Compare two documents; each callable gives its records anew. ``_exported_at`` does not count."""
    old, new = _Side(), _Side()
    for record in map(without_export_time, before()):
        old.take(record, _key(record, key_names))
    added: list[dict[str, Any]] = []
    changed: dict[bytes, dict[str, Any]] = {}
    counts = {"added": 0, "changed": 0, "same": 0}
    for record in map(without_export_time, after()):
        key = _key(record, key_names)
        what = _compared(old.digests.get(key), new.take(record, key))
        counts[what] += 1
        if what == "added" and len(added) < SHOWN:
            added.append(record)
        elif what == "changed" and len(changed) < SHOWN:
            changed[key] = record
    removed, changes = _look_up(before, key_names, new.digests, changed)
    return Diff(
        added_count=counts["added"],
        removed_count=len(old.digests.keys() - new.digests.keys()),
        changed_count=counts["changed"],
        same_count=counts["same"],
        added=tuple(added),
        removed=tuple(removed),
        changes=tuple(changes),
        added_columns=tuple(sorted(new.types.keys() - old.types.keys())),
        removed_columns=tuple(sorted(old.types.keys() - new.types.keys())),
        type_changes=tuple(_type_changes(old.types, new.types)),
    )


def _compared(before: bytes | None, after: bytes) -> str:
    if before is None:
        return "added"
    return "same" if before == after else "changed"


def _look_up(
    before: Records, key_names: Sequence[str], kept: dict[bytes, bytes], changed: dict[bytes, dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[Change]]:
    removed: list[dict[str, Any]] = []
    changes: list[Change] = []
    for record in map(without_export_time, before()):
        key = _key(record, key_names)
        if key in changed:
            changes.append(Change(_shown(record, key_names), tuple(_fields(record, changed[key]))))
        elif key not in kept and len(removed) < SHOWN:
            removed.append(record)
    return removed, changes


def _fields(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys([*before, *after]):
        if name not in before or name not in after or _bytes(before[name]) != _bytes(after[name]):
            yield name, before.get(name), after.get(name)


def _type_changes(before: dict[str, set[str]], after: dict[str, set[str]]) -> Iterator[tuple[str, str, str]]:
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            yield name, ", ".join(sorted(before[name])), ", ".join(sorted(after[name]))


def _key(record: dict[str, Any], key_names: Sequence[str]) -> bytes:
    return hashlib.blake2b(_bytes([record.get(name) for name in key_names]), digest_size=16).digest()


def _shown(record: dict[str, Any], key_names: Sequence[str]) -> str:
    return " / ".join(str(record.get(name)) for name in key_names)


def _digest(record: dict[str, Any]) -> bytes:
    return hashlib.blake2b(_bytes(record), digest_size=16).digest()


def _bytes(value: Any) -> bytes:
    return orjson.dumps(exact(value), option=orjson.OPT_SORT_KEYS)

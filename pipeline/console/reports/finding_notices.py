"""What of the data's quality somebody is told: a finding is new, worse, healed. Of a muted one nothing. Pure.

No value of a record, and not what was expected and found: a name and where to look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from pipeline.analysis.quality.findings import WHOLE
from pipeline.analysis.quality.result import ChangeKind, Result
from pipeline.notices.notice import Kind, Notice

# What was muted and still stands is news to whoever was not told of it.
_KINDS: Final[dict[ChangeKind, Kind]] = {
    "new": "finding_new",
    "unmuted": "finding_new",
    "worse": "finding_worse",
    "healed": "finding_healed",
}


def finding_notices(result: Result, muted: Collection[str]) -> Iterator[Notice]:
    """A notice for each change that one look has found, but for those of findings that are ``muted`` now (their
    ids)."""
    for change in result.changes:
        finding = change.finding
        if finding.id in muted:
            continue
        kind = _KINDS[change.kind]
        about = result.table if finding.subject == WHOLE else finding.subject
        path = f"/debug/models?tab=quality&finding={finding.id}"
        facts = (("table", result.table), ("day", result.day.isoformat()), ("check", finding.check))
        yield Notice(kind, f"{kind}:{result.table}:{finding.id}:{result.run_id}", result.made_at, about, path, facts)

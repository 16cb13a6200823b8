"""What lies where reports and notices are kept: ours by its key, or somebody else's.

By listings alone: what a report holds is looked at when it is opened, against its manifest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.check.findings import Finding
from pipeline.lake.bucket import Lake, StoredObject
from pipeline.lake.report_keys import REPORTS, TROUBLES, is_report_key
from pipeline.notices.addresses import NOTICES, PREFERENCES, is_notice_key

PREFIXES: Final = ("config/", REPORTS, "metadata/reports/", NOTICES)
# Beyond these nothing new is learnt, and each is a line of what check prints.
MOST: Final = 100


@dataclass(frozen=True)
class ReportCheck:
    """The objects of reports and notices of one lake."""

    lake: Lake

    def findings(self) -> Iterator[Finding]:
        """A warning a foreign object, of each prefix the first MOST. Raise what Lake raises."""
        for prefix in PREFIXES:
            left = MOST
            for held in self.lake.list_after(prefix, ""):
                if left and not _ours(held):
                    left -= 1
                    yield _foreign(held)


def _ours(held: StoredObject) -> bool:
    # The mark that a folder of the S3 console's is.
    mark = held.key.endswith("/") and not held.size
    return mark or held.key in {PREFERENCES, TROUBLES} or is_report_key(held.key) or is_notice_key(held.key)


def _foreign(held: StoredObject) -> Finding:
    expected = "what reports and notices keep"
    return Finding("foreign_object", held.key, expected, f"{held.size} bytes", "python -m pipeline reports")

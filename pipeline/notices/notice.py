"""What somebody is to be told: the kind, the change that is told once, where to look. No row of data. Pure.

Who is told, and how, is in ``sender.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal[
    "run_failed",
    "run_late",
    "run_lost",
    "run_recovered",
    "finding_new",
    "finding_worse",
    "finding_healed",
    "report_ready",
    "report_failed",
    "report_late",
    "report_missed",
    "test",
]


@dataclass(frozen=True)
class Notice:
    """One change. ``change`` names it, so that it is told once, whoever finds it out (``run_failed:<run id>``);
    ``about`` is the name of the table, test or report; ``path`` the address below the console's, such as
    ``/debug/pipeline?run=…``; ``facts`` are names of the catalogue's (``notices.fact.<name>``) with plain values;
    ``only`` are the channels that are told, of all that want the kind (empty: these)."""

    kind: Kind
    change: str
    at: datetime
    about: str
    path: str
    facts: tuple[tuple[str, str], ...] = ()
    only: tuple[str, ...] = ()

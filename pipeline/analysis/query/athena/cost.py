"""What a query on Athena reads and costs: at most so much before it, and what it was afterwards. Pure.

Source: Amazon Athena pricing, "SQL queries": by the TB scanned, at least 10 MB a query; what fails costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.analysis.query.athena.statement import prepared
from pipeline.analysis.query.face import Query
from pipeline.tables.manifest import Manifest

# Decimal: with 2**40 bytes a TB an estimate would say too little where AWS counts the other way.
_TB = 10**12
LEAST_BYTES = 10 * 10**6
USD_PER_TB = 5.0


@dataclass(frozen=True)
class Estimate:
    """``scanned``: the most bytes that a query reads of the day's tables that it names, each time that it names them;
    ``usd`` for them; ``whole``: Glue tables that it names in full, whose other days come on top."""

    scanned: int
    usd: float
    whole: tuple[str, ...] = ()


def estimate(query: Query, days: Sequence[Manifest], usd_per_tb: float = USD_PER_TB) -> Estimate:
    """What a query on Athena costs at most. Raise DataInvalid (``sql_…``) for what is no query."""
    statement = prepared(query, days)
    scanned = sum(part.file.size * times for part, times in statement.parts.items())
    return Estimate(scanned, price(scanned, usd_per_tb), statement.whole)


def price(scanned: int, usd_per_tb: float = USD_PER_TB) -> float:
    """US dollars for the bytes that a query has read."""
    return max(scanned, LEAST_BYTES) / _TB * usd_per_tb

"""A process that fetches weather and may be killed: ``python -m tests.faults.fetch_victim URL BUCKET PROVIDER RUN``.

Ten days a request, so that a range is many pieces.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from pipeline.aws import Cloud, Credentials
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import LEASE_SECONDS, Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.request import FetchRequest
from pipeline.runs.run import Run
from pipeline.sources.fetch import Fetcher
from pipeline.sources.http import Http
from pipeline.sources.kinds import WEATHER
from pipeline.sources.open_meteo.places import Place
from pipeline.sources.open_meteo.weather import Weather
from pipeline.sources.protocol import Tools

FIRST, LAST = date(2026, 1, 1), date(2026, 4, 10)
PIECES = 10


class InPieces(Weather):
    """Weather, a hundred days of which are ten pieces."""

    span_days: ClassVar[int] = 10


def fetch(url: str, bucket: str, provider: str, run_id: str, later: bool = False) -> Run:
    """Fetch all of the days; ``later``: by a clock on which a dead run's lease has expired."""
    offset = timedelta(seconds=LEASE_SECONDS + 1 if later else 0)

    def now() -> datetime:
        return datetime.now(UTC) + offset

    lake = Lake(Cloud("ap-northeast-1", url, Credentials("testing", "testing")).s3, bucket)
    endpoints = dict.fromkeys(WEATHER.endpoints, provider)
    source = InPieces(Tools(Http("open-meteo", now=now), now), endpoints, (Place("tokyo", "東京", 35.6895, 139.69171),))
    fetcher = Fetcher(lake, Ledger(lake), Leases(lake, now), now, lambda name: source)
    request = FetchRequest(run_id, "weather", trigger="backfill", first=FIRST, last=LAST)
    return fetcher.run(request, JsonLog("victim", None, lambda line: None), lambda: 900.0).run


if __name__ == "__main__":
    fetch(*sys.argv[1:5])

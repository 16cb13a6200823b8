"""Settings and clients become an exporter of one bucket.

The function and the tests wire it; nothing else makes one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.export import scan
from pipeline.export.allocator import keep_flat
from pipeline.export.job import Exporter, Options
from pipeline.lake.bucket import Lake
from pipeline.lake.store import Probe, is_foreign
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.lifecycle import CarryOn


def build_exporter(
    settings: Settings, cloud: Cloud, now: Callable[[], datetime], carry_on: CarryOn | None = None
) -> Exporter:
    """An exporter of this bucket whose scans skip botocore's parser."""
    scan.keep_raw_bodies(cloud.dynamodb)
    keep_flat()
    lake = Lake(cloud.s3, settings.bucket, settings.kms_key)
    options = Options(
        settings.compress,
        settings.max_rcu,
        settings.segments,
        engine=settings.engine,
        changed_by=settings.incremental_by,
        overlap=settings.incremental_overlap,
        on_clash=settings.on_clash,
    )
    if is_foreign(cloud):
        lake.admit = partial(Probe(lake).admit, settings.allow_unsafe_store)
    return Exporter(cloud.dynamodb, lake, Ledger(lake, now), Leases(lake, now), now, options, carry_on)

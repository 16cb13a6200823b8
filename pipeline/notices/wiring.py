"""Notices of settings and clients, for the function and for the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.lake.bucket import Lake
from pipeline.notices.sender import Notices


def notices_of(settings: Settings, cloud: Cloud, lake: Lake, now: Callable[[], datetime]) -> Notices:
    """Notices to the channels of these settings; nothing is asked before something is told."""
    raise NotImplementedError

"""Notices of settings and clients, for the function and for the console.

No client is made and no secret read before something is told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.lake.bucket import Lake
from pipeline.notices.channels import Channels, Way
from pipeline.notices.sender import Notices, Unsettled
from pipeline.notices.sending.topic import Topic
from pipeline.notices.sending.webhook import Webhook
from pipeline.settings_values import ChannelKind
from pipeline.sources.vault import vault


def notices_of(
    settings: Settings,
    cloud: Cloud,
    lake: Lake,
    now: Callable[[], datetime],
    unsettled: Unsettled | None = None,
) -> Notices:
    """Notices to the channels of these settings; whoever lives for long hands over what it has ``unsettled``."""
    ways: dict[ChannelKind, Way] = {"sns": Topic(cloud), "slack": Webhook(partial(vault, cloud, settings.secrets))}
    channels = Channels(settings.notices.channels, ways)
    return Notices(lake, channels, settings.notices.console_url, now, unsettled or Unsettled())

"""A lake, a topic, a webhook, and as many consoles as a test wants that tell of the same changes."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from typing import Any

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.lake.bucket import Lake, Written
from pipeline.notices.notice import Kind, Notice
from pipeline.notices.sender import Notices
from pipeline.notices.wiring import notices_of
from tests.conftest import Clock
from tests.support.notices.hook import Hook
from tests.support.notices.topics import Topic, topic

# The emulator looks at a condition and then writes; S3 does both at once.
_AT_ONCE = threading.Lock()
CONSOLE = "https://console.example.com"


class StrictLake(Lake):
    """A lake whose conditional writes are as good as S3's, also for several threads of this process."""

    def put_json(self, key: str, value: Any, seen: str | None) -> Written:
        with _AT_ONCE:
            return super().put_json(key, value, seen)


@dataclass(frozen=True)
class Office:
    """``team`` is the topic, ``ops`` the webhook, by these names."""

    cloud: Cloud
    lake: Lake
    clock: Clock
    hook: Hook
    topic: Topic
    settings: Settings

    def console(self, lake: Lake | None = None) -> Notices:
        """Another process that tells."""
        return notices_of(self.settings, self.cloud, lake or self.lake, self.clock)

    def notice(self, change: str = "run_failed:r1", kind: Kind = "run_failed", about: str = "movies") -> Notice:
        """A change as whoever finds it out tells it."""
        return Notice(kind, change, self.clock(), about, f"/debug/pipeline?run={change.rpartition(':')[2]}")

    def notices(self, number: int, first: int = 0) -> list[Notice]:
        """As many different ones, told of as many tables."""
        return [self.notice(f"run_failed:r{n}", about=f"table-{n}") for n in range(first, first + number)]


def office(cloud: Cloud, lake: Lake, clock: Clock, webhook: Hook) -> Office:
    """All of it, of this test's own."""
    secret, made = f"notices/{uuid.uuid4().hex}", topic(cloud)
    cloud.secretsmanager.create_secret(Name=secret, SecretString=webhook.url)
    channels = f"team=sns:{made.arn},ops=slack:{secret}"
    environ = {"PIPELINE_NOTICES": channels, "PIPELINE_CONSOLE_URL": CONSOLE, "S3_BUCKET_NAME": lake.bucket}
    return Office(cloud, lake, clock, webhook, made, Settings.from_env(environ))

"""pipeline.notices.sender where things go wrong: the store is away, a process dies, an object is none."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson
import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.errors import ExternalApiDown, PipelineError
from pipeline.lake.bucket import Lake
from pipeline.notices.addresses import OUTBOX, PREFERENCES, is_notice_key, told_key
from pipeline.notices.channels import Channels
from pipeline.notices.notice import Notice
from pipeline.notices.sender import Notices
from pipeline.notices.sending.outbox import CLAIM
from pipeline.settings_values import NoticeSettings
from tests.faults.proxy import Fault, Proxy
from tests.support.notices.office import Office
from tests.support.places import ROOT

ALWAYS = 1_000


def through(proxy: Proxy, here: Office) -> Notices:
    """A console whose store is behind the proxy; topics and secrets are not."""
    behind = Cloud(here.cloud.region, proxy.url, Credentials("testing", "testing"))
    return here.console(Lake(behind.s3, here.lake.bucket))


def keys_of(here: Office) -> list[str]:
    return [one.key for one in here.lake.list_after("metadata/notices/", "")]


def test_without_channels_nothing_is_asked_kept_or_sent(here: Office, emulator_url: str) -> None:
    with Proxy(emulator_url) as proxy:
        none = replace(here, settings=replace(here.settings, notices=NoticeSettings()))
        assert through(proxy, none).tell([here.notice()]) == ()
        assert proxy.operations() == []


def test_nothing_is_sent_while_the_store_is_away_and_all_of_it_once_it_is_back(here: Office, emulator_url: str) -> None:
    with Proxy(emulator_url) as proxy:
        proxy.plan(Fault("s3.PutObject", "error500", 1, ALWAYS))
        console = through(proxy, here)
        with pytest.raises(PipelineError):
            console.tell([here.notice()])
        assert here.hook.posted == []
        proxy.plan()
        console.tell([here.notice()])
    assert len(here.hook.told) == len(here.topic.received()) == 1


@pytest.mark.parametrize("key", ["told/", OUTBOX])
def test_what_was_sent_while_the_store_went_away_is_not_sent_again(here: Office, emulator_url: str, key: str) -> None:
    with Proxy(emulator_url) as proxy:
        # The claim is the first write of the outbox.
        proxy.plan(Fault("s3.PutObject", "error500", 2 if key == OUTBOX else 1, ALWAYS, key=key))
        console = through(proxy, here)
        with pytest.raises(ExternalApiDown):
            console.tell([here.notice()])
        proxy.plan()
        here.clock.tick(CLAIM.total_seconds() + 1)
        assert console.tell([here.notice()]) == ()
    assert here.console().retry() == ()
    assert len(here.hook.told) == len(here.topic.received()) == 1


def test_what_was_marked_as_told_is_sent_by_no_other_console_though_it_still_waits(
    here: Office, emulator_url: str
) -> None:
    with Proxy(emulator_url) as proxy:
        proxy.plan(Fault("s3.PutObject", "error500", 2, ALWAYS, key=OUTBOX))
        with pytest.raises(ExternalApiDown):
            through(proxy, here).tell([here.notice()])
    here.clock.tick(CLAIM.total_seconds() + 1)
    assert here.console().retry() == ()
    assert len(here.hook.told) == len(here.topic.received()) == 1


@pytest.mark.parametrize("seed", range(8))
def test_whatever_requests_fail_each_change_is_told_once(here: Office, emulator_url: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    operations = ["s3.PutObject", "s3.PutObject", "s3.GetObject", "s3.HeadObject"]
    with Proxy(emulator_url) as proxy:
        console = through(proxy, here)
        for notice in here.notices(4):
            kinds = [chance.choice(["error500", "lost_answer", "reset"]) for _ in range(3)]
            proxy.plan(
                *(Fault(chance.choice(operations), kind, chance.randint(1, 4), chance.randint(1, 12)) for kind in kinds)
            )
            with suppress(PipelineError):
                console.tell([notice])
            here.clock.tick(61)
        proxy.plan()
        here.clock.tick(CLAIM.total_seconds())
        console.tell(here.notices(4))
    assert sorted(text.partition("\n")[0][-7:] for text in here.hook.told) == [f"table-{n}" for n in range(4)]


def test_a_lost_answer_to_a_write_sends_nothing_twice(here: Office, emulator_url: str) -> None:
    with Proxy(emulator_url) as proxy:
        proxy.plan(*(Fault("s3.PutObject", "lost_answer", nth) for nth in (1, 3, 5)))
        through(proxy, here).tell([here.notice()])
    here.console().tell([here.notice()])
    assert len(here.hook.told) == len(here.topic.received()) == 1


KILLED = """
import os, sys
from datetime import UTC, datetime
from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.lake.bucket import Lake
from pipeline.notices.channels import Channels
from pipeline.notices.notice import Notice
from pipeline.notices.sender import Notices

class Deadly:
    def send(self, target, message):
        os._exit(9)

settings = Settings.from_env(os.environ)
cloud = Cloud("ap-northeast-1", sys.argv[1], Credentials("testing", "testing"))
now = datetime.fromisoformat(sys.argv[2])
channels = Channels(settings.notices.channels, {"sns": Deadly(), "slack": Deadly()})
notices = Notices(Lake(cloud.s3, settings.bucket), channels, "", lambda: now)
notices.tell([Notice("run_failed", "run_failed:r1", now, "movies", "/debug/pipeline?run=r1")])
"""


def test_what_a_process_had_claimed_that_was_killed_is_told_by_another(here: Office, emulator_url: str) -> None:
    channels = ",".join(f"{one.name}={one.kind}:{one.target}" for one in here.settings.notices.channels)
    environ = {**os.environ, "PIPELINE_NOTICES": channels, "S3_BUCKET_NAME": here.lake.bucket}
    command = [sys.executable, "-c", KILLED, emulator_url, here.clock().isoformat()]
    assert subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode == 9
    assert here.console().tell([here.notice()]) == ()
    here.clock.tick(CLAIM.total_seconds() + 1)
    here.console().retry()
    assert len(here.hook.told) == len(here.topic.received()) == 1


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b'{"format": 1}', b'{"format": 9, "waiting": []}', b"[" * 500]
)
def test_an_outbox_that_nobody_can_read_silences_nobody(here: Office, body: bytes) -> None:
    here.lake.s3.put_object(Bucket=here.lake.bucket, Key=OUTBOX, Body=body)
    here.console().tell([here.notice()])
    assert len(here.hook.told) == 1


def test_a_kind_that_a_newer_console_waits_to_tell_keeps_nobody_from_telling_the_others(here: Office) -> None:
    here.hook.status = 500
    here.console().tell([here.notice()])
    stored = here.lake.read_json(OUTBOX)
    assert stored
    newer: Any = orjson.loads(orjson.dumps(stored[0]["waiting"][0]))
    newer["notice"] |= {"kind": "something_new", "change": "something_new:1"}
    here.lake.write_json(OUTBOX, {**stored[0], "waiting": [newer, *stored[0]["waiting"]]}, stored[1])
    here.hook.status = 200
    assert [one.outcome for one in here.console().retry()] == ["sent"]


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"format": 1, "language": "fr", "channels": {}}'])
def test_preferences_that_nobody_can_read_silence_nobody(here: Office, body: bytes) -> None:
    here.lake.s3.put_object(Bucket=here.lake.bucket, Key=PREFERENCES, Body=body)
    here.console().tell([here.notice()])
    assert len(here.hook.told) == 1


def test_a_name_that_cannot_be_written_is_told_all_the_same(here: Office) -> None:
    odd = Notice(
        "run_failed", "x" * 10_000 + "\ud800", here.clock(), "\ud800🍣" * 1_000, "no path \ud800", (("a", "\udfff"),)
    )
    here.console().tell([odd])
    assert here.console().tell([odd]) == ()
    assert len(here.hook.told) == 1 and "🍣" in here.hook.told[0]


def test_long_names_of_changes_that_differ_at_their_end_are_two(here: Office) -> None:
    notices = [Notice("run_failed", "x" * 2_000 + end, here.clock(), end, "/") for end in "ab"]
    here.console().tell(notices)
    assert len(here.hook.told) == 2


def test_every_object_of_notices_has_an_address_of_theirs(here: Office) -> None:
    here.hook.status = 500
    here.console().tell(here.notices(2))
    found = keys_of(here)
    assert len(found) == 2 and all(map(is_notice_key, found))
    here.hook.status = 200
    here.console().retry()
    assert told_key("run_failed:r0") in keys_of(here) and all(map(is_notice_key, keys_of(here)))


def test_a_way_that_hangs_does_not_keep_the_others_from_being_told(here: Office) -> None:
    here.hook.hangs = True
    console = here.console()
    ways = dict(console.channels.ways)
    hasty = replace(ways["slack"], silence=0.2)  # type: ignore[type-var]
    console = replace(console, channels=Channels(console.channels.listed, {**ways, "slack": hasty}))
    sent = {one.channel: one.outcome for one in console.tell([here.notice()])}
    assert sent == {"team": "sent", "ops": "failed"}

"""pipeline.notices.preferences: who wants what, kept so that two people do not overwrite each other."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from pipeline.errors import DataInvalid, SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.notices.addresses import PREFERENCES
from pipeline.notices.preferences import KINDS, KeptPreferences, Preferences
from tests.conftest import Clock

WISHES = Preferences("en", (("ops", ("run_failed", "run_lost")), ("team", ())))


def test_where_nothing_is_kept_everybody_wants_everything_in_japanese(lake: Lake) -> None:
    found = KeptPreferences(lake).load()
    assert found == Preferences("ja") and all(found.wants("ops", kind) for kind in KINDS)


def test_what_was_saved_is_read_again(lake: Lake, clock: Clock) -> None:
    kept = KeptPreferences(lake)
    saved = kept.save(WISHES, "", clock(), "akari@example.com")
    assert kept.load() == saved and saved.changed_by == "akari@example.com" and saved.changed_at == clock()
    assert [kind for kind in KINDS if saved.wants("ops", kind)] == ["run_failed", "run_lost"]
    assert not any(saved.wants("team", kind) for kind in KINDS) and saved.wants("new", "run_late")


def test_who_comes_second_is_told_and_overwrites_nothing(lake: Lake, clock: Clock) -> None:
    kept = KeptPreferences(lake)
    first = kept.save(WISHES, "", clock(), "akari")
    for seen in ("", "another"):
        with pytest.raises(DataInvalid) as caught:
            kept.save(Preferences("ja"), seen, clock(), "ren")
        assert caught.value.state == "notices_changed"
    assert kept.load() == first
    assert kept.save(replace(first, language="ja"), first.seen, clock(), "ren").language == "ja"


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b"null", b'{"format": 2}', b'{"format": 1, "language": "fr", "channels": {}}', b"[" * 999],
)
def test_what_cannot_be_read_is_told_and_can_be_saved_over(lake: Lake, clock: Clock, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=PREFERENCES, Body=body)
    kept = KeptPreferences(lake)
    found = kept.load()
    assert isinstance(found.problem, SchemaMismatch) and found.problem.state == "notices_unread"
    assert all(found.wants("ops", kind) for kind in KINDS)
    assert kept.save(WISHES, found.seen, clock(), "akari").problem is None
    assert kept.load().problem is None


def test_a_kind_of_a_newer_console_is_no_reason_to_tell_everything(lake: Lake, clock: Clock) -> None:
    kept = KeptPreferences(lake)
    kept.save(WISHES, "", clock(), "akari")
    raw = orjson.loads(lake.read_bytes(PREFERENCES))
    raw["channels"]["ops"].append("something_new")
    lake.s3.put_object(Bucket=lake.bucket, Key=PREFERENCES, Body=orjson.dumps(raw))
    assert dict(kept.load().kinds)["ops"] == ("run_failed", "run_lost")

"""pipeline.notices.sender: each change is told once, to whom it concerns; many at once as one; in vain, again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pipeline.errors import NotFound
from pipeline.notices.notice import Notice
from pipeline.notices.preferences import KeptPreferences, Preferences
from pipeline.notices.sender import Notices
from pipeline.notices.sending.outbox import MOST_SINGLE, MOST_TRIES
from tests.support.notices.office import CONSOLE, Office, StrictLake


def outcomes(notices: Notices, days: int = 1) -> list[tuple[str, str, int]]:
    return [(one.channel, one.outcome, one.count) for one in notices.sent(days)]


def test_a_change_is_told_to_every_channel_with_its_address(here: Office) -> None:
    sent = here.console().tell([here.notice()])
    assert {(one.channel, one.outcome) for one in sent} == {("team", "sent"), ("ops", "sent")}
    assert here.hook.told == [f"実行が失敗しました：movies\n{CONSOLE}/debug/pipeline?run=r1"]
    assert here.topic.received() == [
        ("[pipeline] Run failed: movies", f"実行が失敗しました：movies\n\n{CONSOLE}/debug/pipeline?run=r1")
    ]


def test_a_change_is_told_once_whoever_finds_it_out(here: Office) -> None:
    here.console().tell([here.notice()])
    assert here.console().tell([here.notice(), here.notice()]) == ()
    assert len(here.hook.told) == len(here.topic.received()) == 1


def test_a_change_is_told_once_though_it_was_long_ago(here: Office) -> None:
    here.console().tell([here.notice()])
    here.clock.tick(400 * 24 * 3600)
    assert here.console().tell([here.notice()]) == ()


def test_consoles_that_find_it_out_at_once_tell_it_once(here: Office) -> None:
    consoles = 6
    together = Barrier(consoles)

    def tell(_: int) -> None:
        console = here.console(StrictLake(here.lake.s3, here.lake.bucket))
        together.wait()
        console.tell(here.notices(3))

    with ThreadPoolExecutor(consoles) as pool:
        list(pool.map(tell, range(consoles)))
    here.console().retry()
    assert sorted(text.partition("\n")[0][-7:] for text in here.hook.told) == ["table-0", "table-1", "table-2"]
    assert len(here.topic.received()) == 3


def test_the_log_says_what_was_sent_and_to_whom(here: Office) -> None:
    here.console().tell([here.notice()])
    assert sorted(outcomes(here.console())) == [("ops", "sent", 1), ("team", "sent", 1)]


def test_only_the_channels_of_a_notice_are_told(here: Office) -> None:
    notice = Notice("report_ready", "report_ready:r1", here.clock(), "weekly", "/debug/reports?run=r1", only=("ops",))
    here.console().tell([notice])
    assert len(here.hook.told) == 1 and here.topic.received() == []


def test_who_does_not_want_a_kind_is_not_told(here: Office) -> None:
    wishes = Preferences(kinds=(("ops", ("run_recovered",)),))
    KeptPreferences(here.lake).save(wishes, "", here.clock(), "akari")
    here.console().tell([here.notice(), here.notice("run_recovered:r1", "run_recovered")])
    assert [text.partition("：")[0] for text in here.hook.told] == ["実行が復旧しました"]
    assert len(here.topic.received()) == 2


def test_messages_are_in_the_language_of_the_preferences(here: Office) -> None:
    KeptPreferences(here.lake).save(Preferences(language="en"), "", here.clock(), "akari")
    here.console().tell([here.notice()])
    assert here.hook.told[0].startswith("Run failed: movies\n")


def test_fifty_failures_at_once_are_one_message_with_their_count(here: Office) -> None:
    sent = here.console().tell(here.notices(50))
    assert [one.count for one in sent] == [50, 50]
    assert [text.partition("\n")[0] for text in here.hook.told] == ["50件の実行が失敗しました"]
    assert here.hook.told[0].endswith(f"ほか45件\n{CONSOLE}/debug/pipeline")


def test_fifty_failures_one_by_one_within_a_minute_become_one_message_after_the_first_five(here: Office) -> None:
    for notice in here.notices(50):
        here.console().tell([notice])
        here.clock.tick(1)
    assert len(here.hook.told) == MOST_SINGLE
    here.clock.tick(60)
    here.console().retry()
    assert [text.partition("\n")[0] for text in here.hook.told[MOST_SINGLE:]] == ["45件の実行が失敗しました"]


def test_more_of_a_storm_is_told_once_its_minute_is_over(here: Office) -> None:
    here.console().tell(here.notices(30))
    here.console().tell(here.notices(20, first=30))
    here.clock.tick(61)
    here.console().retry()
    assert [text.partition("\n")[0] for text in here.hook.told] == [
        "30件の実行が失敗しました",
        "20件の実行が失敗しました",
    ]


def test_five_changes_of_a_kind_are_five_messages(here: Office) -> None:
    here.console().tell(here.notices(5))
    assert len(here.hook.told) == 5


def test_a_channel_that_failed_is_told_by_the_next_call_and_the_others_not_again(here: Office) -> None:
    here.hook.status = 500
    assert ("ops", "failed", 1) in [(s.channel, s.outcome, s.count) for s in here.console().tell([here.notice()])]
    here.hook.status = 200
    assert [(one.channel, one.outcome, one.tries) for one in here.console().retry()] == [("ops", "sent", 2)]
    assert len(here.hook.told) == len(here.topic.received()) == 1
    assert here.console().retry() == ()


def test_a_channel_that_fails_for_long_is_given_up_and_the_log_says_so(here: Office) -> None:
    here.hook.status = 500
    here.console().tell([here.notice()])
    for _ in range(2 * MOST_TRIES):
        here.clock.tick(3600)
        here.console().retry()
    assert len(here.hook.posted) == MOST_TRIES
    assert here.console().sent(1)[0].outcome == "given_up"
    assert here.console().sent(1)[0].state == "notices_webhook_down"


def test_a_channel_that_fails_is_left_alone_for_longer_and_longer(here: Office) -> None:
    here.hook.status = 500
    here.console().tell([here.notice()])
    here.console().retry()
    here.console().retry()
    assert len(here.hook.posted) == 2
    here.clock.tick(61)
    here.console().retry()
    assert len(here.hook.posted) == 3


def test_what_waits_for_a_channel_that_failed_is_not_sent_to_it_in_the_same_call(here: Office) -> None:
    here.hook.status = 500
    here.console().tell(here.notices(4))
    assert len(here.hook.posted) == 1
    here.hook.status = 200
    here.console().retry()
    assert len(here.hook.told) == 4


def test_a_channel_that_the_settings_do_not_have_is_given_up_at_once(here: Office) -> None:
    notice = Notice("report_ready", "report_ready:r1", here.clock(), "weekly", "/debug/reports", only=("gone", "ops"))
    sent = here.console().tell([notice])
    assert {(one.channel, one.outcome, one.state) for one in sent} == {
        ("gone", "given_up", "notices_channel"),
        ("ops", "sent", ""),
    }
    assert here.console().retry() == ()


def test_a_test_says_whether_the_channel_took_it(here: Office) -> None:
    assert here.console().test("ops").outcome == "sent"
    here.hook.status = 404
    refused = here.console().test("ops")
    assert (refused.outcome, refused.state) == ("failed", "notices_webhook_refused")
    assert [one.kind for one in here.console().sent(1)] == ["test", "test"]
    assert here.console().retry() == ()


def test_a_test_of_a_channel_that_is_none_is_refused(here: Office) -> None:
    with pytest.raises(NotFound) as caught:
        here.console().test("nobody")
    assert caught.value.state == "notices_channel"

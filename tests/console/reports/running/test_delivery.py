"""pipeline.console.reports.running.delivery: who is told of a report, what is kept of that."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.console.reports.running.delivery import Deliveries, Delivery, address, deliver
from pipeline.errors import PipelineError
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import sent_key
from tests.console.reports.press import MORNING, TEXT, TO_TEAM, Press

RUN, DAY = "20261130T003000Z-0a1b2c3d", MORNING.date()


def test_who_was_told_once_was_told() -> None:
    first, second = Delivery(("a",), ("b", "c")), Delivery(("b",), ("a",))
    assert first.after(second) == Delivery(("a", "b"), ("c",))


def test_what_two_say_at_once_is_kept_of_both(lake: Lake) -> None:
    deliveries = Deliveries(lake)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: deliveries.add(DAY, RUN, Delivery((name,)), MORNING), "abcd"))
    assert deliveries.load(DAY, RUN) == Delivery(("a", "b", "c", "d"))


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"sent": null}'])
def test_what_cannot_be_read_is_nobody_and_is_written_anew(lake: Lake, body: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=sent_key(DAY, RUN), Body=body)
    assert Deliveries(lake).load(DAY, RUN) == Delivery()
    Deliveries(lake).add(DAY, RUN, Delivery(("a",)), MORNING)
    assert Deliveries(lake).load(DAY, RUN) == Delivery(("a",))


def test_an_address_is_below_the_console_s() -> None:
    assert address("weekly", RUN) == f"/debug/reports?report=weekly&run={RUN}"


def test_a_topic_that_is_gone_leaves_its_name_as_unsent(press: Press) -> None:
    press.keep("weekly", TEXT, more=TO_TEAM)
    press.cloud.sns.delete_topic(TopicArn=press.topic.arn)
    made = press.maker().make("weekly")
    (run,) = press.maker().runs("weekly")
    assert (run.run_id, run.state, run.sent, run.unsent) == (made.run_id, "built", (), ("team",))


def test_the_same_run_is_told_of_once(press: Press) -> None:
    press.keep("weekly", TEXT, more=TO_TEAM)
    made = press.maker().make("weekly")
    recipients = press.app().reports.definitions.check(made.definition).recipients
    assert deliver(press.app(), made, recipients) == Delivery(("team",))
    assert len(press.topic.received()) == 1


def test_nobody_is_everybody_s_recipient(press: Press) -> None:
    """A notice whose recipients are all unknown goes to nobody, not to all who can be told."""
    press.keep("weekly", TEXT, more="recipients: [{kind: slack, name: lost}]\n")
    press.maker().make("weekly")
    assert press.topic.received() == []


def test_a_report_is_made_though_notices_cannot_be_kept(press: Press) -> None:
    press.keep("weekly", TEXT, more=TO_TEAM)
    press.lake.s3.put_object(Bucket=press.lake.bucket, Key="metadata/notices/outbox.json", Body=b"[[[")
    try:
        made = press.maker().make("weekly")
    except PipelineError as error:
        pytest.fail(f"{error.code} {error.message}")
    assert press.maker().made("weekly", made.run_id)

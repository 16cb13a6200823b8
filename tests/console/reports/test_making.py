"""pipeline.console.reports.making: reports that people make, look at, send again; what a viewer is shown of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipeline.analysis.reports.definitions.definition import read
from pipeline.console.reports.making import Going, ReportMaker
from pipeline.console.reports.told import ReportRun
from pipeline.errors import AlreadyRunning, DataInvalid, Forbidden, FunctionFailed, NotFound, PipelineError
from pipeline.lake.report_keys import day_of, reports_of
from tests.console.reports.press import BROKEN, HISTORY, STATUS, TEXT, TO_TEAM, Press, yaml_of
from tests.support.eventually import eventually

NAME = "weekly"


def failing(kind: type[PipelineError], state: str, action: Callable[[], Any]) -> None:
    with pytest.raises(kind) as caught:
        action()
    assert caught.value.state == state, caught.value.message


def test_a_report_is_made_in_its_forms_and_found_again(press: Press) -> None:
    press.keep(NAME)
    made = press.maker().make(NAME)
    assert [file[0] for file in made.files] == ["html", "md"]
    bodies = press.bodies(made)
    assert "数字だけでなく、言葉も。" in bodies["md"].decode() and bodies["html"].startswith(b"<!DOCTYPE html>")
    assert press.maker().made(NAME, made.run_id) == made
    assert press.told("action", "target", "outcome")[1:3] == [
        ("reports", f"make {NAME}", "done"),
        ("download", f"report {NAME} {made.run_id} html", "done"),
    ]


def test_it_is_made_in_the_forms_that_are_asked_for(press: Press) -> None:
    press.keep(NAME)
    made = press.maker().make(NAME, ["xlsx", "html", "xlsx"])
    assert [file[0] for file in made.files] == ["xlsx", "html"]


def test_whoever_waits_is_told_each_step(press: Press) -> None:
    press.keep(NAME)
    seen: list[Going] = []
    press.maker().make(NAME, tell=seen.append)
    assert [(one.done, one.of) for one in seen] == [(0, 5), (0, 5), (1, 5), (2, 5), (3, 5), (4, 5)]


def test_its_run_is_one_of_the_ledger_s(press: Press) -> None:
    press.keep(NAME)
    made = press.maker().make(NAME)
    (run,) = press.runs()
    assert (run.run_id, run.table, run.status, run.key) == (made.run_id, reports_of(NAME), "succeeded", None)
    assert run.bytes == sum(file[3] for file in made.files)


def test_recipients_are_told_its_address_and_nothing_of_it(press: Press) -> None:
    press.keep(NAME, more=TO_TEAM)
    made = press.maker().make(NAME)
    ((_, message),) = press.topic.received()
    assert f"https://console.example.com/debug/reports?report={NAME}&run={made.run_id}" in message
    assert "言葉" not in message
    (run,) = press.maker().runs(NAME)
    assert (run.state, run.sent, run.unsent) == ("sent", ("team",), ())


def test_with_nobody_to_be_told_it_is_made_only(press: Press) -> None:
    press.keep(NAME, more=TO_TEAM)
    replace(press.maker(), sends=False).make(NAME)
    assert press.topic.received() == []
    assert [run.state for run in press.maker().runs(NAME)] == ["built"]


def test_a_recipient_that_is_not_set_up_is_told_of(press: Press) -> None:
    more = "recipients: [{kind: sns, name: team}, {kind: slack, name: team-2}]\n"
    press.keep(NAME, more=more)
    press.maker().make(NAME)
    (run,) = press.maker().runs(NAME)
    assert (run.state, run.sent, run.unsent) == ("sent", ("team",), ("team-2",))


def test_a_name_of_another_kind_is_nobody_s(press: Press) -> None:
    press.keep(NAME, more="recipients: [{kind: slack, name: team}]\n")
    press.maker().make(NAME)
    (run,) = press.maker().runs(NAME)
    assert (run.state, run.unsent, press.topic.received()) == ("built", ("team",), [])


def test_a_block_that_failed_is_a_warning_and_the_report_is_not_sent(press: Press) -> None:
    press.keep(NAME, TEXT, BROKEN, STATUS, more=TO_TEAM)
    made = press.maker().make(NAME)
    assert [(number, kind) for number, kind, _ in made.failed] == [(1, "table")]
    assert made.failed[0][2] in press.bodies(made)["md"].decode()
    ((subject, message),) = press.topic.received()
    assert "report" in subject.lower() and made.run_id in message and "作成に失敗" in message
    (run,) = press.maker().runs(NAME)
    assert (run.state, run.error and run.error.state) == ("failed", "report_not_sent") and run.made


def test_what_nobody_has_defined_leaves_no_run(press: Press) -> None:
    failing(NotFound, "report_unknown", lambda: press.maker().make("nothing"))
    failing(NotFound, "report_unknown", lambda: press.maker().start("nothing"))
    failing(DataInvalid, "report_name", lambda: press.maker().make("../x"))
    assert press.runs() == [] and press.keys() == []


def test_the_product_s_own_can_be_made_as_they_are(press: Press) -> None:
    made = press.maker().make("monthly-quality", ["md"])
    assert made.title == "月次データ品質"


def test_while_a_report_is_made_elsewhere_it_is_not_begun(press: Press) -> None:
    press.keep(NAME)
    press.app().leases.take(reports_of(NAME), "20261130T000000Z-00000000", press.clock().date())
    with pytest.raises(AlreadyRunning):
        press.maker().make(NAME)
    started = press.maker().start(NAME)
    assert (started.run_id, started.joined) == ("20261130T000000Z-00000000", True)
    going = press.maker().going(NAME)
    assert going and (going.run_id, going.of) == (started.run_id, 0)


def test_one_that_was_started_goes_on_beside_whoever_asked(press: Press) -> None:
    press.keep(NAME)
    started = press.maker().start(NAME)
    assert not started.joined and started.day == day_of(started.run_id)
    assert eventually(lambda: [run.state for run in press.maker().runs(NAME)] == ["built"])
    assert press.maker().going(NAME) is None


def test_one_that_was_started_ends_with_its_program(press: Press) -> None:
    press.keep(NAME)
    maker = press.maker()
    started = maker.start(NAME, ["pdf"])
    maker.beside.crew.close()
    run = press.maker().run(NAME, started.run_id)
    assert run and run.state in {"failed", "built"}
    assert (run.made is None) == (run.state == "failed")


def test_only_so_many_are_made_beside_at_once(press: Press) -> None:
    press.keep(NAME)
    maker = press.maker()
    while maker.beside.slots.acquire(blocking=False):
        pass
    try:
        failing(AlreadyRunning, "report_busy", lambda: maker.start(NAME))
    finally:
        maker.beside.slots.release()
        maker.beside.slots.release()


def test_whoever_gives_up_leaves_a_run_that_says_so(press: Press) -> None:
    press.keep(NAME)
    failing(FunctionFailed, "report_cancelled", lambda: press.maker().make(NAME, over=lambda: True))
    (run,) = press.maker().runs(NAME)
    assert (run.state, run.error and run.error.state) == ("failed", "report_cancelled")
    assert press.keys() == [] and press.topic.received() == []


def test_the_same_versions_give_the_same_bytes(press: Press) -> None:
    press.keep(NAME, TEXT, STATUS, HISTORY)
    made = press.maker().make(NAME, ["html", "pdf", "xlsx", "md"])
    before = press.bodies(made)
    # What has happened since is in no version that it was made of.
    press.clock.tick(86400)
    press.keep("other")
    press.maker().make("other")
    assert press.maker().again(NAME, made.run_id) == before


def test_a_report_can_be_sent_again(press: Press) -> None:
    press.keep(NAME, more=TO_TEAM)
    made = press.maker().make(NAME)
    press.topic.received()
    press.clock.tick(5)
    run = press.maker().send(NAME, made.run_id)
    assert (run.state, run.sent) == ("sent", ("team",))
    assert len(press.topic.received()) == 1


def test_what_has_a_failed_block_or_nobody_to_be_told_is_not_sent_again(press: Press) -> None:
    press.keep("broken", BROKEN, more=TO_TEAM)
    press.keep("alone")
    broken, alone = press.maker().make("broken"), press.maker().make("alone")
    failing(DataInvalid, "report_not_sent", lambda: press.maker().send("broken", broken.run_id))
    failing(DataInvalid, "report_no_recipients", lambda: press.maker().send("alone", alone.run_id))


def test_a_viewer_sees_that_it_is_there_and_nothing_of_it(press: Press) -> None:
    press.keep(NAME, TEXT, BROKEN)
    made = press.maker().make(NAME)
    viewer = press.maker("viewer")
    shown = viewer.made(NAME, made.run_id)
    assert (shown.title, shown.files) == (made.title, made.files)
    (run,) = viewer.runs(NAME)
    assert run.made == shown and (shown.asked, shown.definition, shown.pins) == ((), "", ())
    one = viewer.run(NAME, made.run_id)
    assert one and one.made == shown and viewer.going(NAME) is None and len(viewer.runs()) == 1


DEEDS: dict[str, Callable[[ReportMaker], Any]] = {
    "make": lambda maker: maker.make(NAME),
    "start": lambda maker: maker.start(NAME),
    "again": lambda maker: maker.again(NAME, "20261130T000000Z-00000000"),
    "file": lambda maker: maker.file(NAME, "20261130T000000Z-00000000", None, "html"),
    "send": lambda maker: maker.send(NAME, "20261130T000000Z-00000000"),
    "preview": lambda maker: maker.preview(read(yaml_of())),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
@pytest.mark.parametrize("role", [None, "viewer"])
def test_who_is_no_operator_makes_sends_and_reads_none(press: Press, role: Any, deed: Any) -> None:
    press.keep(NAME)
    with pytest.raises(Forbidden):
        deed(press.maker(role))
    assert press.runs() == []


def test_a_stranger_sees_no_runs(press: Press) -> None:
    for ask in (lambda maker: maker.runs(), lambda maker: maker.made(NAME, "20261130T000000Z-00000000")):
        with pytest.raises(Forbidden):
            ask(press.maker(None))


def test_a_preview_leaves_nothing(press: Press) -> None:
    before = press.keys("")
    found = press.maker().preview(read(yaml_of(TEXT, BROKEN)))
    assert [one.block for one in found.gathered.failed] == [1] and "言葉も".encode() in found.html
    assert press.keys("") == before and press.topic.received() == []


def test_what_is_not_there_is_gone(press: Press) -> None:
    maker, run_id = press.maker(), "20261130T000000Z-00000000"
    failing(NotFound, "report_gone", lambda: maker.made(NAME, run_id))
    failing(NotFound, "report_gone", lambda: maker.file(NAME, run_id, date(2026, 11, 30), "pdf"))
    failing(DataInvalid, "report_run_id", lambda: maker.made(NAME, "run-1"))
    assert maker.run(NAME, run_id) is None and maker.runs() == ()


def states(runs: tuple[ReportRun, ...]) -> list[tuple[str, str]]:
    return [(run.name, run.state) for run in runs]


def test_runs_of_all_reports_stand_in_one_list(press: Press) -> None:
    press.come_due("due")
    press.keep("done", more=TO_TEAM)
    press.keep("broken", BROKEN)
    for name in ("done", "broken"):
        press.clock.tick(1)
        press.maker().make(name)
    wanted = [("broken", "failed"), ("done", "sent"), ("due", "waiting")]
    assert states(press.maker().runs()) == wanted
    press.clock.tick(3600)
    assert states(press.maker().runs("due")) == [("due", "late")]

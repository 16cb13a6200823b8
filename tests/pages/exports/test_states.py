"""Every state that a table's exports can be in, on every face: the page's sentence, card and row, the commands, the
doctor. All of them say the same, in both languages, because one function decides.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from streamlit.testing.v1 import AppTest

from pages.ui import reads, state, watch
from pages.ui.skeleton import DRAWS
from pipeline.aws import Cloud
from pipeline.cli.main import pipeline
from pipeline.console import telling
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.lake.document import TAIL, Head
from pipeline.lake.publish import RUN_ID
from pipeline.runs.freshness import JST
from pipeline.runs.run import Run, RunError
from pipeline.runs.standing import LEVELS, State
from pipeline.runs.watch import NOT_SEEN_SECONDS
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.conftest import a_run, opened, record, texts

DAY = timedelta(days=1)
WHOLE = Head("page-tests", "2024-02-01T05:00:00Z", 0).encode() + TAIL


@dataclass(frozen=True)
class Lab:
    """A lake whose export was due an hour ago."""

    lake: Lake
    cloud: Cloud
    schedule: str
    due: datetime

    def plan(self, enabled: bool = True) -> None:
        at = self.due.astimezone(JST)
        found = self.cloud.scheduler.get_schedule(Name=self.schedule)
        self.cloud.scheduler.update_schedule(
            Name=self.schedule,
            ScheduleExpression=f"cron({at.minute} {at.hour} * * ? *)",
            ScheduleExpressionTimezone="Asia/Tokyo",
            FlexibleTimeWindow=found["FlexibleTimeWindow"],
            Target=found["Target"],
            State="ENABLED" if enabled else "DISABLED",
        )

    def ran(self, run_id: str = "r1", at: datetime | None = None, **fields: object) -> Run:
        at = at or self.due
        known = {"day": at.date(), "started_at": at, "updated_at": at, "finished_at": at, "trigger": "schedule"}
        run = a_run(run_id, **({"records": 5, "bytes": 500} | known | fields))
        record(self.lake, run)
        return run

    def found(self, body: bytes = WHOLE, **metadata: str) -> None:
        key = keys.export_key("page-tests", self.due.date())
        self.lake.s3.put_object(Bucket=self.lake.bucket, Key=key, Body=body, Metadata=metadata)


@pytest.fixture
def lab(on_aws: pytest.MonkeyPatch, lake: Lake, cloud: Cloud, schedule: str) -> Lab:
    # The emulator would run a function of this name in a container, where another test has made one.
    on_aws.setenv("LAMBDA_EXPORT_FUNCTION", "no-such-function")
    made = Lab(lake, cloud, schedule, datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1))
    made.plan()
    return made


@dataclass(frozen=True)
class Case:
    """A lake's history, and what is right to say of it: its state, the newest row's badge, whether a date is shown as
    the last export."""

    name: str
    fill: Callable[[Lab], object]
    state: State
    badge: str | None
    dated: bool


def stop(lab: Lab) -> None:
    lab.ran()
    lab.plan(enabled=False)


def unschedule(lab: Lab) -> None:
    lab.ran()
    lab.cloud.scheduler.delete_schedule(Name=lab.schedule)


def leave(lab: Lab) -> None:
    lab.ran("good", lab.due - DAY)
    lab.ran("r1", status="failed", error=RunError("E003", "S3 holds 7 bytes"))
    lab.found(**{RUN_ID: "r1"})


def by_hand(lab: Lab) -> None:
    lab.ran("full", lab.due - DAY)
    lab.ran("r1", lab.due + timedelta(minutes=1), mode="incremental", trigger="manual")


def foreign_beside_old(lab: Lab) -> None:
    lab.ran("good", lab.due - 3 * DAY)
    lab.found(b"x")


def written(lab: Lab, run_id: str = "r1", at: datetime | None = None, **fields: object) -> Run:
    return lab.ran(run_id, at, key=keys.export_key("page-tests", lab.due.date()), **fields)


def stand(lab: Lab) -> None:
    written(lab, bytes=len(WHOLE))
    lab.found()


def delete(lab: Lab) -> None:
    lab.ran("good", lab.due - DAY)
    stand(lab)
    lab.lake.s3.delete_object(Bucket=lab.lake.bucket, Key=keys.export_key("page-tests", lab.due.date()))


def overwrite(lab: Lab) -> None:
    stand(lab)
    lab.found(WHOLE + b" ")


def overwrite_and_run_again(lab: Lab) -> None:
    overwrite(lab)
    written(lab, run_id="r2", at=lab.due + timedelta(minutes=1), bytes=len(WHOLE) + 1)


CASES = (
    Case("fine", lambda lab: lab.ran(), "ok", "succeeded", True),
    Case("only incremental", lambda lab: lab.ran(mode="incremental"), "ok", "succeeded", True),
    Case("missed", lambda lab: lab.ran(at=lab.due - DAY), "late", "succeeded", True),
    Case("a person's incremental", by_hand, "late", "succeeded", True),
    Case("stopped", stop, "stopped", "succeeded", True),
    Case("without a schedule", unschedule, "stopped", "succeeded", True),
    Case("failed", lambda lab: lab.ran(status="failed", error=RunError("E009", "x")), "failed", "failed", False),
    Case("failed its own check", leave, "failed", "failed", True),
    Case("lost", lambda lab: lab.ran(status="running", finished_at=None), "lost", "lost", False),
    Case("going", lambda lab: record(lab.lake, a_run(status="running", finished_at=None)), "running", "running", False),
    Case("its document stands", stand, "ok", "succeeded", True),
    Case("its document deleted", written, "gone", "gone", False),
    Case("deleted after yesterday's success", delete, "gone", "gone", True),
    Case("its document overwritten", overwrite, "replaced", "replaced", False),
    Case("overwritten and run again", overwrite_and_run_again, "ok", "succeeded", True),
    Case("unrecorded", lambda lab: lab.found(), "unchecked", "legacy", True),
    Case("of another lake", lambda lab: lab.found(**{RUN_ID: "unknown"}), "unchecked", "legacy", True),
    Case("foreign", lambda lab: lab.found(b"x"), "never", "foreign", False),
    Case("foreign beside old", foreign_beside_old, "late", "foreign", True),
    Case("empty", lambda lab: None, "never", None, False),
)
ELEMENTS = {"success": "good", "info": "busy", "warning": "warn", "error": "bad"}
CLI_ENDS = {"good": 0, "busy": 0, "quiet": 1, "warn": 1, "bad": 1}
FACTS = {"good": "ok", "busy": "ok", "quiet": "warn", "warn": "warn", "bad": "bad"}


def command(*arguments: str, language: str = "en") -> Result:
    locale = {"LC_ALL": "ja_JP.UTF-8" if language == "ja" else "C.UTF-8"}
    return CliRunner().invoke(pipeline, list(arguments), env=locale, obj=lambda environ: reads.base())


def answer(*arguments: str) -> Any:
    return json.loads(command(*arguments, "--json").stdout)


def drawn_as(page: AppTest, sentence: str) -> set[str]:
    elements = {"success": page.success, "info": page.info, "warning": page.warning, "error": page.error}
    return {kind for kind, shown in elements.items() if any(sentence == element.value for element in shown)}


def the_sentence(language: str) -> str:
    app = reads.base()
    return telling.sentence(Words(language), app.standing(app.history(30), app.plan()))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_page_and_commands_say_the_same(lab: Lab, case: Case, language: str) -> None:
    case.fill(lab)
    level = LEVELS[case.state]
    page = opened(language)
    sentence = the_sentence(language)
    assert drawn_as(page, sentence) == {DRAWS[level].__name__}
    last = next(metric for metric in page.metric if metric.label == Words(language)("cards.latest"))
    assert (last.value != "—") == case.dated
    told = command("status", language=language)
    assert (told.exit_code, told.stdout.splitlines()[0]) == (CLI_ENDS[level], sentence)
    rows = texts(opened(language, "history", days="30"))
    badge = Words(language)(f"status.{case.badge}") if case.badge else Words(language)("history.empty", days=30)
    assert badge in rows


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_commands_and_doctor_say_the_same(lab: Lab, case: Case) -> None:
    case.fill(lab)
    level = LEVELS[case.state]
    told = answer("status")
    assert (told["state"], told["level"]) == (case.state, level)
    assert (told["next"] is None) == (case.state == "stopped")
    fact = next(fact for fact in answer("health")["facts"] if fact["subject"] == "export")
    assert (fact["name"], fact["value"], fact["state"]) == ("standing", case.state, FACTS[level])
    shown = [run["shown"] for run in answer("history", "--days", "30")]
    assert shown[:1] == ([case.badge] if case.badge else [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_start_that_never_reported_is_not_hidden_by_yesterday_s_success(lab: Lab, language: str) -> None:
    lab.ran()
    page = opened(language)
    at = datetime.now(UTC) - timedelta(seconds=NOT_SEEN_SECONDS + 5)
    page.session_state[state.STARTED] = watch.OwnStart("gone", at.date(), at)
    page.run()
    assert drawn_as(page, Words(language)("headline.unseen")) == {"error"}


def test_every_state_has_a_case() -> None:
    # The two that only the session which started something can see have tests of their own.
    assert {case.state for case in CASES} | {"starting", "unseen"} == set(LEVELS)

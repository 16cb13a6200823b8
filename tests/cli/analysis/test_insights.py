"""python -m pipeline insights, as a person calls it: what moved together, what can be foreseen, and of which data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest

from pipeline.analysis.correlation.questions import questions
from pipeline.aws import Cloud
from pipeline.console.insights.daily import FRESH_DAYS, ZONE
from pipeline.console.insights.questions import question_of
from pipeline.lake.analysis_keys import QUESTIONS
from pipeline.lake.bucket import Lake
from pipeline.lake.forecast_keys import FORECASTS
from pipeline.words.catalogue import Words
from tests.analysis.query.days import made
from tests.cli.test_main import aws, pipeline
from tests.support.lakes.marts import publish_wellness

JAPANESE = {"LC_ALL": "ja_JP.UTF-8"}
SAY = Words("en")
MOVED = SAY("insights_cli.moved", lag=SAY("asked.lags.same_day"), strength=SAY("insights.strength.strong"))


def days_of(person: str, days: int) -> list[dict[str, Any]]:
    """Days up to yesterday on which focus and mood go with sleep, and fatigue against it."""
    chance = np.random.default_rng(len(person) + days)
    sleep, noise = chance.normal(7, 1, days), chance.normal(0, 0.4, (4, days))
    today = datetime.now(UTC).astimezone(ZONE).date()
    return [
        {
            "user_id": person,
            "day": today - timedelta(days=days - at),
            "sleep_hours": sleep[at],
            "focus": sleep[at] + noise[0, at],
            "fatigue": 12 - sleep[at] + noise[1, at],
            "focus_minutes": 120 + 20 * noise[2, at],
            "mood": sleep[at] / 2 + noise[3, at],
        }
        for at in range(days)
    ]


@dataclass(frozen=True)
class Desk:
    """Somebody at a terminal, on a lake of their own."""

    lake: Lake
    url: str

    def __call__(self, *arguments: str, **more: str) -> CompletedProcess[str]:
        names = {"S3_BUCKET_NAME": self.lake.bucket, "DYNAMODB_TABLE_NAME": "craft"}
        return pipeline("insights", *arguments, **{**aws(self.url, **names), **more})

    def publish(self, rows: Sequence[Mapping[str, Any]], days_old: int = 0) -> None:
        publish_wellness(self.lake, rows, tables_day=datetime.now(UTC).date() - timedelta(days=days_old))


@pytest.fixture
def desk(emulator_url: str, lake: Lake) -> Desk:
    return Desk(lake, emulator_url)


@pytest.fixture(scope="module")
def shared(cloud: Cloud, emulator_url: str) -> Desk:
    """Days of five people, and of two with fewer."""
    desk = Desk(made(cloud), emulator_url)
    people = {**dict.fromkeys(("akari", "b", "cc", "ddd", "eeee"), 200), "few": 20, "fewer-than-90": 85}
    desk.publish([row for person, days in people.items() for row in days_of(person, days)])
    return desk


@pytest.fixture(scope="module")
def asked(shared: Desk) -> CompletedProcess[str]:
    return shared("--person", "akari")


@pytest.fixture(scope="module")
def foreseen(shared: Desk) -> CompletedProcess[str]:
    return shared("forecast", "--person", "akari")


def cells(done: CompletedProcess[str], beginning: str) -> list[str]:
    """The cells of the row that begins so."""
    [row] = [line for line in done.stdout.splitlines() if line.startswith(beginning)]
    return [cell.strip() for cell in row.split("  ") if cell.strip()]


def test_a_named_question_has_all_that_its_answer_is_worth(asked: CompletedProcess[str]) -> None:
    assert asked.returncode == 0 and "Traceback" not in asked.stderr
    _, verdict, r, interval, days, effective, p = cells(asked, SAY("insights.question.sleep_focus"))
    assert (verdict, days, p) == (MOVED, "200", "< 0.001")
    assert r.startswith("+0.") and interval.startswith("+0.") and 90 <= int(effective) <= 200


def test_minus_is_the_true_sign(asked: CompletedProcess[str]) -> None:
    _, _, r, interval, *_ = cells(asked, SAY("insights.question.fatigue_focus"))
    assert r.startswith("\u22120.") and interval.count("\u2212") == 2
    assert "-0." not in asked.stdout


def test_exploration_follows_with_what_it_found(asked: CompletedProcess[str]) -> None:
    said = asked.stdout
    named, explored = said.index("Named questions:"), said.index("Exploration:")
    assert named < explored < said.index(SAY("corr.no_cause"))
    found = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in said[explored:].splitlines()]
    pair = [SAY("insights.measure.sleep_hours"), SAY("insights.measure.mood"), SAY("asked.lags.same_day")]
    [(_, _, _, strength, r, *_)] = [row for row in found if row[:3] == pair]
    assert strength in {SAY(f"insights.strength.{name}") for name in ("medium", "strong")} and r.startswith("+0.")


def test_which_data_and_questions_say_so_is_told_first(asked: CompletedProcess[str]) -> None:
    data, named, over, *_ = asked.stdout.splitlines()
    assert "build build-1" in data and over.startswith("Days: akari ")
    assert named == SAY("insights_cli.questions", version=0, count=len(questions()))


def test_json_is_all_that_stdout_has_and_what_is_not_known_is_null(shared: Desk) -> None:
    body = json.loads(shared("--person", "akari", "--json").stdout)
    named = {one["id"]: one for one in body["named"]["answers"]}
    assert (body["person"], body["data"]["run_id"], body["questions"]["version"]) == ("akari", "build-1", 0)
    assert named["sleep_focus"]["holds"] and named["sleep_focus"]["strength"] == "strong"
    assert named["steps_mood"] | {"r": None, "state": "no_data", "holds": False} == named["steps_mood"]
    assert body["named"]["tested"] == 5
    assert {("sleep_hours", "mood", 0), ("fatigue", "mood", 0)} <= {
        (one["driver"], one["outcome"], one["lag"]) for one in body["explored"]["found"]
    }


def test_everybody_is_asked_where_nobody_is_named(shared: Desk) -> None:
    body = json.loads(shared("--json").stdout)
    assert len(body["people"]) == 7 and body["person"] is None
    [sleep] = [one for one in body["named"]["answers"] if one["id"] == "sleep_focus"]
    assert len(sleep["dots"]) == 6 and sleep["holds"] and not sleep["signs_differ"]


def test_below_28_effective_days_it_is_said_how_many_are_missing(shared: Desk) -> None:
    _, verdict, r, _, days, *_ = cells(shared("--person", "few"), SAY("insights.question.sleep_focus"))
    assert verdict.startswith("not yet decided (") and (r, days) == ("–", "20")


def test_below_90_effective_days_what_was_found_is_marked(shared: Desk) -> None:
    done = shared("--person", "fewer-than-90")
    assert cells(done, SAY("insights.question.sleep_focus"))[1] == f"{MOVED} *"
    assert SAY("insights_cli.not_firm") in done.stdout


def test_it_speaks_japanese_where_the_locale_does(shared: Desk) -> None:
    said = shared("--person", "akari", **JAPANESE).stdout
    for text in ("同じ日に一緒に動いた（強い）", "実質日数", "関連は原因を意味しません", "データがありません"):
        assert text in said


def test_who_has_no_days_is_not_found(shared: Desk) -> None:
    done = shared("--person", "nobody")
    assert (done.returncode, done.stdout) == (1, "") and "E014" in done.stderr


def test_nobody_is_named_in_the_audit_log(asked: CompletedProcess[str], foreseen: CompletedProcess[str]) -> None:
    for done in (asked, foreseen):
        assert '"action":"query"' in done.stderr and "akari" not in done.stderr


@pytest.mark.parametrize("wrong", [["guess"], ["--person", ""], ["--person", "a\x1bb"], ["--person", "a" * 101]])
def test_what_is_no_way_to_ask_is_wrong_usage(shared: Desk, wrong: list[str]) -> None:
    done = shared(*wrong)
    assert (done.returncode, done.stdout) == (2, "") and "Traceback" not in done.stderr


def test_a_forecast_has_a_verdict_and_how_often_it_was_tried(foreseen: CompletedProcess[str]) -> None:
    assert foreseen.returncode == 0 and "Traceback" not in foreseen.stderr
    _, verdict, _, _, tried, recorded = cells(foreseen, SAY("insights_cli.target.focus_minutes"))
    assert verdict in {SAY(f"insights_cli.verdict.{name}") for name in ("better", "usual", "worse")}
    assert int(tried) > 0 and recorded == "200" and "build build-1" in foreseen.stdout
    assert cells(foreseen, SAY("insights_cli.target.sessions"))[1].startswith("too early for a verdict")


def test_a_forecast_is_kept_and_stands_whole_in_json(shared: Desk, foreseen: CompletedProcess[str]) -> None:
    body = json.loads(shared("forecast", "--person", "akari", "--json").stdout)
    [minutes] = [one for one in body["people"]["akari"] if one["target"] == "focus_minutes"]
    kept = {held.key for held in shared.lake.list_after(FORECASTS, FORECASTS)}
    assert minutes["predictions"]["key"] in kept and minutes["outlook"]["observed"] == 200
    assert minutes["run_id"] in minutes["predictions"]["key"] and body["refused"] == []


def test_who_cannot_be_foreseen_is_told_and_fails(shared: Desk) -> None:
    done = shared("forecast", "--person", "nobody")
    assert done.returncode == 1 and SAY("insights_cli.refused", person="nobody") in done.stderr
    assert "E014" in done.stderr and "Traceback" not in done.stderr


def test_what_operators_have_named_is_asked(desk: Desk) -> None:
    desk.publish(days_of("akari", 40))
    asked = [asdict(question_of("fatigue", "sleep_hours", 3))]
    now = {"version": 1, "changed_at": "2026-11-01T00:00:00Z", "changed_by": "x", "questions": asked}
    begun = {**now, "version": 0, "changed_at": None, "changed_by": ""}
    desk.lake.write_json(QUESTIONS, {"format": 1, **now, "earlier": [begun]}, None)
    done = desk("--person", "akari")
    assert cells(done, "Did fatigue and hours of sleep 3 days later move together?")
    assert SAY("insights_cli.questions", version=1, count=1) in done.stdout


def test_questions_that_nobody_can_read_and_old_days_are_told(desk: Desk) -> None:
    desk.publish(days_of("akari", 40), days_old=FRESH_DAYS + 2)
    desk.lake.write_json(QUESTIONS, {"format": 9}, None)
    done = desk()
    assert done.returncode == 0 and SAY("insights_cli.unread", object=QUESTIONS) in done.stderr
    assert "The days are out of date" in done.stderr


@pytest.mark.parametrize("what", ["correlate", "forecast"])
def test_without_a_mart_it_fails_and_says_what_to_do(desk: Desk, what: str) -> None:
    done = desk(what)
    assert (done.returncode, done.stdout) == (1, "")
    assert "E014" in done.stderr and "python -m pipeline build" in done.stderr and "Traceback" not in done.stderr


def test_in_the_demo_tables_and_models_are_made_first_for_its_lake_is_new_with_each_command() -> None:
    done = pipeline("insights", "--json")
    assert done.returncode == 0 and SAY("insights_cli.building") in done.stderr
    body = json.loads(done.stdout)
    assert len(body["people"]) > 1 and len(body["named"]["answers"]) == len(questions())

"""python -m pipeline build, on the project that ships: published, or withheld with exit 1 and every fault told."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from subprocess import CompletedProcess
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.analysis.builds.marts import CurrentMarts, current_marts
from pipeline.analysis.models.builds import OUR_PROJECT
from pipeline.analysis.models.projects import Projects
from pipeline.analysis.quality.builds import MODELS
from pipeline.analysis.quality.store import Results
from pipeline.aws import Cloud
from pipeline.clock import utc_now, utc_text
from pipeline.lake.bucket import Lake
from tests.analysis.dbt import records
from tests.analysis.query.days import made, stored
from tests.cli.test_main import aws, pipeline
from tests.support.tables.workshop import TABLE, Workshop

MARTS = {"mart_daily_wellness", "mart_focus_hours", "mart_task_progress"}
FAULTS = {
    "a person who stands twice": "unique_stg_users_user_id",
    "a session of nobody": "relationships_stg_sessions_user_id__user_id__ref_stg_users_",
    "a head that claims more": "source_count_as_claimed_lake_documents_",
    "a value out of range": "within_stg_sessions_focus__1__10",
    "a kind that no model knows": "every_entity_is_known",
    "a missing day": "no_gap_in_days_stg_conditions_user_id__day",
}


@dataclass(frozen=True)
class Desk:
    """Somebody at a terminal, on a lake of one table."""

    lake: Lake
    url: str

    def __call__(self, *arguments: str, **more: str) -> CompletedProcess[str]:
        names = {"S3_BUCKET_NAME": self.lake.bucket, "DYNAMODB_TABLE_NAME": TABLE}
        return pipeline("build", *arguments, **{**aws(self.url, **names), **more})

    @property
    def current(self) -> CurrentMarts:
        found = current_marts(self.lake)
        assert found
        return found


@dataclass(frozen=True)
class Done:
    """The same lake built twice: sound, then with seven faults."""

    desk: Desk
    sound: CompletedProcess[str]
    after_sound: CurrentMarts
    faulty: CompletedProcess[str]


def export(shop: Workshop, found: list[dict[str, Any]], back: int, run_id: str, **facts: Any) -> None:
    shop.export(found, utc_now().date() - timedelta(days=back), run_id, **facts)


@pytest.fixture(scope="module")
def done(cloud: Cloud, emulator_url: str) -> Iterator[Done]:
    shop = Workshop(made(cloud), lambda: datetime.now(UTC))
    desk, today = Desk(shop.lake, emulator_url), utc_now().date()
    export(shop, records.items(), 1, "e1")
    shop.convert("t1", today - timedelta(days=1))
    sound = desk("--json")
    after = desk.current
    # A source that is late, and an export that claims more than it holds: there are no tables of that one.
    old = utc_text(utc_now() - timedelta(days=9))
    stored(shop.lake, {"weather": [{**one, "_exported_at": old} for one in records.weather()]}, "weather", today)
    export(shop, records.faulty(), 0, "e2")
    shop.convert("t2", today)
    export(shop, records.faulty(), 0, "e3", announced=9999)
    yield Done(desk, sound, after, desk(LC_ALL="ja_JP.UTF-8"))


def test_a_sound_lake_is_built_and_published(done: Done) -> None:
    assert done.sound.returncode == 0, done.sound.stderr
    found = json.loads(done.sound.stdout)
    assert (found["status"], found["published"], found["withheld"]) == ("succeeded", True, None)
    assert {one["name"] for one in found["marts"]} == MARTS and found["models"]["bad"] == found["tests"]["bad"] == 0
    assert done.after_sound.run_id == found["runId"] and {one.name for one in done.after_sound.marts} == MARTS


def test_marts_have_the_rows_that_the_record_says(done: Done) -> None:
    counted = {one["name"]: one["records"] for one in json.loads(done.sound.stdout)["marts"]}
    for file in done.after_sound.marts:
        table = pq.read_table(io.BytesIO(b"".join(done.desk.lake.stream(file.key, file.version_id))))
        assert table.num_rows == file.records == counted[file.name] > 0


def test_how_far_it_is_stands_on_stderr_alone(done: Done) -> None:
    steps = [line for line in done.sound.stderr.splitlines() if " steps" in line]
    assert len(steps) > 1 and '"action":"build"' in done.sound.stderr and "Traceback" not in done.sound.stderr


def test_faults_withhold_and_the_pointer_stays(done: Done) -> None:
    assert done.faulty.returncode == 1, done.faulty.stderr
    assert "公開見送り: 重大度errorのテストが失敗しました（" in done.faulty.stdout
    assert "unique_stg_users_user_id" in done.faulty.stdout and "Traceback" not in done.faulty.stderr
    assert done.desk.current == done.after_sound


def test_every_one_of_the_seven_faults_is_told(done: Done) -> None:
    judged = Projects(done.desk.lake, utc_now).judged(OUR_PROJECT)
    told = {test.name for row in judged.rows for test, outcome in row.tests if outcome and outcome.state != "ok"}
    told |= {one.unique_id for one in judged.outcomes.values() if one.state != "ok"}
    assert {fault for fault, name in FAULTS.items() if not any(name in one for one in told)} == set()
    late = judged.outcomes["source.moderation_craft.lake.weather"]
    assert (late.state, judged.standing.level, judged.standing.models.bad) == ("warn", "bad", 0)


def test_what_its_tests_found_lives_on_as_findings(done: Done) -> None:
    today = utc_now().date()
    looks = Results(done.desk.lake).listed(MODELS, today - timedelta(days=1), today)
    sound, faulty = [Results(done.desk.lake).load(MODELS, *look) for look in looks]
    assert sound and faulty and not any(one.finding.grade == "error" for one in sound.findings)
    open_ones = {one.finding.subject for one in faulty.findings}
    assert {fault for fault, name in FAULTS.items() if not any(name in one for one in open_ones)} == set()
    assert any(one.finding.grade == "error" for one in faulty.findings if one.state == "new")
    assert ("late_input", "warning") in {(one.finding.check, one.finding.grade) for one in faulty.findings}


def test_a_lake_without_tables_says_so(emulator_url: str, lake: Lake) -> None:
    ended = Desk(lake, emulator_url)()
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "E014" in ended.stderr and "There are no tables to build models of" in ended.stderr


@pytest.mark.parametrize("arguments", [("--day", "soon"), ("--table", "x")])
def test_what_cannot_be_meant_is_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert pipeline("build", *arguments).returncode == 2

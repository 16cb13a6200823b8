"""python -m pipeline report and reports, as a person or a scheduler calls them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import get_args

import pytest

from pipeline.analysis.reports.document import FormatName
from pipeline.aws import Cloud
from pipeline.cli.options import REPORT_FORMATS
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import definition_key, manifest_key
from pipeline.notices.due import DueReports
from pipeline.notices.schedules import Scheduled, Schedules
from tests.cli.test_main import aws, pipeline
from tests.console.reports.press import BROKEN, HISTORY, TEXT, TO_TEAM, yaml_of
from tests.support.notices.topics import Topic, topic

JAPANESE = {"LC_ALL": "ja_JP.UTF-8"}


@dataclass(frozen=True)
class Desk:
    """Somebody at a terminal, on a lake of their own, from which ``team`` can be told."""

    lake: Lake
    url: str
    team: Topic

    def __call__(self, *arguments: str, **more: str) -> CompletedProcess[str]:
        names = {"S3_BUCKET_NAME": self.lake.bucket, "DYNAMODB_TABLE_NAME": "craft"}
        names["PIPELINE_NOTICES"] = f"team=sns:{self.team.arn}"
        return pipeline(*arguments, **{**aws(self.url, **names), **more})

    def keep(self, name: str, *blocks: str, more: str = "") -> None:
        self.lake.s3.put_object(
            Bucket=self.lake.bucket, Key=definition_key(name), Body=yaml_of(*blocks, more=more).encode()
        )

    def due(self, name: str) -> None:
        """It is due since a minute ago."""
        now = datetime.now(UTC)
        at = f"{now - timedelta(minutes=1):%H:%M}"
        Schedules(self.lake).put(name, Scheduled(name, name, ("every",), at, "UTC", now - timedelta(hours=1)))


@pytest.fixture
def desk(cloud: Cloud, lake: Lake, emulator_url: str) -> Iterator[Desk]:
    yield Desk(lake, emulator_url, topic(cloud))


def test_a_report_is_made_put_into_a_folder_and_told_of(desk: Desk, tmp_path: Path) -> None:
    desk.keep("weekly", TEXT, HISTORY, more=TO_TEAM)
    done = desk("report", "weekly", "--format", "md,pdf", "--output", str(tmp_path), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["sent"], told["failed"]) == (0, ["team"], [])
    files = {file["format"]: Path(file["file"]).read_bytes() for file in told["files"]}
    assert list(files) == ["md", "pdf"] and "言葉も" in files["md"].decode() and files["pdf"].startswith(b"%PDF-")
    assert [len(body) for body in files.values()] == [file["bytes"] for file in told["files"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"weekly-{told['runId']}.{end}" for end in files]
    assert len(desk.team.received()) == 1


def test_it_can_be_made_without_telling_anybody(desk: Desk) -> None:
    desk.keep("weekly", TEXT, more=TO_TEAM)
    done = desk("report", "weekly", "--no-send", **JAPANESE)
    assert done.returncode == 0 and "形式" in done.stdout and "reports/weekly/dt=" in done.stdout
    assert desk.team.received() == []


def test_a_failed_block_is_an_exit_code(desk: Desk) -> None:
    desk.keep("weekly", TEXT, BROKEN)
    done = desk("report", "weekly", **JAPANESE)
    assert done.returncode == 1 and "ブロック2（table）を作成できませんでした" in done.stderr


def test_a_recipient_that_cannot_be_told_is_an_exit_code(desk: Desk) -> None:
    desk.keep("weekly", TEXT, more="recipients: [{kind: slack, name: nobody}]\n")
    done = desk("report", "weekly", **JAPANESE)
    assert done.returncode == 1 and "通知できなかった宛先: nobody" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["report"], 2),
        (["report", "../x"], 2),
        (["report", "weekly", "--format", "docx"], 2),
        (["report", "weekly", "--output", "/nowhere/at/all"], 2),
        (["report", "nothing"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_made_is_refused(desk: Desk, arguments: list[str], code: int) -> None:
    done = desk(*arguments)
    assert done.returncode == code and "Traceback" not in done.stderr


def test_the_list_says_when_each_is_due_and_how_its_last_run_stands(desk: Desk) -> None:
    desk.keep("weekly", TEXT)
    desk.keep("broken", BROKEN)
    desk.due("weekly")
    desk("report", "broken")
    listed = {one["name"]: one for one in json.loads(desk("reports", "--json").stdout)}
    assert set(listed) == {"broken", "weekly", "monthly-quality", "my-week", "weekly-exports"}
    assert listed["broken"]["last"]["state"] == "failed" and listed["broken"]["next"] is None
    assert listed["weekly"]["last"] is None and listed["weekly"]["next"] > datetime.now(UTC).isoformat()
    text = desk("reports", **JAPANESE).stdout
    assert "失敗" in text and "週次エクスポート報告" in text


def test_a_task_makes_what_is_due(desk: Desk) -> None:
    desk.keep("weekly", TEXT, more=TO_TEAM)
    desk.due("weekly")
    done = desk("reports", "--due", "--json")
    assert done.returncode == 0, done.stderr
    (due,) = DueReports(desk.lake, lambda: datetime.now(UTC)).states("weekly")
    assert due.state == "built" and len(desk.team.received()) == 1
    day = due.due.at.date()
    assert desk.lake.head(manifest_key("weekly", day, due.due.run_id))


def test_a_task_that_could_not_make_what_is_due_fails(desk: Desk) -> None:
    desk.keep("weekly", BROKEN)
    desk.due("weekly")
    done = desk("reports", "--due", **JAPANESE)
    assert done.returncode == 1 and "予定のレポート「weekly」" in done.stderr


def test_the_formats_that_it_names_are_all_there_are() -> None:
    assert get_args(FormatName) == REPORT_FORMATS

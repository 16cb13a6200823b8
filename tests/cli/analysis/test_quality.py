"""python -m pipeline quality, as a person calls it: findings on stdout, 1 on an error, marks by their id."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.analysis.quality.findings import CHECKS
from pipeline.analysis.quality.findings import Grade as OfFinding
from pipeline.analysis.quality.marks import Kind
from pipeline.analysis.quality.result import ChangeKind, State
from pipeline.analysis.quality.standing import Grade
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words, catalogue
from tests.analysis.quality.lakeside import Lakeside
from tests.analysis.query.days import stored
from tests.cli.test_main import aws, pipeline
from tests.conftest import Clock

ROW = {"pk": "a", "sk": "b", "entity": "user", "record": '{"name": "hanako-private"}'}


def settings(url: str, lake: Lake, folder: Path, rows: list[dict[str, Any]]) -> dict[str, str]:
    stored(lake, {"all_records": rows}, day=datetime.now(UTC).date())
    cache = str(folder / "cache")
    return aws(url, S3_BUCKET_NAME=lake.bucket, DYNAMODB_TABLE_NAME="craft", PIPELINE_QUERY_CACHE=cache)


@pytest.fixture
def doubled(emulator_url: str, lake: Lake, tmp_path: Path) -> dict[str, str]:
    """A day whose one key stands twice."""
    return settings(emulator_url, lake, tmp_path, [ROW, ROW])


def test_a_day_without_a_finding_ends_well_and_says_how_far_it_has_learned(
    emulator_url: str, lake: Lake, tmp_path: Path
) -> None:
    craft = settings(emulator_url, lake, tmp_path, [ROW])
    done = pipeline("quality", **craft)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert "learning (0/14)" in done.stdout
    assert "学習中（0/14）" in pipeline("quality", **craft, **JAPANESE).stdout


JAPANESE = {"LC_ALL": "ja_JP.UTF-8"}


def test_an_error_is_told_with_its_next_step_and_exits_1(doubled: dict[str, str]) -> None:
    done = pipeline("quality", **doubled)
    assert done.returncode == 1
    for word in ("error Keys stand more than once", "new", "expected", "next command", "python -m pipeline query"):
        assert word in done.stdout
    assert "hanako" not in done.stdout + done.stderr and "Traceback" not in done.stderr
    said = pipeline("quality", **doubled, **JAPANESE).stdout
    assert "異常 キーが重複しています" in said and "新規" in said and "次の一手" in said


def test_what_is_healed_is_told_once(doubled: dict[str, str], lake: Lake) -> None:
    assert pipeline("quality", **doubled).returncode == 1
    stored(lake, {"all_records": [ROW]}, day=datetime.now(UTC).date(), run_id="run-2")
    healed = pipeline("quality", **doubled)
    assert healed.returncode == 0 and "healed Keys stand more than once: pk, sk" in healed.stdout
    assert "healed" not in pipeline("quality", **doubled).stdout


def test_what_is_muted_ends_well_and_what_is_acknowledged_does_not(doubled: dict[str, str]) -> None:
    found = json.loads(pipeline("quality", "--json", **doubled).stdout)
    assert (found["grade"], [one["check"] for one in found["findings"]]) == ("error", ["duplicate_keys"])
    assert [one["change"] for one in found["changes"]] == ["new"]
    name = found["findings"][0]["id"]
    known = pipeline("quality", "--acknowledge", name, "--reason", "asked the team", **doubled)
    assert known.returncode == 0 and "acknowledged" in known.stdout and "asked the team" in known.stdout
    assert pipeline("quality", **doubled).returncode == 1
    muted = pipeline("quality", "--mute", name, "--reason", "asked the team", "--days", "9", **doubled)
    assert muted.returncode == 0 and "asked the team" not in muted.stderr
    again = pipeline("quality", "--json", **doubled)
    assert again.returncode == 0
    body = json.loads(again.stdout)
    assert body["findings"][0]["mark"]["kind"] == "muted" and body["changes"] == []


def test_a_mark_is_taken_back_and_what_stands_is_told_once(doubled: dict[str, str]) -> None:
    name = json.loads(pipeline("quality", "--json", **doubled).stdout)["findings"][0]["id"]
    pipeline("quality", "--mute", name, "--reason", "asked the team", "--days", "9", **doubled)
    assert pipeline("quality", **doubled).returncode == 0
    taken = pipeline("quality", "--unmark", name, **doubled)
    assert taken.returncode == 0 and "asked the team" not in taken.stdout
    again = pipeline("quality", **doubled)
    assert again.returncode == 1 and "muted no more Keys stand more than once: pk, sk" in again.stdout
    assert "muted no more" not in pipeline("quality", **doubled).stdout
    nothing = pipeline("quality", "--unmark", name, **doubled)
    assert nothing.returncode == 1 and "Nothing to take back" in nothing.stderr


def test_what_a_build_of_ours_found_is_told_beside_the_table_s_and_marked_by_its_id(
    emulator_url: str, lake: Lake, tmp_path: Path
) -> None:
    craft = settings(emulator_url, lake, tmp_path, [ROW])
    alone = json.loads(pipeline("quality", "--json", **craft).stdout)
    assert alone["models"] is None
    Lakeside(lake, now()).build({"test.p.one_user": "fail"})
    done = pipeline("quality", **craft)
    assert done.returncode == 1 and "error A test of the models has failed: test.p.one_user  new" in done.stdout
    assert "moderation_craft.models on" in done.stdout and "craft on" in done.stdout
    found = json.loads(pipeline("quality", "--json", **craft).stdout)
    assert (found["grade"], found["models"]["grade"]) == ("learning", "error")
    name = found["models"]["findings"][0]["id"]
    assert pipeline("quality", "--mute", name, "--reason", "x", "--days", "9", **craft).returncode == 0
    assert pipeline("quality", **craft).returncode == 0
    assert pipeline("quality", "--table", "moderation_craft.models", **craft).returncode == 0


def now() -> Clock:
    clock = Clock()
    clock.time = datetime.now(UTC) - timedelta(minutes=2)
    return clock


def test_marks_that_are_none_are_told_and_the_result_shows_all_the_same(doubled: dict[str, str], lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="metadata/quality/craft/marks.json", Body=b"[]")
    done = pipeline("quality", **doubled)
    assert done.returncode == 1 and "error Keys stand more than once" in done.stdout
    assert "What people have said of findings cannot be read (metadata/quality/craft/marks.json)" in done.stderr
    assert "An object cannot be read: metadata/quality/craft/marks.json" in done.stdout


def test_a_finding_that_is_not_there_is_not_marked(doubled: dict[str, str]) -> None:
    done = pipeline("quality", "--mute", "0" * 12, "--reason", "x", "--days", "3", **doubled)
    assert done.returncode == 1 and done.stderr.splitlines()[-4].startswith("E014") and "No such finding" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--mute", "a", "--reason", "x"),
        ("--mute", "a", "--days", "3"),
        ("--mute", "a", "--reason", "x", "--days", "91"),
        ("--acknowledge", "a"),
        ("--acknowledge", "a", "--reason", "x", "--days", "3"),
        ("--acknowledge", "a", "--mute", "a", "--reason", "x", "--days", "3"),
        ("--reason", "x"),
        ("--unmark", "a", "--reason", "x"),
        ("--unmark", "a", "--mute", "a", "--reason", "x", "--days", "3"),
        ("--unmark", "a", "--day", "2026-11-30"),
        ("--days", "3"),
        ("--acknowledge", "a", "--reason", "x", "--day", "2026-11-30"),
        ("--day", "yesterday"),
        ("--day", "2026-11-30", "--table", "moderation_craft.models"),
    ],
)
def test_options_that_go_together_in_no_way_are_wrong_usage(arguments: tuple[str, ...]) -> None:
    done = pipeline("quality", *arguments)
    assert (done.returncode, done.stdout) == (2, "") and "Traceback" not in done.stderr


def test_where_there_is_nothing_to_look_at_it_is_told(doubled: dict[str, str]) -> None:
    done = pipeline("quality", "--table", "others", **doubled)
    assert (done.returncode, done.stdout) == (1, "") and "E014" in done.stderr


def test_every_check_and_grade_has_its_words_in_both_languages() -> None:
    wanted = {f"quality.{family}.{check}" for family in ("check", "step") for check in CHECKS}
    wanted |= {f"quality.grade.{grade}" for grade in get_args(Grade)}
    wanted |= {f"quality.finding.{grade}" for grade in get_args(OfFinding)}
    wanted |= {f"quality.state.{state}" for state in (*get_args(State), *get_args(ChangeKind)) if state != "worse"}
    wanted |= {f"quality.fact.{kind}" for kind in get_args(Kind)}
    for language in LANGUAGES:
        assert wanted <= catalogue(language).keys()


def test_the_japanese_words_are_those_of_the_specification() -> None:
    say = Words("ja")
    assert [say(f"quality.grade.{grade}") for grade in get_args(Grade)] == ["正常", "注意", "異常", "学習中", "未実行"]
    states = [say("quality.state.new"), say("quality.state.continuing", days=3), say("quality.state.healed")]
    assert states == ["新規", "継続（3日）", "解消"]
    assert [say(f"quality.fact.{kind}") for kind in get_args(Kind)] == ["確認済み", "ミュート"]

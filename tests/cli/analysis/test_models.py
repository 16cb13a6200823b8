"""python -m pipeline models: projects, one project's models, and exit 1 when something failed."""

from __future__ import annotations

import json

import pytest

from pipeline.lake.bucket import Lake
from pipeline.lake.dbt_keys import dbt_key
from tests.analysis.models.shop import body, golden, manifest_of, results_of
from tests.cli.test_main import aws, pipeline

SECRET = "AKIA" + "IOSFODNN7EXAMPLE"


@pytest.fixture
def craft(emulator_url: str, lake: Lake) -> dict[str, str]:
    return aws(emulator_url, S3_BUCKET_NAME=lake.bucket, DYNAMODB_TABLE_NAME="craft")


def put(lake: Lake, project: str, manifest: bytes, results: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=dbt_key(project, "manifest"), Body=manifest)
    lake.s3.put_object(Bucket=lake.bucket, Key=dbt_key(project, "run_results"), Body=results)


def good(lake: Lake) -> None:
    put(lake, "good", body(manifest_of({"a": []})), body(results_of({"model.p.a": "success"})))


def shop(lake: Lake) -> None:
    put(lake, "shop", golden("manifest-v12"), golden("run_results-v6"))


def test_a_lake_without_projects_says_where_they_belong(craft: dict[str, str], lake: Lake) -> None:
    done = pipeline("models", **craft)
    assert (done.returncode, f"s3://{lake.bucket}/metadata/dbt/<project>/" in done.stdout) == (0, True)


def test_in_the_demo_it_is_said_that_no_other_command_s_build_is_here() -> None:
    done = pipeline("models", PIPELINE_DEMO_SOURCES="off", PIPELINE_DEMO_SCHEDULE="off")
    assert done.returncode == 0 and "another command" in done.stderr


def test_projects_are_listed_and_a_failed_one_ends_with_1(craft: dict[str, str], lake: Lake) -> None:
    good(lake)
    assert pipeline("models", **craft).returncode == 0
    shop(lake)
    done = pipeline("models", **{**craft, "LC_ALL": "ja_JP.UTF-8"})
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[0].split()[:2] == ["プロジェクト", "状態"]
    assert [line.split()[:2] for line in lines[1:]] == [["good", "✓"], ["shop", "✗"]]


def test_one_project_s_models_are_a_table_below_the_sentence(craft: dict[str, str], lake: Lake) -> None:
    shop(lake)
    done = pipeline("models", "--project", "shop", **{**craft, "LC_ALL": "ja_JP.UTF-8"})
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and lines[0].startswith("shop: 失敗があります（")
    assert lines[1:5] == [
        "モデル: ✓ 3  ! 0  ✗ 0  – 0",
        "テスト合格率: 33.3%（目標90%）",
        "所要時間: 1.8秒",
        "公開: 不明",
    ]
    (mart,) = [line for line in lines if line.startswith("mart_orders")]
    assert mart.split() == ["mart_orders", "!", "警告", "·", "影響あり", "marts", "7", "0.5", "1/3"]


def test_json_has_the_same_facts_and_no_sql(craft: dict[str, str], lake: Lake) -> None:
    shop(lake)
    done = pipeline("models", "--project", "shop", "--json", **craft)
    found = json.loads(done.stdout)
    assert (done.returncode, found["level"], found["affected"], found["published"]) == (1, "bad", 2, None)
    assert found["models"] == {"ok": 3, "warn": 0, "bad": 0, "skipped": 0, "no_result": 0}
    nodes = {node["name"]: node for node in found["nodes"]}
    assert nodes["mart_orders"]["affected"] and nodes["stg_orders"]["state"] == "bad"
    assert "select" not in done.stdout and "akari" not in done.stdout


def test_a_project_that_cannot_be_read_is_explained_beside_the_others(craft: dict[str, str], lake: Lake) -> None:
    good(lake)
    put(lake, "broken", f'{{"token": "{SECRET}"'.encode(), golden("run_results-v6"))
    done = pipeline("models", **craft)
    assert done.returncode == 1
    assert [line.split()[:2] for line in done.stdout.splitlines()[1:]] == [["broken", "E010"], ["good", "✓"]]
    assert "E010" in done.stderr and "expected JSON" in done.stderr
    assert SECRET not in done.stdout + done.stderr and "Traceback" not in done.stderr
    assert json.loads(pipeline("models", "--json", **craft).stdout)[0]["error"] == "E010"


def test_a_project_that_is_not_there_and_a_wrong_name_are_told(craft: dict[str, str]) -> None:
    done = pipeline("models", "--project", "none", **craft)
    assert (done.returncode, "E014" in done.stderr, "has no manifest" in done.stderr) == (1, True, True)
    wrong = pipeline("models", "--project", "../runs", **craft)
    assert (wrong.returncode, "No such name of a dbt project" in wrong.stderr) == (1, True)


def test_texts_that_move_a_terminal_s_cursor_reach_none(craft: dict[str, str], lake: Lake) -> None:
    manifest = manifest_of({"a": []})
    manifest["nodes"]["model.p.a"]["name"] = "a\x1b[2J\u202eb"
    put(lake, "odd", body(manifest), body(results_of({"model.p.a": "success\x1b[2J"})))
    done = pipeline("models", "--project", "odd", **craft)
    assert "\x1b" not in done.stdout + done.stderr and "\u202e" not in done.stdout + done.stderr

"""pipeline.console.reports.gathering.models: our index and others' artifacts, at their versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.analysis.models.builds import Build, Builds
from pipeline.analysis.reports.definitions.definition import Models
from pipeline.aws import Cloud
from pipeline.console.app import App
from pipeline.lake.bucket import Lake
from pipeline.lake.dbt_keys import dbt_key
from tests.support.lakes.models import golden, put_project
from tests.support.reports.desk import again, app_of, gathered, report, same_bytes, states, tables, texts
from tests.support.reports.exports import brief, node

WANTED = report(Models())
USERS = "model.moderation_craft.stg_users"


@pytest.fixture
def app(cloud: Cloud, lake: Lake, tmp_path: Path) -> App:
    return app_of(cloud, lake, tmp_path)


def test_without_a_build_that_is_said(app: App) -> None:
    made = gathered(app, WANTED)
    assert texts(made) == ["モデルはまだ一度もビルドされていません。"] and again(app, WANTED, made) == made


def test_made_again_it_is_the_same_after_another_build(app: App, lake: Lake) -> None:
    Builds(lake).save(Build(brief(28), nodes={USERS: node(28, 12)}))
    first = gathered(app, WANTED)
    assert tables(first)[0].rows == (("stg_users", "✓ 成功", 12, None, 0.51, "1/1"),)
    Builds(lake).save(Build(brief(29, "bad", published=False), nodes={USERS: node(29, 9)}))
    assert again(app, WANTED, first) == first and same_bytes(again(app, WANTED, first), first)
    assert tables(gathered(app, WANTED))[0].rows[0][3] == -3


def test_an_index_that_nobody_can_read_is_the_block_s_failure(app: App, lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key="metadata/models/moderation_craft/builds.json", Body=b"[]")
    made = gathered(app, WANTED)
    assert [one.error.code for one in made.failed] == ["E010"] and states(made) == [""]


def test_other_projects_stand_beside_ours_and_are_told_again(app: App, lake: Lake) -> None:
    put_project(lake, "shop", golden("manifest-v12"), golden("run_results-v6"))
    put_project(lake, "broken", b"{")
    lake.s3.put_object(Bucket=lake.bucket, Key=dbt_key("alone", "run_results"), Body=golden("run_results-v6"))
    first = gathered(app, WANTED)
    rows = tables(first)[0].rows
    assert not first.failed and [row[0] for row in rows] == ["alone", "broken", "shop"]
    assert rows[2][2] is not None and rows[1][2] is None
    put_project(lake, "shop", b"{", b"{")
    put_project(lake, "another", golden("manifest-v12"))
    assert again(app, WANTED, first) == first
    assert [row[0] for row in tables(gathered(app, WANTED))[0].rows] == ["alone", "another", "broken", "shop"]


def test_more_projects_than_ten_are_counted(app: App, lake: Lake) -> None:
    for number in range(12):
        put_project(lake, f"p{number:02}", b"{")
    made = gathered(app, WANTED)
    assert len(tables(made)[0].rows) == 10 and "2件" in texts(made)[-1]

"""Builds: their policy beside a viewer's suffices for one, a viewer's for what it came to; nothing of it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.analysis.builds.children import Project
from pipeline.aws import Cloud
from pipeline.console.analysis.builds import BuildBoard
from pipeline.lake.bucket import Lake
from pipeline.runs.run import Run
from tests.analysis.builds.projects import small_project
from tests.analysis.builds.world import SESSIONS
from tests.analysis.query.days import stored
from tests.deploy.test_stack_emulated import Deployed
from tests.house.test_rights import KEYS, REGION, Watched, app_of, deployed, exported, refused, watched, without_use
from tests.support.work import utc_now

__all__ = ["deployed", "exported"]


def board(deployed: Deployed, judge: Watched, folder: Path) -> BuildBoard:
    """As the console has it, but for the project: a small one, with a test that fails and publishes all the same."""
    warns = "{{ config(severity='warn') }} select * from {{ ref('mart_minutes') }}"
    project = Project(small_project(folder / "project", **{"tests__counted.sql": warns}))
    own = app_of(deployed, judge.cloud).builds
    return replace(own, builder=replace(own.builder, project=project))


@pytest.fixture
def tables(deployed: Deployed, emulator_url: str, exported: Run) -> None:
    # Of the day before: the newest export, which a build looks for, has none.
    lake = Lake(Cloud(REGION, emulator_url, KEYS).s3, deployed.parameters["BucketName"])
    stored(lake, {"session": SESSIONS}, deployed.parameters["TableName"], utc_now().date() - timedelta(days=1))


@pytest.mark.usefixtures("tables")
def test_a_build_needs_its_own_policy_beside_a_viewer_s(deployed: Deployed, emulator_url: str, tmp_path: Path) -> None:
    judge = watched(deployed, emulator_url)
    own = board(deployed, judge, tmp_path)
    ran = own.build()
    assert ran.build and ran.build.brief.published and own.failing(ran.run.day, ran.run.run_id)
    # As the command does at its end.
    seen = app_of(deployed, judge.cloud).quality.look_after_build()
    assert seen and seen.grade == "warning"
    viewer, builds = deployed.stack.policy("Viewer"), deployed.stack.policy("OperatorBuilds")
    assert refused(judge.requests(), viewer, builds) == []
    lacking = refused(judge.requests(), viewer)
    reads = {"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"}
    assert {request.action for request in lacking} == {"s3:PutObject", *reads}
    # A viewer reads no failing row, no row of a mart or a table.
    read = {request.resource.partition("/")[2] for request in lacking if request.action.startswith("s3:Get")}
    assert {name.partition("/")[0] for name in read} <= {"staging", "marts", "tables", "metadata"}
    # Where a bucket keeps no versions, files are read by their names alone.
    over = without_use(builds, judge.requests(), {"s3:GetObjectVersion"})
    assert [(action, resource.partition("/")[2]) for _, action, resource in over] == [("s3:GetObject", "tables/*")]


@pytest.mark.usefixtures("tables")
def test_a_viewer_s_policy_suffices_for_what_builds_came_to(deployed: Deployed, emulator_url: str) -> None:
    judge = watched(deployed, emulator_url)
    seen, today = app_of(deployed, judge.cloud).builds, utc_now().date()
    assert (seen.index().builds, seen.current(), seen.running(), seen.kept(today, "run-1")) == ((), None, None, None)
    assert refused(judge.requests(), deployed.stack.policy("Viewer")) == []

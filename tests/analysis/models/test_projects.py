"""pipeline.analysis.models.projects: which projects there are, and which of many sets is the newest build."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline.analysis.models import artifacts
from pipeline.analysis.models.projects import Projects
from pipeline.errors import DataInvalid, NotFound, SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.lake.dbt_keys import DBT, Artifact, dbt_key, dbt_run_key
from tests.analysis.models.shop import body, golden, manifest_of, results_of

NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)
TODAY = NOW.date()
GOOD = {"model.p.a": "success"}
Put = Callable[..., None]


def run(status: str = "success", at: str = "2026-11-29T05:00:00Z", command: str = "build") -> bytes:
    made = results_of({"model.p.a": status}, command)
    made["metadata"]["generated_at"] = at
    return body(made)


@pytest.fixture
def projects(lake: Lake) -> Projects:
    return Projects(lake, lambda: NOW)


@pytest.fixture
def put(lake: Lake) -> Put:
    def put(
        artifact: Artifact, content: Any, project: str = "p", day: date | None = None, invocation: str = "i"
    ) -> None:
        key = dbt_run_key(project, day, invocation, artifact) if day else dbt_key(project, artifact)
        lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=content)

    return put


@pytest.fixture
def manifest(put: Put) -> None:
    put("manifest", body(manifest_of({"a": []})))


def test_a_lake_without_projects_has_none(projects: Projects) -> None:
    assert projects.names() == ()


def test_projects_whose_names_begin_alike_are_all_found_and_other_objects_are_none(
    projects: Projects, put: Put, lake: Lake
) -> None:
    names = ["a", "a-b", "a.b", "a0", "ab", "z_9"]
    for name in names:
        put("manifest", b"{}", name)
        put("run_results", b"{}", name, TODAY)
    for foreign in ("stray.json", "-x/manifest.json", "店/manifest.json"):
        lake.s3.put_object(Bucket=lake.bucket, Key=DBT + foreign, Body=b"")
    assert sorted(projects.names()) == sorted(names)


@pytest.mark.usefixtures("manifest")
def test_a_flat_set_is_read_and_judged(projects: Projects, put: Put) -> None:
    put("run_results", run())
    standing = projects.judged("p").standing
    assert (standing.level, standing.built_at) == ("good", datetime(2026, 11, 29, 5, tzinfo=UTC))


def test_the_shop_s_three_artifacts_are_put_together(projects: Projects, put: Put) -> None:
    for artifact, name in (("manifest", "manifest-v12"), ("run_results", "run_results-v6"), ("sources", "sources-v3")):
        put(artifact, golden(name), "shop")
    standing = projects.judged("shop").standing
    assert (standing.level, standing.affected, standing.sources.warn) == ("bad", 2, 1)


@pytest.mark.usefixtures("manifest")
def test_the_newest_run_counts_by_what_it_says_of_its_time(projects: Projects, put: Put) -> None:
    put("run_results", run("error", "2026-11-29T01:00:00Z"))
    put("run_results", run("success", "2026-11-29T03:00:00Z"), day=date(2026, 11, 29), invocation="b")
    # Copied into the lake last.
    put("run_results", run("warn", "2026-11-29T02:00:00Z"), day=date(2026, 11, 29), invocation="a")
    assert projects.judged("p").standing.level == "good"


@pytest.mark.usefixtures("manifest")
def test_a_time_to_come_hides_no_later_build(lake: Lake, put: Put) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    put("run_results", run("error", "2099-01-01T00:00:00Z"))
    put("run_results", run("success", later.isoformat()), day=later.date())
    assert Projects(lake, lambda: later).judged("p").standing.level == "good"


@pytest.mark.usefixtures("manifest")
def test_a_look_at_the_docs_hides_no_build(projects: Projects, put: Put) -> None:
    put("run_results", run("error", "2026-11-28T01:00:00Z"), day=date(2026, 11, 28))
    put("run_results", run("success", "2026-11-29T01:00:00Z", "generate"), day=date(2026, 11, 29))
    assert projects.judged("p").standing.level == "bad"


@pytest.mark.usefixtures("manifest")
def test_where_nothing_was_built_it_is_said(projects: Projects, put: Put) -> None:
    put("run_results", run("success", command="compile"))
    standing = projects.judged("p").standing
    assert (standing.level, [notice.kind for notice in standing.notices]) == ("none", ["not_a_build", "untested"])


@pytest.mark.parametrize("days_ago", [0, 6, 40, 400, 3000])
@pytest.mark.usefixtures("manifest")
def test_a_run_is_found_however_old_it_is(projects: Projects, put: Put, days_ago: int) -> None:
    day = TODAY - timedelta(days=days_ago)
    put("run_results", run("error", "2016-01-01T00:00:00Z"), day=TODAY - timedelta(days=3900))
    put("run_results", run("success", f"{day}T01:00:00Z"), day=day)
    assert projects.judged("p").standing.level == "good"


def test_a_run_s_own_manifest_is_preferred(projects: Projects, put: Put) -> None:
    put("manifest", body(manifest_of({"a": [], "b": [], "c": []})))
    put("manifest", body(manifest_of({"a": []})), day=TODAY)
    put("run_results", run(), day=TODAY)
    assert len(projects.judged("p").rows) == 1


def test_what_a_target_folder_brings_along_is_passed_over(projects: Projects, put: Put, lake: Lake) -> None:
    put("manifest", body(manifest_of({"a": []})))
    put("run_results", run())
    for name in ("compiled/p/a.sql", "run/p/a.sql", "graph.gpickle", "dt=2026-11-29/i/catalog.json"):
        lake.s3.put_object(Bucket=lake.bucket, Key=f"{DBT}p/{name}", Body=b"x")
    assert projects.judged("p").standing.level == "good"


def test_a_project_without_a_manifest_says_where_it_belongs(projects: Projects, put: Put) -> None:
    put("run_results", run())
    with pytest.raises(NotFound) as caught:
        projects.judged("p")
    assert caught.value.state == "dbt_manifest" and caught.value.facts["resource"].endswith(
        "metadata/dbt/p/manifest.json"
    )


def test_an_artifact_that_cannot_be_read_is_named(projects: Projects, put: Put) -> None:
    put("manifest", golden("manifest-v12")[:-100])
    put("run_results", run())
    with pytest.raises(SchemaMismatch) as caught:
        projects.judged("p")
    assert (caught.value.facts["key"], caught.value.facts["expected"]) == ("metadata/dbt/p/manifest.json", "JSON")


def test_an_artifact_that_is_too_large_is_refused_by_its_listing(projects: Projects, put: Put) -> None:
    put("manifest", body(manifest_of({"a": []})))
    put("sources", b" " * (artifacts.MOST_BYTES["sources"] + 1))
    with pytest.raises(SchemaMismatch) as caught:
        projects.judged("p")
    assert caught.value.facts["found"] == "8,388,609 bytes"


def test_what_no_project_is_called_is_refused(projects: Projects) -> None:
    with pytest.raises(DataInvalid):
        projects.judged("../runs")

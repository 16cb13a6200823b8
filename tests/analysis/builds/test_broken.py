"""Projects that are broken, each in a way of its own: nothing is published, the pointer stays, and all is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.analysis.builds.children import Project
from pipeline.errors import SchemaMismatch
from pipeline.runs.ledger import Ledger
from tests.analysis.builds.projects import PLANTED, STAGED, small_project
from tests.analysis.builds.world import World, failing, holds_planted

MakeWorld = Callable[..., World]
CYCLE = {
    "models__staging__stg_sessions.sql": "select * from {{ ref('mart_minutes') }}",
    "models__marts__mart_minutes.sql": "select * from {{ ref('stg_sessions') }}",
}
UNPARSED = {
    "a model that nobody has": {"models__marts__mart_minutes.sql": "select 1 from {{ ref('nobody') }}"},
    "models in a circle": CYCLE,
    "a file that is no YAML": {"models__models.yml": f"models: [\n  api_token: {PLANTED}"},
}


@pytest.mark.parametrize("files", UNPARSED.values(), ids=UNPARSED)
def test_a_project_that_cannot_be_read_is_a_failed_run_that_says_so(
    make_world: MakeWorld, files: dict[str, str]
) -> None:
    world = make_world(**files)
    with failing(SchemaMismatch, "build_parse"):
        world.build("run-1")
    entry = Ledger(world.lake).find("run-1", (world.clock().date(),))
    assert entry and entry.run.status == "failed" and entry.run.error
    assert "dbt stopped at" in entry.run.error.message and str(world.project.folder) not in entry.run.error.message
    kept = world.kept(entry.run).brief
    assert (kept.published, kept.withheld, kept.level, kept.blocked_by) == (False, "parse", "bad", ("E010",))
    assert world.current() is None and holds_planted(world) == []


def test_what_fails_withholds_and_the_pointer_stays_where_it_was(make_world: MakeWorld) -> None:
    world = make_world()
    first = world.build()
    world.tick()
    # A model that fails, one below it that is skipped, and a test that errors of itself.
    failing_model = {"models__staging__stg_sessions.sql": f"{STAGED} where no_such_column = '{PLANTED}'"}
    broken = small_project(world.project.folder.parent / "broken", **failing_model)
    second = replace(world, project=replace(world.project, folder=broken)).build()
    kept = world.kept(second)
    assert (second.status, kept.brief.level, kept.brief.withheld) == ("succeeded", "bad", "models")
    assert kept.brief.blocked_by == ("stg_sessions", "mart_minutes") and kept.marts == ()
    shown = {unique_id.rpartition(".")[2]: node.shown for unique_id, node in kept.nodes.items()}
    assert (shown["stg_sessions"], shown["mart_minutes"]) == ("bad", "bad")
    assert kept.brief.tests.bad >= 2
    current = world.current()
    assert current and current.run_id == first.run_id
    # The first build's mart holds what its model was told to hold.
    assert [place for place in holds_planted(world) if not place.startswith("marts/")] == []


def test_a_test_that_errors_or_fails_withholds_and_its_rows_are_the_operators(make_world: MakeWorld) -> None:
    errors = {"tests__errors.sql": "select no_such_column from {{ ref('mart_minutes') }}"}
    fails = {"tests__fails.sql": "select PK, notes from (select *, 'token=abcdef1234567890' as notes from "}
    fails["tests__fails.sql"] += "{{ source('lake', 'session') }}) cross join range(10)"
    world = make_world(**errors, **fails)
    run = world.build()
    kept = world.kept(run)
    assert (kept.brief.withheld, set(kept.brief.blocked_by)) == ("tests", {"errors", "fails"})
    assert (kept.brief.tests.bad, kept.brief.models.ok, kept.marts) == (2, 2, ())
    assert world.current() is None
    assert [key for key in world.everything() if key.startswith("marts/")] == []
    (key,) = [key for key in world.everything() if key.startswith("staging/failing/")]
    stored = world.lake.read_json(key)
    assert stored
    (found,) = stored[0]["tests"].values()
    assert (found["columns"], len(found["rows"])) == (["PK", "notes"], 20)
    assert {row[1] for row in found["rows"]} == {"token=[redacted]"}


def test_a_folder_that_is_no_project_is_told(make_world: MakeWorld) -> None:
    world = make_world()
    empty = world.project.folder.parent / "empty"
    empty.mkdir()
    with failing(SchemaMismatch, "build_parse"):
        replace(world, project=Project(empty)).build()

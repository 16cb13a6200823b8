"""One build from tables to the pointer: what it leaves in the lake, exact to the last digit, and nothing beside."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterator
from decimal import Context, Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow.parquet as pq
import pytest

from pipeline.analysis.builds.children import Project
from pipeline.analysis.builds.folders import PREFIX
from pipeline.analysis.builds.job import steps_of
from pipeline.analysis.models.builds import OUR_PROJECT, Builds, MartFile
from pipeline.analysis.models.projects import Projects
from pipeline.aws import Cloud
from pipeline.lake.dbt_keys import parse_dbt_key, project_prefix
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.analysis.builds.projects import PLANTED
from tests.analysis.builds.world import MINUTES, WEIGHT, World, holds_planted, small_world


class Counting(BaseHTTPRequestHandler):
    """Refuses whatever is asked for, and counts it."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(403)

    do_POST = do_CONNECT = do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def proxy() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def world(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory, proxy: str) -> World:
    world = small_world(cloud, tmp_path_factory.mktemp("small"))
    proxies = {name: proxy for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")}
    project = Project(world.project.folder, environment={**world.project.environment, **proxies})
    return World(world.lake, world.clock, project)


@pytest.fixture(scope="module")
def run(world: World, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("folders")
    run = world.build(folder=folder)
    assert list(folder.glob(f"{PREFIX}*")) == []
    return run


def mart(world: World, run: Run) -> MartFile:
    (file,) = world.kept(run).marts
    return file


def test_the_record_says_what_went_in_and_what_came_of_it(world: World, run: Run) -> None:
    kept = world.kept(run)
    assert [(one.table, one.day, one.records) for one in kept.documents] == [("things", run.day, 6)]
    brief = kept.brief
    # The clock of the tests is years behind dbt's: the source is late, which keeps nobody from publishing.
    assert (brief.level, brief.published, brief.withheld, brief.blocked_by) == ("warn", True, None, ())
    assert (brief.models.ok, brief.tests.ok, brief.share) == (2, 3, 1.0)
    nodes = {unique_id.rpartition(".")[2]: node for unique_id, node in kept.nodes.items()}
    assert (nodes["stg_sessions"].rows, nodes["mart_minutes"].rows, nodes["mart_minutes"].tests) == (6, 2, 2)
    assert Builds(world.lake).index().builds == (brief,)


def test_the_run_s_entry_tells_of_its_steps_its_records_and_its_bytes(world: World, run: Run) -> None:
    entry = Ledger(world.lake).find(run.run_id, (run.day,))
    assert entry and (entry.run.status, entry.run.engine, entry.run.table) == (
        "succeeded",
        "dbt",
        "moderation_craft.build",
    )
    # Two models, three tests, the freshness of one source.
    assert steps_of(entry.run) == (6, 6)
    assert (entry.run.records, entry.run.bytes, entry.run.key) == (6, mart(world, run).size, None)


def test_the_pointer_names_the_files_as_they_stand(world: World, run: Run) -> None:
    current, file = world.current(), mart(world, run)
    assert current and (current.run_id, current.day, current.tables_day) == (run.run_id, run.day, run.day)
    assert current.marts == (file,) and file.key == f"marts/mart_minutes/dt={run.day}/{run.run_id}.parquet"
    held = world.lake.head(file.key, file.version_id)
    assert held and (held.size, held.checksum) == (file.size, file.checksum)


def test_a_mart_has_every_row_and_every_digit(world: World, run: Run) -> None:
    file = mart(world, run)
    table = pq.read_table(io.BytesIO(b"".join(world.lake.stream(file.key, file.version_id))))
    assert file.records == table.num_rows == 2
    (first, second) = table.to_pylist()
    assert (first["user_id"], second["user_id"]) == ("USER#0", "USER#1")
    assert first["minutes"] == 3 * MINUTES and first["weight"] == Context(prec=60).multiply(WEIGHT, Decimal(3))
    assert first["listed"] == [first["minutes"]] and isinstance(first["listed"][0], Decimal)
    assert isinstance(first["minutes"], Decimal) and isinstance(first["weight"], Decimal)


def test_the_artifacts_are_a_project_that_the_page_shows(world: World, run: Run) -> None:
    judged = Projects(world.lake, world.clock).judged(OUR_PROJECT)
    assert (judged.standing.level, judged.standing.command, judged.standing.share) == ("warn", "build", 1.0)
    assert [notice.kind for notice in judged.standing.notices] == []
    sql = {row.node.name: row.node.sql for row in judged.rows}
    assert 'from "build"."lake"."session"' in sql["stg_sessions"]


def test_artifacts_hold_no_macros_arguments_variables_environment_or_places(world: World, run: Run) -> None:
    bodies = {key: body for key, body in world.everything().items() if key.startswith(project_prefix(OUR_PROJECT))}
    names = {found.artifact for key in bodies if (found := parse_dbt_key(key))}
    assert names == {"manifest", "run_results", "sources"}
    for body in bodies.values():
        artifact = json.loads(body)
        assert not {"macros", "docs", "selectors", "disabled"} & artifact.keys()
        assert artifact.get("args", {"which": "build"}) == {"which": "build"} and "env" not in artifact["metadata"]
        text = body.decode()
        assert "raw_code" not in text and "api_token" not in text and "_PROXY" not in text
        assert os.path.dirname(str(world.project.folder)) not in text


def test_a_planted_secret_is_in_the_mart_that_asked_for_it_and_nowhere_else(world: World, run: Run) -> None:
    # A model may write what it likes into its own rows: compressed, so that it is looked for there by reading.
    file = mart(world, run)
    rows = pq.read_table(io.BytesIO(b"".join(world.lake.stream(file.key)))).to_pylist()
    assert {row["told"] for row in rows} == {PLANTED}
    assert [place for place in holds_planted(world) if place != file.key] == []
    judged = Projects(world.lake, world.clock).judged(OUR_PROJECT)
    assert any("[redacted]" in row.node.sql for row in judged.rows)


def test_no_host_is_asked(run: Run) -> None:
    assert run.status == "succeeded" and Counting.asked == []


def test_the_log_tells_how_many_records_and_none_of_them(world: World, run: Run) -> None:
    told = json.dumps(world.lines)
    assert run.run_id in told and "private words" not in told and "USER#" not in told

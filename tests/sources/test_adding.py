"""ADDING.md: the kind of source that it makes up works by its descriptor alone, on the command line as elsewhere."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.aws import Cloud
from pipeline.cli.main import pipeline
from pipeline.console.app import App
from pipeline.console.wiring import wire
from pipeline.errors import DataInvalid
from pipeline.lake.bucket import Lake
from pipeline.sources.kinds import KINDS, TABLE, Kind, Text
from pipeline.sources.protocol import Source
from pipeline.words.catalogue import LANGUAGES
from tests.support.places import ROOT
from tests.support.sources.recipe import Provider, a_console

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@pytest.fixture
def console(cloud: Cloud, lake: Lake, tmp_path: Path) -> Iterator[tuple[App, Provider]]:
    with a_console(cloud, lake.bucket, tmp_path) as opened:
        yield opened


@pytest.fixture
def app(console: tuple[App, Provider]) -> App:
    app, _ = console
    config = app.board.add(app.board.config(), "tides")
    entry = config.entry("tides")
    assert entry
    app.board.set_up(config, entry, {"harbour": "Yokohama"})
    return app


def command(app: App, *arguments: str) -> Result:
    """The command line, wired to this App."""
    return CliRunner().invoke(pipeline, arguments, obj=lambda environ: app)


def test_the_command_line_runs_it_over_the_days_that_are_asked_for(app: App, console: tuple[App, Provider]) -> None:
    done = command(app, "run", "tides", "--from", "2026-01-05", "--to", "2026-01-07", "--json")
    body = json.loads(done.stdout)
    assert (done.exit_code, body["itemCount"], body["source"]) == (0, 3, "tides")
    assert console[1].asked == [{"harbour": "Yokohama", "from": "2026-01-05", "to": "2026-01-07"}]


def test_the_history_has_its_run(app: App) -> None:
    command(app, "run", "tides", "--from", "2026-01-05", "--to", "2026-01-05")
    (run,) = json.loads(command(app, "history", "--json").stdout)
    assert (run["table"], run["shown"], run["records"]) == ("tides", "succeeded", 1)


def test_its_documents_are_read_and_checked_as_every_other_s(app: App) -> None:
    command(app, "run", "tides", "--from", "2026-01-05", "--to", "2026-01-05")
    (run,) = app.history().runs
    (record,) = app.documents.preview(run).rows
    assert (record["date"], record["harbour"], record["height_m"]) == ("2026-01-05", "Yokohama", Decimal("0.5"))
    assert app.check().clean


def test_a_run_is_kept_within_the_time_of_its_invocation(app: App) -> None:
    source: Any = app.sources.registry.within(app.sources.find("tides"), lambda: 100.0)
    assert source.tools.http.left() == 80.0


def test_options_that_it_does_not_take_are_refused_before_they_are_written(app: App) -> None:
    config = app.board.config()
    with pytest.raises(DataInvalid, match="is no harbour"):
        app.board.change(config, config.with_entry(config.sources[0].with_options(harbour=7)), "by hand")


def test_a_console_that_does_not_know_the_kind_keeps_what_it_cannot_read(app: App, cloud: Cloud) -> None:
    config = wire(app.settings, cloud).board.config()
    assert config.sources == () and len(config.foreign) == 1


def test_the_kinds_are_named_without_their_providers_code() -> None:
    program = "import sys, pipeline.sources.kinds; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    names = loaded.stdout.split()
    assert "pipeline.sources.kinds" in names
    assert [name for name in names if name.split(".")[0] in {"pydantic", "boto3", "urllib3"}] == []
    assert [name for name in names if name.startswith(("pipeline.sources.open", "pipeline.sources.google"))] == []


def test_no_other_room_names_a_kind() -> None:
    """A kind's name as a text stands in its descriptor and its own folder: nowhere else has a newcomer to look."""
    names = {kind.name for kind in KINDS if kind.has_days}
    rooms = [*(ROOT / "pages").rglob("*.py"), *(ROOT / "pipeline" / "console").rglob("*.py")]
    rooms += [*(ROOT / "pipeline" / "sources").glob("*.py"), *(ROOT / "pipeline" / "cli").rglob("*.py")]
    assert len(rooms) > 40
    named = [
        path.name
        for path in rooms
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert set(named) == {"kinds.py"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.has_days], ids=lambda kind: kind.name)
def test_a_kind_is_built_of_what_it_begins_with_under_its_own_name(app: App, kind: Kind) -> None:
    source: Source = app.sources.registry.build(kind.name, kind.name, kind.blank)
    assert source.name == kind.name and source.missing_requirement() is not None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_has_its_texts_in_every_language(kind: Kind, language: str) -> None:
    assert {field.name for field in fields(Text)} == set(LANGUAGES)
    for text in (kind.title, kind.partly, *(field.label for field in kind.fields)):
        assert bool(JAPANESE.search(text.of(language))) == (language == "ja")


def test_a_kind_that_is_fetched_and_not_built_is_a_mistake_that_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="waves has days and is built, or neither"):
        Kind("waves", Text("波", "Waves"), ":material/waves:")


def test_a_table_is_a_kind_whose_run_is_an_export(app: App) -> None:
    assert (TABLE.run, TABLE.has_days) == ("export", False)
    with pytest.raises(DataInvalid, match="not fetched by days"):
        app.sources.registry.build("table", "orders", {})

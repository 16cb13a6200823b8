"""The project itself: it is parsed by hand, asks no host, and says in both languages what everything is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.analysis.dbt.world import DBT, GUARD, PROJECT, Built, dbt, places
from tests.support.fences import commands, fences

BOTH = re.compile(r".*[\u3040-\u30ff\u4e00-\u9fff].* / [\x20-\x7e°]+")
MARTS = {"mart_daily_wellness", "mart_task_progress", "mart_focus_hours"}


def by_hand(folder: Path) -> str:
    """The README's own command."""
    readme = PROJECT / "README.md"
    (command,) = (one for fence in fences(readme, readme.read_text("utf-8")) for one in commands(fence))
    copy = folder / "pipeline" / "analysis" / "dbt"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))
    (folder / "sitecustomize.py").write_text(GUARD, "utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(folder), "PYTHONPATH": str(folder), "LC_ALL": "C.UTF-8"}
    line = command.text.split()
    done = subprocess.run(line, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """What dbt said, and the manifest that it wrote."""
    folder = tmp_path_factory.mktemp("checkout")
    told = by_hand(folder)
    return told, json.loads((folder / "pipeline" / "analysis" / "dbt" / "target" / "manifest.json").read_bytes())


def ours(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Models, sources, our own tests, exposures."""
    parts = ("nodes", "sources", "exposures", "unit_tests")
    for node in (node for part in parts for node in manifest[part].values()):
        if node["resource_type"] != "test" or not node.get("test_metadata"):
            yield node


def test_it_is_parsed_by_hand_without_a_host_and_without_a_warning(parsed: tuple[str, dict[str, Any]]) -> None:
    told, manifest = parsed
    assert manifest["metadata"]["project_name"] == "moderation_craft"
    assert re.findall(r"(?i)warn|deprecat|error", told) == []


def test_everything_is_described_in_both_languages(parsed: tuple[str, dict[str, Any]]) -> None:
    texts = {node["unique_id"]: node["description"] for node in ours(parsed[1])}
    for node in ours(parsed[1]):
        texts |= {f"{node['unique_id']}.{name}": each["description"] for name, each in node.get("columns", {}).items()}
    assert len(texts) > 200
    assert [name for name, text in texts.items() if not BOTH.fullmatch(text) or text.count(" / ") != 1] == []


def test_every_column_is_described_and_no_other(built: Built, parsed: tuple[str, dict[str, Any]]) -> None:
    models = {node["name"]: set(node["columns"]) for node in ours(parsed[1]) if node["resource_type"] == "model"}
    columns = built.rows("select table_name, column_name from information_schema.columns where table_schema = 'main'")
    there = {name: {row["column_name"] for row in columns if row["table_name"] == name} for name in models}
    assert len(models) == 17 and models == there


def test_what_is_published_is_tagged_and_read_by_pages(parsed: tuple[str, dict[str, Any]]) -> None:
    manifest = parsed[1]
    marts = {node["name"] for node in ours(manifest) if "mart" in node.get("tags", ())}
    read = {name.split(".")[-1] for one in manifest["exposures"].values() for name in one["depends_on"]["nodes"]}
    assert marts == MARTS == read
    assert {one["label"] for one in manifest["exposures"].values()} >= {"分析", "モデルと品質", "相関と予測"}


def test_every_rule_by_example_holds(built: Built, parsed: tuple[str, dict[str, Any]]) -> None:
    names = {one["name"] for one in parsed[1]["unit_tests"].values()}
    assert len(names) >= 4 and names <= built.failed("pass")


def test_athena_is_parsed_where_its_adapter_is_and_else_says_what_is_missing(tmp_path: Path) -> None:
    has_adapter = bool(find_spec("dbt.adapters.athena"))
    done = dbt(tmp_path, DBT, "parse", *places(tmp_path), "--target-path", str(tmp_path / "t"), DBT_ENGINE="athena")
    assert done.returncode == (0 if has_adapter else 2), done.stdout
    assert has_adapter or "Could not find adapter type athena!" in done.stdout


def test_the_guard_ends_what_asks_a_host() -> None:
    program = f"{GUARD}\nimport socket\nsocket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 99

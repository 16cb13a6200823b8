"""pages.explore.assets: what is committed is what the lock and the sources say, small, licensed, and served whole."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.applications import Starlette

from pages import routes
from pages.explore import assets
from pipeline.analysis.query.face import EngineName
from pipeline.words.catalogue import catalogue
from tests.support.asgi import ask
from tests.support.places import ROOT

COMPONENT = ROOT / "pages" / "explore" / "component"
LISTED: dict[str, Any] = json.loads((assets.STATIC / "assets.json").read_text("utf-8"))
LOCK: dict[str, Any] = json.loads((COMPONENT / "package-lock.json").read_text("utf-8"))["packages"]
MOST_COMMITTED, MOST_SENT = 15 * 2**20, 10 * 2**20
ENGINE = "2d33317a5b5055fc4d2f7757cef8bac12d36d986cf7cbd55f8198e45c6806ee1"
APP = Starlette(routes=routes.routes("/debug"))


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("name", assets.assets())
def test_each_file_is_what_the_list_says(name: str) -> None:
    asset = assets.assets()[name]
    packed = asset.place.read_bytes()
    assert digest(packed) == asset.gzip_sha256
    assert (digest(gzip.decompress(packed)), len(gzip.decompress(packed))) == (asset.sha256, asset.size)
    assert asset.sha256[:16] in asset.file


def test_the_engine_is_the_one_that_was_tried_with_these_extensions() -> None:
    assert assets.assets()["engine"].sha256 == ENGINE
    extensions = b"".join(gzip.decompress(assets.assets()[name].place.read_bytes()) for name in ("json", "parquet"))
    assert LISTED["extensions"] == digest(extensions)[:16]


def test_nothing_lies_beside_what_is_listed() -> None:
    there = {path.name for path in assets.STATIC.iterdir()}
    assert there == {asset.file for asset in assets.assets().values()} | {"assets.json", "LICENSES.txt"}


def test_they_are_no_larger_than_agreed() -> None:
    assert sum(path.stat().st_size for path in assets.STATIC.iterdir()) <= MOST_COMMITTED
    assert sum(asset.place.stat().st_size for asset in assets.assets().values()) <= MOST_SENT


def test_what_is_built_was_built_from_these_sources() -> None:
    """A source that was changed without `npm run build` behind it."""
    suffixes = {".js", ".css", ".mjs", ".txt"}
    here = [path for path in COMPONENT.iterdir() if path.suffix in suffixes or path.name.startswith("package")]
    assert LISTED["sources"] == {path.name: digest(path.read_bytes()) for path in sorted(here)}


def test_versions_are_those_of_the_lock_and_pinned() -> None:
    stated = LISTED["packages"]
    locked = {path.rpartition("node_modules/")[2]: one for path, one in LOCK.items() if path}
    assert {name: one["version"] for name, one in stated.items()}.items() <= {
        name: one["version"] for name, one in locked.items()
    }.items()
    package = json.loads((COMPONENT / "package.json").read_text("utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]
    assert {name: locked[name]["version"] for name in wanted} == wanted
    assert stated["@duckdb/duckdb-wasm"]["version"] == "1.33.1-dev45.0"


def test_every_package_has_its_licence_and_the_text_stands_beside() -> None:
    texts = (assets.STATIC / "LICENSES.txt").read_text("utf-8")
    free = {"MIT", "Apache-2.0", "BSD-3-Clause", "0BSD", "ISC", "(MIT OR CC0-1.0)"}
    assert {one["licence"] for one in LISTED["packages"].values()} <= free
    assert [name for name, one in LISTED["packages"].items() if f"{name} {one['version']}\n" not in texts] == []


@pytest.mark.parametrize("name", assets.assets())
def test_a_file_is_sent_as_it_lies_for_good(name: str) -> None:
    asset = assets.assets()[name]
    answer = ask(APP, f"/debug/engine/{asset.path}", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == asset.mime
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert digest(answer.content) == asset.sha256


def test_who_takes_no_gzip_gets_it_unpacked() -> None:
    asset = assets.assets()["module"]
    answer = ask(APP, f"/debug/engine/{asset.path}", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert digest(answer.content) == asset.sha256


@pytest.mark.parametrize(
    "path",
    [
        "",
        "assets.json",
        "LICENSES.txt",
        "../assets.json",
        "..%2f..%2fframe.py",
        "%2e%2e/routes.py",
        "module.js",
        "/etc/passwd",
    ]
    + [f"{LISTED['extensions']}/v1.5.1/wasm_eh/icu.duckdb_extension.wasm", "engine.2d33317a5b5055fc.wasm.gz"],
)
def test_nothing_else_is_served(path: str) -> None:
    answer = ask(APP, f"/debug/engine/{path}")
    assert (answer.status_code, answer.text) == (404, "Not Found")
    assert "immutable" not in answer.headers.get("cache-control", "")


def names(pattern: str) -> set[str]:
    sources = "\n".join(path.read_text("utf-8") for path in sorted(COMPONENT.glob("*.js")))
    return set(re.findall(pattern, sources))


def test_every_word_of_the_component_is_in_the_catalogue_and_none_is_idle() -> None:
    known = {key.removeprefix("bench.") for key in catalogue("ja") if key.startswith("bench.")}
    told = names(r'Told\("(\w+)"') | names(r'return "(memory|crashed|cancelled|sql_failed|overflow)"')
    told |= {"crashed", "sql_failed"}
    used = names(r'say\("(\w+)"') | names(r'choice\("(\w+)"') | {"bars", "line"}
    # One of two, and what is put together of an engine's name.
    used |= names(r'say\([^()]*\? "(\w+)"') | names(r'say\([^()]*\? "\w+" : "(\w+)"') | names(r'"(why_\w+)"')
    engines = {"browser", *get_args(EngineName)}
    used |= {"engine_auto"} | {f"{part}_{engine}" for part in ("engine", "where") for engine in engines}
    assert known == used | told | {f"{one}_step" for one in told}


def test_the_component_holds_no_text_of_its_own() -> None:
    japanese = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
    assert [path.name for path in COMPONENT.glob("*.js") if japanese.search(path.read_text("utf-8"))] == []


def test_its_files_are_small() -> None:
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in Path(COMPONENT).glob("*.*js")}
    assert {name: length for name, length in lengths.items() if length > 300} == {}

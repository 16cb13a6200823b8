"""pipeline.console.reports.running.manifests: what tells of a whole report, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from pipeline.console.reports.running.manifests import Manifests, for_viewers, from_json, to_json
from pipeline.console.reports.told import Asked, Made, Pin
from pipeline.errors import DataInvalid, NotFound, SchemaMismatch
from pipeline.lake.bucket import Lake, sha256
from pipeline.lake.report_keys import day_of, manifest_key, report_key

NAME, RUN = "weekly", "20261130T003000Z-0a1b2c3d"
AT = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)


def made(**parts: Any) -> Made:
    known = {
        "name": NAME,
        "run_id": RUN,
        "day": day_of(RUN),
        "as_of": AT,
        "made_at": AT,
        "due": AT,
        "title": "週次",
        "files": (("md", report_key(NAME, day_of(RUN), RUN, "md"), "v1", 3, sha256(b"abc")),),
        "pins": (Pin(0, "marts/a.parquet", "v2", "c"), Pin(1, "marts/b.parquet", None)),
        "asked": (Asked(0, "select 1", (("person", "花子"),)),),
        "definition": "title: 週次\n",
        "failed": ((2, "table", "E003"),),
    }
    return Made(**{**known, **parts})


def test_a_manifest_comes_back_as_it_was(lake: Lake) -> None:
    for one in (made(), made(due=None, files=(), pins=(), asked=(), failed=())):
        assert from_json(orjson.loads(orjson.dumps(to_json(one))), "k") == one
    assert Manifests(lake).save(made()) == made() == Manifests(lake).load(NAME, RUN)


def test_the_first_to_tell_of_a_run_is_believed(lake: Lake) -> None:
    Manifests(lake).save(made())
    assert Manifests(lake).save(made(title="second")) == made()


def test_viewers_are_told_neither_sql_nor_definition_nor_versions() -> None:
    shown = for_viewers(made())
    assert (shown.pins, shown.asked, shown.definition, shown.title) == ((), (), "", "週次")


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"files": [{"form": "md", "key": "raw/secret.json", "version_id": None, "size": 1, "checksum": ""}]},
        {"files": [{"form": "exe", "key": "x", "version_id": None, "size": 1, "checksum": ""}]},
        {"day": "yesterday"},
        {"pins": [{}]},
        {"asked": 7},
        {"failed": [[1, 2]]},
        {"name": "../x"},
        {"name": "another"},
        {"run_id": "20260101T000000Z-00000000"},
        {"failed": [[0, "map", "E003"]]},
    ],
    ids=str,
)
def test_what_is_no_manifest_is_named(lake: Lake, change: dict[str, Any]) -> None:
    key = manifest_key(NAME, day_of(RUN), RUN)
    lake.write_json(key, to_json(made()) | change, None)
    with pytest.raises(SchemaMismatch) as caught:
        Manifests(lake).load(NAME, RUN)
    assert caught.value.facts["key"] == key


@pytest.mark.parametrize("raw", [[], None, 7, "x"], ids=repr)
def test_nor_is_what_is_no_object(raw: object) -> None:
    with pytest.raises(SchemaMismatch):
        from_json(raw, "k")


def test_a_file_is_read_at_the_version_that_was_made(lake: Lake) -> None:
    manifests = Manifests(lake)
    file = manifests.put(NAME, RUN, "md", b"abc")
    lake.s3.put_object(Bucket=lake.bucket, Key=file[1], Body=b"something else")
    assert manifests.body(made(files=(file,)), "md") == b"abc"


def test_a_file_that_is_another_one_is_not_given_out(lake: Lake) -> None:
    manifests = Manifests(lake)
    file = manifests.put(NAME, RUN, "md", b"abc")
    lake.s3.put_object(Bucket=lake.bucket, Key=file[1], Body=b"something else")
    without_version = (*file[:2], None, *file[3:])
    with pytest.raises(DataInvalid) as caught:
        manifests.body(made(files=(without_version,)), "md")
    assert caught.value.state == "report_altered"


def test_a_file_that_is_gone_is_told(lake: Lake) -> None:
    with pytest.raises(NotFound) as caught:
        Manifests(lake).body(made(), "md")
    assert caught.value.state == "report_gone"
    with pytest.raises(NotFound):
        Manifests(lake).body(made(), "pdf")

"""pipeline.analysis.query.convert: a day's files by their versions, and what is said of those that are none."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.analysis.query.convert import convert
from pipeline.analysis.query.face import Query, Result, Watch
from pipeline.errors import ConfigInvalid, DataInvalid, NotFound, PipelineError, SchemaMismatch, TimedOut
from pipeline.lake.bucket import Lake, sha256
from pipeline.tables.manifest import Manifest
from tests.analysis.query.days import TABLES, engine, stored

ODD: list[dict[str, Any]] = [
    {"a b": 1, "select": "x", "日本語": True, "userId": "U", "userid": "u", "a.b": 1, "a": {"b": 2}, 'q"': 1},
    {"n": Decimal("0.12345678901234567891"), "at": "2026-11-27T09:00:00.123456Z", "tags": ["x", "y"], "nested": {}},
]


def refused(lake: Lake, manifest: Manifest, folder: Path, quota: int = 2**27) -> PipelineError:
    with pytest.raises(PipelineError) as raised:
        convert(lake, manifest, folder, quota, lambda: False)
    return raised.value


def changed(manifest: Manifest, **facts: Any) -> Manifest:
    first, *others = manifest.files
    return replace(manifest, files=(replace(first, **facts), *others))


def ask(lake: Lake, manifest: Manifest, folder: Path, sql: str) -> Result:
    return engine(lake, folder).run(Query(sql, ("craft",)), [manifest], Watch())


def test_odd_names_and_types_are_there_as_the_files_have_them(lake: Lake, tmp_path: Path) -> None:
    found = ask(lake, stored(lake, {"odd": ODD}), tmp_path, "select * from odd")
    shown = {column.name: column.type for column in found.columns}
    assert {"a b", "select", "日本語", "a\\.b", "a.b", 'q"'} <= shown.keys()
    assert (shown["n"], shown["at"], shown["tags"]) == ("DECIMAL(38,20)", "TIMESTAMP WITH TIME ZONE", "VARCHAR[]")
    row = dict(zip(shown, found.rows[1], strict=True))
    assert (row["n"], row["at"], row["tags"]) == ("0.12345678901234567891", "2026-11-27 09:00:00.123456+00", "[x, y]")


def test_an_empty_table_and_a_hundred_tables_are_there(lake: Lake, tmp_path: Path) -> None:
    many = {f"t{number}": [{"n": number}] for number in range(100)}
    manifest = stored(lake, {"empty": [], **many})
    assert ask(lake, manifest, tmp_path, "select count(*) from empty").rows == (("0",),)
    assert ask(lake, manifest, tmp_path, "select n from t99").rows == (("99",),)


def test_a_table_without_columns_keeps_none_of_the_others_back(lake: Lake, tmp_path: Path) -> None:
    manifest = changed(stored(lake, TABLES), columns=(), key="tables/gone")
    assert ask(lake, manifest, tmp_path, "select count(*) from user").rows == (("2",),)


def test_the_version_of_the_manifest_is_read_whatever_is_written_meanwhile(lake: Lake, tmp_path: Path) -> None:
    manifest = stored(lake, TABLES)
    stored(lake, {"session": [], "user": []}, run_id="run-2")
    assert ask(lake, manifest, tmp_path, "select count(*) from session").rows == (("300",),)


def test_other_bytes_than_those_of_the_manifest_are_refused(lake: Lake, tmp_path: Path) -> None:
    manifest = stored(lake, TABLES)
    for number, facts in enumerate(({"checksum": sha256(b"other")}, {"size": 3})):
        (tmp_path / str(number)).mkdir()
        error = refused(lake, changed(manifest, **facts), tmp_path / str(number))
        assert isinstance(error, DataInvalid) and error.facts["field"] == "checksum"


def test_a_file_that_is_gone_is_not_found(lake: Lake, tmp_path: Path) -> None:
    manifest = stored(lake, TABLES)
    assert isinstance(refused(lake, changed(manifest, key="tables/craft/gone", version_id=None), tmp_path), NotFound)


def test_what_is_no_parquet_or_counts_otherwise_is_told(lake: Lake, tmp_path: Path) -> None:
    manifest = stored(lake, TABLES)
    body = b"no parquet at all"
    lake.s3.put_object(Bucket=lake.bucket, Key="tables/other", Body=body)
    other = {"key": "tables/other", "version_id": None, "checksum": sha256(body), "size": len(body)}
    for number, facts in enumerate((other, {"records": 301})):
        (tmp_path / str(number)).mkdir()
        error = refused(lake, changed(manifest, **facts), tmp_path / str(number))
        assert isinstance(error, SchemaMismatch) and str(tmp_path) not in error.message


def test_a_disk_that_takes_no_more_is_told(lake: Lake, tmp_path: Path) -> None:
    error = refused(lake, stored(lake, TABLES), tmp_path, quota=4096)
    assert (type(error), error.state) == (ConfigInvalid, "query_disk")


def test_whoever_gives_up_ends_it(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(TimedOut) as raised:
        convert(lake, stored(lake, TABLES), tmp_path, 2**27, lambda: True)
    assert raised.value.state == "query_cancelled"

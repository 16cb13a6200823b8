"""A day's Parquet files, fetched by their versions, as one DuckDB file: what the query's child then opens.

Fetched here, converted in a child: a file of the lake is read by nobody who holds credentials.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson

from pipeline.analysis.query import faults, process
from pipeline.analysis.query.pool import cancelled as given_up
from pipeline.analysis.query.process import BUILD, Ended, Limits
from pipeline.errors import ConfigInvalid, DataInvalid, PipelineError, SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.tables.manifest import Manifest, TableFile

_WRITING_FAILED = ("No space left", "File too large", "Disk quota", "could not write", "Could not write")


def convert(lake: Lake, manifest: Manifest, folder: Path, quota: int, cancelled: Callable[[], bool]) -> Path:
    """Make a file of a day's tables in ``folder``, of at most ``quota`` bytes. Raise what Lake raises; DataInvalid for
    bytes that are not those of the manifest, SchemaMismatch for files that hold something else, ConfigInvalid
    (``query_disk``) or OSError for a full disk."""
    made = folder / "made.duckdb"
    # DuckDB has no table without a column, and nobody could select one of it.
    files = [file for file in manifest.files if file.columns]
    tables = [(file.name, str(fetched(lake, file, folder, cancelled))) for file in files]
    job = {"job": "build", "tables": tables, "folder": f"{folder}/", "file": str(made)}
    limits = replace(BUILD, file=quota)
    ended = process.run(job, limits, cancelled)
    counts = _counts(ended, limits, manifest)
    wrong = [file.name for file in files if counts.get(file.name) != file.records]
    if wrong:
        text = f"{', '.join(wrong[:5])}: not the records that the manifest of {manifest.table} counts"
        raise SchemaMismatch(text, resource=manifest.run_id)
    return made


def fetched(lake: Lake, file: TableFile, folder: Path, cancelled: Callable[[], bool]) -> Path:
    """A table's file, fetched by its version to ``folder``. Raise DataInvalid for bytes that are not those of the
    manifest, TimedOut (``query_cancelled``), and what Lake raises."""
    path, summed, size = folder / f"{file.name}.parquet", hashlib.sha256(), 0
    with path.open("xb") as out:
        for piece in lake.stream(file.key, file.version_id):
            if cancelled():
                raise given_up()
            size += len(piece)
            summed.update(piece)
            out.write(piece)
    # The checksum of an object of several parts is one of its parts' sums.
    whole = "-" not in file.checksum
    if size != file.size or (whole and base64.b64encode(summed.digest()).decode() != file.checksum):
        raise DataInvalid(f"{file.key}: not the bytes of its manifest", record=file.key, field="checksum")
    return path


def _counts(ended: Ended, limits: Limits, manifest: Manifest) -> dict[str, int]:
    wrong = faults.of_end(ended, limits)
    if wrong:
        raise wrong
    answer = orjson.loads(ended.output.splitlines()[-1])
    if "fault" in answer:
        raise _fault(answer, limits, manifest)
    return dict(answer["counts"])


def _fault(answer: dict[str, str], limits: Limits, manifest: Manifest) -> PipelineError:
    message = answer["message"]
    if any(each in message for each in _WRITING_FAILED):
        text = "the disk of the query engine's folder is full"
        return ConfigInvalid(text, variable="PIPELINE_QUERY_CACHE", situation="query_disk")
    if answer["fault"] == "OutOfMemoryException":
        return faults.of_fault(answer["fault"], message, limits)
    text = f"the tables of {manifest.table} cannot be read: {faults.said(message)[:300]}"
    return SchemaMismatch(text, resource=manifest.run_id)

"""The commands preview, download and diff: what runs have written, in part, whole, and compared.

Each names a run as pipeline.cli.chosen reads it; downloads are audited as the page's are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import orjson

from pipeline.cli.chosen import RUN, chosen, run_before
from pipeline.cli.operator import open_app
from pipeline.cli.options import ROWS, TABLE, as_json
from pipeline.cli.output import label, show, show_facts, show_json, tell, words
from pipeline.cli.saving import Summed, check_target, pour, save
from pipeline.documents.diff import Change, Diff
from pipeline.documents.documents import Documents
from pipeline.errors import DataInvalid
from pipeline.lake.document import exact
from pipeline.runs.history import shared_days
from pipeline.runs.run import Run

Pieces = Callable[[Documents, Run], Generator[bytes, None, None]]


def in_one_piece(make: Callable[[Documents, Run], bytes]) -> Pieces:
    """A form that is made whole, of documents that are small enough for that."""

    def pieces(documents: Documents, run: Run) -> Generator[bytes, None, None]:
        yield make(documents, run)

    return pieces


# The forms that there are, and how each is made; the first is the document as it is.
FORMS: Mapping[str, Pieces] = {
    "json": Documents.stream,
    "csv": Documents.csv_stream,
    "parquet": in_one_piece(Documents.parquet),
    "xlsx": in_one_piece(lambda documents, run: documents.xlsx(run, words())),
}
AS_IT_IS = next(iter(FORMS))
TO_STDOUT = "-"
_OF_LATEST = "Whose newest export latest is: a table or source (default: DYNAMODB_TABLE_NAME)."
_OUTPUT = "File or folder to write to, - for standard output (default: a file here, named after table and day)."


@click.command()
@click.argument("run", metavar="RUN", type=RUN)
@click.option("--rows", type=ROWS, default=10, metavar="N", show_default=True)
@click.option("--table", type=TABLE, metavar="T", help=_OF_LATEST)
@as_json("Print metadata and records as JSON.")
def preview(run: str, rows: int, table: str | None, as_json: bool) -> None:
    """Show the first records of an export document.

    RUN is a run id, a document's key or s3:// address, or latest.
    """
    app = open_app()
    document = app.documents.preview(chosen(app, run, table), rows)
    records = [{name: exact(value) for name, value in row.items()} for row in document.rows]
    if as_json:
        show_json({"export_metadata": document.metadata, "data": records, "more": document.more})
        return
    show_facts(document.metadata, as_json=False)
    for record in records:
        show(_line(record))


@click.command()
@click.argument("run", metavar="RUN", type=RUN)
@click.option("--format", "form", type=click.Choice(tuple(FORMS)), default=AS_IT_IS, show_default=True)
@click.option("--output", metavar="FILE", help=_OUTPUT)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--table", type=TABLE, metavar="T", help=_OF_LATEST)
def download(run: str, form: str, output: str | None, force: bool, table: str | None) -> None:
    """Download what a run has written, whole or not at all.

    RUN is a run id, a document's key or s3:// address, or latest. Size and SHA-256 are told on stderr.
    """
    if output == "":
        raise click.BadParameter("a file's name is empty", param_hint="--output")
    app = open_app()
    wanted = chosen(app, run, table)
    target = None if output == TO_STDOUT else _target(output, _name(wanted, form))
    if target:
        check_target(target, force)
    # Closed at once, whatever happens: only then the audit line is written.
    with closing(FORMS[form](app.documents, wanted)) as pieces:
        summed = Summed(pieces, _tell_bytes)
        checked = _checked(summed, wanted) if form == AS_IT_IS and wanted.engine != "native" else summed
        if target:
            save(checked, target, force)
        else:
            pour(checked)
    facts = {"file": target or words()("cli.the_output"), "bytes": f"{summed.size:,}", "checksum": summed.sha256}
    tell(words()("cli.downloaded", run=wanted.run_id, **facts))


@click.command()
@click.argument("run", metavar="RUN", type=RUN)
@click.argument("other", metavar="[RUN]", type=RUN, required=False)
@click.option("--table", type=TABLE, metavar="T", help=_OF_LATEST)
@as_json("Print counts and differences as JSON.")
def diff(run: str, other: str | None, table: str | None, as_json: bool) -> None:
    """Show what changed from one run to another.

    RUN is a run id, a document's key or s3:// address, or latest; it is compared with the run of the same table just
    before, or with a second RUN: from the older to the newer one. Of differences of a kind the first hundred are shown.
    """
    app = open_app()
    given = chosen(app, run, table)
    pair = (given, chosen(app, other, table) if other else run_before(app, given))
    older, newer = sorted(pair, key=lambda each: each.started_at)
    days = shared_days(older, newer)
    if days and days.partly:
        both = words()("cli.no_day") if days.none else words()("cli.some_days", first=days.first, last=days.last)
        tell(both)
    found = app.documents.diff(older, newer)
    if as_json:
        show_json({"from": older.run_id, "to": newer.run_id, **_as_json(found)})
    else:
        _show_diff(older, newer, found)


def _target(output: str | None, name: str) -> Path:
    path = Path(output or name)
    return path / name if path.is_dir() else path


def _name(run: Run, form: str) -> str:
    name = run.file_name if form == AS_IT_IS else f"{run.table}-{run.day.isoformat()}.{form}"
    # A name of the lake's, on a disk of somebody's: nothing that leads elsewhere or hides.
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name).lstrip(".")


def _tell_bytes(size: int) -> None:
    tell(words()("cli.downloading", bytes=f"{size:,}"))


def _checked(summed: Summed, run: Run) -> Iterable[bytes]:
    """The pieces; at their end it raises DataInvalid when they are not what the ledger says was written."""
    yield from summed
    whole = run.checksum is not None and "-" not in run.checksum and not run.part_sizes
    if (run.bytes or 0) not in {0, summed.size} or (whole and run.checksum != summed.sha256_base64):
        message = f"{run.key}: {summed.size:,} bytes came, SHA-256 {summed.sha256}; not what run {run.run_id} wrote"
        raise DataInvalid(message, record=run.run_id, field="checksum")


def _as_json(found: Diff) -> dict[str, Any]:
    names = ("added", "removed", "changed", "same")
    changes = [
        {
            "key": change.key,
            "fields": [{"field": n, "before": exact(b), "after": exact(a)} for n, b, a in change.fields],
        }
        for change in found.changes
    ]
    return {
        "counts": {name: getattr(found, f"{name}_count") for name in names},
        "added_columns": found.added_columns,
        "removed_columns": found.removed_columns,
        "type_changes": [{"column": n, "before": b, "after": a} for n, b, a in found.type_changes],
        "added": list(map(exact, found.added)),
        "removed": list(map(exact, found.removed)),
        "changed": changes,
    }


def _show_diff(older: Run, newer: Run, found: Diff) -> None:
    say = words()
    for name, run in (("older", older), ("newer", newer)):
        show(f"{say(f'cli_column.{name}')}: {run.run_id} ({run.started_at:%Y-%m-%d %H:%M:%S} UTC)")
    for name in ("added", "removed", "changed", "same"):
        show(f"{say(f'diff.{name}')}: {getattr(found, f'{name}_count'):,}")
    for name in ("added_columns", "removed_columns"):
        if names := getattr(found, name):
            show(f"{say(f'diff.{name}')}: {', '.join(names)}")
    for column, before, after in found.type_changes:
        show(say("diff.type_change", column=column, before=_kinds(before), after=_kinds(after)))
    for sign, records in (("+", found.added), ("-", found.removed)):
        for record in records:
            show(f"{sign} {_line(exact(record))}")
    for change in found.changes:
        _show_change(change)
    if found.empty:
        show(say("diff.equal"))


def _show_change(change: Change) -> None:
    show(f"~ {change.key}")
    for name, before, after in change.fields:
        show(f"    {name}: {_line(exact(before))} -> {_line(exact(after))}")


def _kinds(names: str) -> str:
    return ", ".join(label(f"kind.{name}", name) for name in names.split(", "))


def _line(value: Any) -> str:
    return orjson.dumps(value).decode()

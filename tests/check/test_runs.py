"""pipeline.check.runs: every kind of damage done to a lake on purpose is found and named, and none is invented."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pipeline.check.findings import Finding, Report
from pipeline.check.runs import Check
from pipeline.export.job import Exporter
from pipeline.function.handler import ExportFunction
from pipeline.lake import keys
from pipeline.lake.upload import PART_SIZE
from pipeline.runs.run import Run
from tests.conftest import Clock, MakeTable
from tests.export.test_job import export

DAY = date(2024, 2, 1)
KEYS = ("PK", "SK")
ITEMS = [{"PK": f"u{number}", "SK": "s", "pad": "x" * 200} for number in range(30)]


class Lab:
    """One lake with one good export in it, and the means to damage it."""

    def __init__(self, exporter: Exporter, clock: Clock, run: Run) -> None:
        self.exporter, self.clock, self.run = exporter, clock, run
        self.s3, self.bucket = exporter.lake.s3, exporter.lake.bucket

    def check(self, read_data: bool = True) -> Report:
        return Check(self.exporter.lake, self.exporter.ledger, self.clock(), 7).run(lambda table: KEYS, read_data)

    def kinds(self, read_data: bool = True) -> list[str]:
        return sorted({finding.kind for finding in self.check(read_data).findings})

    def body(self) -> bytes:
        return b"".join(self.exporter.lake.stream(self.run.key or ""))

    def replace(self, body: bytes, honest: bool) -> None:
        """Put other bytes in the document's place; ``honest``: the ledger is told their size and checksum."""
        key = self.run.key or ""
        answer = self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256")
        facts: dict[str, Any] = {"version_id": answer["VersionId"]}
        if honest:
            facts |= {"bytes": len(body), "checksum": answer["ChecksumSHA256"], "part_sizes": []}
        self.tell(**facts)

    def tell(self, **facts: Any) -> None:
        entry = {**self.run.to_json(), **facts}
        self.put(keys.run_key(self.run.run_id, self.run.day), json.dumps(entry).encode())

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)


@pytest.fixture
def lab(make_function: Callable[[str], ExportFunction], make_table: MakeTable, clock: Clock) -> Lab:
    exporter = make_function("any-table").exporter
    return Lab(exporter, clock, export(exporter, make_table(ITEMS)).run)


def damaged(document: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    whole = json.loads(document)
    change(whole)
    return json.dumps(whole).encode()


def test_a_good_lake_is_clean(lab: Lab) -> None:
    assert lab.check() == Report(1, 1, ())


@pytest.mark.parametrize("compress", ["none", "gzip"])
def test_a_large_document_in_parts_is_clean(
    make_function: Callable[[str], ExportFunction], make_table: MakeTable, clock: Clock, compress: Any
) -> None:
    from dataclasses import replace  # noqa: PLC0415

    exporter = make_function("any-table").exporter
    exporter = replace(exporter, options=replace(exporter.options, compress=compress))
    table = make_table([{"PK": f"u{n}", "SK": "s", "pad": "x" * 380_000} for n in range(2 * PART_SIZE // 380_000)])
    lab = Lab(exporter, clock, export(exporter, table).run)
    assert lab.check().findings == ()
    assert compress == "gzip" or len(lab.run.part_sizes) > 1


def test_a_document_that_is_gone_is_found(lab: Lab) -> None:
    lab.tell(key=keys.export_key("somewhere-else", DAY), version_id=None)
    assert "missing_object" in lab.kinds(read_data=False)


def test_a_truncated_document_is_found_without_reading_it(lab: Lab) -> None:
    lab.replace(lab.body()[:-100], honest=False)
    assert lab.kinds(read_data=False) == ["checksum_differs", "size_differs"]


def test_a_truncated_document_is_found_by_reading_it_even_when_the_ledger_lies(lab: Lab) -> None:
    lab.replace(lab.body()[:-100], honest=True)
    assert lab.kinds(read_data=False) == []
    assert lab.kinds() == ["not_a_document"]


def test_a_flipped_byte_is_found_by_its_checksum(lab: Lab) -> None:
    body = bytearray(lab.body())
    body[len(body) // 2] ^= 1
    lab.replace(bytes(body), honest=False)
    assert "checksum_differs" in lab.kinds(read_data=False)


def test_a_false_count_in_the_head_is_found(lab: Lab) -> None:
    def lie(document: dict[str, Any]) -> None:
        document["export_metadata"]["record_count"] = 31

    lab.replace(damaged(lab.body(), lie), honest=True)
    assert lab.kinds() == ["count_differs"]


def test_a_false_count_in_the_ledger_is_found(lab: Lab) -> None:
    lab.tell(records=29)
    assert lab.kinds() == ["count_differs"]


def test_a_record_without_its_export_time_is_found(lab: Lab) -> None:
    lab.replace(damaged(lab.body(), lambda document: document["data"][3].pop("_exported_at")), honest=True)
    assert lab.kinds() == ["missing_export_time"]


def test_a_record_that_stands_twice_is_found(lab: Lab) -> None:
    def double(document: dict[str, Any]) -> None:
        document["data"].append(document["data"][0])
        document["export_metadata"]["record_count"] += 1

    lab.replace(damaged(lab.body(), double), honest=True)
    lab.tell(
        records=31,
        **{
            name: value
            for name, value in (lab.exporter.lake.read_json(keys.run_key("r1", DAY)) or ({}, ""))[0].items()
            if name in {"version_id", "bytes", "checksum"}
        },
    )
    assert lab.kinds() == ["duplicate_keys"]


def test_a_broken_entry_is_found(lab: Lab) -> None:
    lab.put(keys.run_key("broken", DAY), b"{oops")
    assert lab.kinds() == ["unreadable_entry"]


def test_a_document_nobody_wrote_is_a_warning(lab: Lab) -> None:
    lab.put(keys.export_key("stray-table", DAY), lab.body())
    report = lab.check()
    assert [finding.kind for finding in report.findings] == ["orphaned_object"]
    assert report.clean


def test_a_foreign_object_is_a_warning(lab: Lab) -> None:
    lab.put(f"{keys.EXPORTS}dt=2024-02-01/notes.txt", b"x")
    assert lab.kinds() == ["foreign_object"]


def test_a_lost_run_is_a_warning(lab: Lab) -> None:
    lab.exporter.ledger.open(Run("dead", "t-1", DAY, lab.clock(), lab.clock()))
    lab.clock.tick(3600)
    assert lab.kinds() == ["lost_run"]


def test_an_upload_that_nobody_ends_is_named_with_the_command_that_ends_it(lab: Lab) -> None:
    key = keys.export_key("t-1", DAY)
    upload = lab.s3.create_multipart_upload(Bucket=lab.bucket, Key=key)["UploadId"]
    (finding,) = lab.check().findings
    assert (finding.kind, finding.grade) == ("open_upload", "warning")
    assert f"--upload-id {upload}" in finding.next_command


def test_an_upload_of_a_run_that_goes_on_is_no_finding(lab: Lab) -> None:
    lab.s3.create_multipart_upload(Bucket=lab.bucket, Key=keys.fetched_key("weather", DAY, "r2"))
    lab.exporter.ledger.open(Run("r2", "weather", DAY, lab.clock(), lab.clock(), engine="fetch"))
    assert lab.check().findings == ()
    lab.clock.tick(3600)
    assert lab.kinds() == ["lost_run", "open_upload"]


def test_an_archived_document_is_a_warning_and_is_not_read(lab: Lab) -> None:
    answer = lab.s3.put_object(
        Bucket=lab.bucket,
        Key=lab.run.key or "",
        Body=lab.body(),
        StorageClass="GLACIER",
        ChecksumAlgorithm="SHA256",
    )
    lab.tell(version_id=answer["VersionId"])
    assert lab.kinds() == ["archived_object"]


def test_documents_of_the_old_function_are_read_too(lab: Lab) -> None:
    lab.put(keys.export_key("old-table", date(2024, 1, 30)), b'{"export_metadata": {')
    assert lab.kinds() == ["not_a_document"]


def test_an_empty_document_of_the_old_function_is_damage_also_without_reading_it(lab: Lab) -> None:
    lab.put(keys.export_key("old-table", date(2024, 1, 30)), b"")
    assert lab.kinds(read_data=False) == ["not_a_document"]


def test_every_finding_says_what_was_expected_found_and_what_to_run(lab: Lab) -> None:
    lab.replace(b"nothing like it", honest=False)
    for finding in lab.check().findings:
        assert isinstance(finding, Finding)
        assert finding.expected and finding.found and finding.next_command
        assert finding.to_json()["grade"] == "damage"


# A hundred damages in every run; the thousand of the longer one with -m soak.
@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(n, marks=pytest.mark.soak) for n in range(4, 40))])
def test_a_corrupted_document_is_always_found(lab: Lab, seed: int) -> None:
    import random  # noqa: PLC0415

    rng = random.Random(seed)  # noqa: S311 - a reproducible choice, no secret
    body = bytearray(lab.body())
    for _ in range(25):
        flipped = bytearray(body)
        position = rng.randrange(len(body))
        flipped[position] ^= 1 << rng.randrange(8)
        cut = flipped[: rng.randrange(len(body))] if rng.random() < 0.3 else flipped
        lab.replace(bytes(cut), honest=False)
        assert not lab.check(read_data=False).clean

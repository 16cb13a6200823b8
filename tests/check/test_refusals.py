"""pipeline.check.refusals: whatever S3 refuses of one object is a finding, and the look goes on to the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.check.findings import Finding, Report
from pipeline.check.runs import Check
from pipeline.errors import AuthFailed
from pipeline.function.handler import ExportFunction
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from pipeline.runs.ledger import Ledger
from pipeline.runs.run import Run
from tests.check.test_runs import ITEMS, KEYS
from tests.conftest import REGION, Clock, MakeTable
from tests.export.test_job import export
from tests.faults.proxy import Fault, Proxy


class Shelf:
    """Three good documents behind a proxy; the last of them is replaced by something else."""

    def __init__(self, proxy: Proxy, lake: Lake, clock: Clock, runs: list[Run]) -> None:
        self.proxy, self.lake, self.clock, self.runs = proxy, lake, clock, runs
        self.refused, self.table, self.broken = runs[0].key or "", runs[0].table, runs[-1].key or ""
        body = b'{"export_metadata": {'
        answer = lake.s3.put_object(Bucket=lake.bucket, Key=self.broken, Body=body, ChecksumAlgorithm="SHA256")
        told = replace(runs[-1], version_id=answer["VersionId"], bytes=len(body), checksum=answer["ChecksumSHA256"])
        lake.s3.delete_object(Bucket=lake.bucket, Key=keys.run_key(told.run_id, told.day))
        Ledger(lake).open(replace(told, part_sizes=()))

    def check(self, *faults: Fault) -> Report:
        self.proxy.plan(*faults)
        s3 = Cloud(REGION, self.proxy.url, Credentials("testing", "testing")).s3
        lake = Lake(s3, self.lake.bucket)
        return Check(lake, Ledger(lake), self.clock(), 7).run(lambda table: KEYS, True)

    def refusing(self, operation: str, kind: str) -> dict[str, Finding]:
        report = self.check(Fault(operation, kind, times=99, key=self.table))
        return {finding.key: finding for finding in report.findings}


@pytest.fixture
def shelf(
    make_function: Callable[[str], ExportFunction], make_table: MakeTable, clock: Clock, emulator_url: str
) -> Iterator[Shelf]:
    exporter = make_function("any-table").exporter
    runs = []
    for number in range(3):
        clock.tick(1)
        runs.append(export(exporter, make_table(ITEMS), run_id=f"r{number}").run)
    with Proxy(emulator_url) as proxy:
        yield Shelf(proxy, exporter.lake, clock, runs)


KINDS = [
    ("s3.HeadObject", "access_denied", "refused_object", "unchecked"),
    ("s3.GetObject", "access_denied", "refused_object", "unchecked"),
    ("s3.GetObject", "key_disabled", "refused_object", "unchecked"),
    ("s3.GetObject", "error500", "refused_object", "unchecked"),
    ("s3.GetObject", "archived", "archived_object", "warning"),
    ("s3.GetObject", "gone", "missing_object", "damage"),
    ("s3.GetObject", "truncated", "refused_object", "unchecked"),
]


@pytest.mark.parametrize(("operation", "kind", "found", "grade"), KINDS)
def test_what_is_refused_of_one_object_is_a_finding_and_the_others_are_looked_at(
    shelf: Shelf, operation: str, kind: str, found: str, grade: str
) -> None:
    findings = shelf.refusing(operation, kind)
    assert set(findings) == {shelf.refused, shelf.broken}
    assert (findings[shelf.refused].kind, findings[shelf.refused].grade) == (found, grade)
    assert findings[shelf.broken].kind == "not_a_document"
    assert all(finding.expected and finding.found and finding.next_command for finding in findings.values())


def test_a_refusal_is_no_damage_and_still_not_clean(shelf: Shelf) -> None:
    for key in (shelf.broken, keys.run_key("r2", shelf.runs[2].day)):
        shelf.lake.s3.delete_object(Bucket=shelf.lake.bucket, Key=key)
    report = shelf.check(Fault("s3.GetObject", "access_denied", times=99, key=shelf.table))
    assert [finding.grade for finding in report.findings] == ["unchecked"]
    assert (report.clean, report.damaged) == (False, False)


@pytest.mark.parametrize("operation", ["s3.ListMultipartUploads", "s3.ListObjectsV2"])
def test_a_listing_that_is_refused_is_a_finding_too(shelf: Shelf, operation: str) -> None:
    # The history itself lists twice; what is refused here comes after it.
    nth = 3 if operation == "s3.ListObjectsV2" else 1
    report = shelf.check(Fault(operation, "access_denied", nth=nth))
    assert [finding.kind for finding in report.findings] == ["not_a_document", "refused_object"]


def test_credentials_that_are_no_longer_good_end_the_check(shelf: Shelf) -> None:
    with pytest.raises(AuthFailed):
        shelf.check(Fault("s3.GetObject", "expired_token", times=99, key=shelf.table))

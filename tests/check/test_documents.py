"""pipeline.check.documents: an archived document is told with its restore, one that is back is read like any other."""

from __future__ import annotations

import shlex

import pytest

from pipeline.lake.bucket import Lake
from tests.check.test_runs import Lab, lab  # noqa: F401 - the fixture


def freeze(lab: Lab, body: bytes, storage_class: str = "GLACIER") -> None:  # noqa: F811
    answer = lab.s3.put_object(
        Bucket=lab.bucket,
        Key=lab.run.key or "",
        Body=body,
        StorageClass=storage_class,  # type: ignore[arg-type]
        ChecksumAlgorithm="SHA256",
    )
    lab.tell(
        version_id=answer["VersionId"], bytes=len(body), checksum=answer["ChecksumSHA256"], part_sizes=[], records=30
    )


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_document_is_told_with_the_command_that_restores_it(
    lab: Lab,  # noqa: F811
    storage_class: str,
) -> None:
    freeze(lab, lab.body(), storage_class)
    (finding,) = lab.check().findings
    words = shlex.split(finding.next_command)
    assert (finding.kind, finding.grade, finding.found) == (
        "archived_object",
        "warning",
        f"{storage_class} (archived)",
    )
    assert words[:3] == ["aws", "s3api", "restore-object"] and lab.run.key in words and "Days=7" in words


def test_a_document_on_its_way_back_is_followed_and_then_read(lab: Lab, slow_restores: None) -> None:  # noqa: F811
    freeze(lab, lab.body()[:-20])
    Lake(lab.s3, lab.bucket).restore(lab.run.key or "", None, 7)
    (going,) = lab.check().findings
    assert (going.kind, going.found) == ("archived_object", "GLACIER (restoring)")
    assert going.next_command == "python -m pipeline check --read-data"
    assert lab.kinds() == ["not_a_document"]


def test_instant_retrieval_is_read_like_any_other(lab: Lab) -> None:  # noqa: F811
    freeze(lab, lab.body()[:-20], "GLACIER_IR")
    assert lab.kinds() == ["not_a_document"]

"""python -m pipeline check on an old lake, as a person calls it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pipeline.aws import Cloud
from pipeline.words.catalogue import Words
from tests.cli.test_main import aws, pipeline
from tests.support.lakes.old_lake import OldLake, build_old_lake


@pytest.fixture(scope="module")
def old(cloud: Cloud) -> OldLake:
    return build_old_lake(cloud.s3, datetime.now(UTC).date())


def test_an_old_lake_is_checked_beyond_ninety_days_and_its_progress_stands_apart(
    old: OldLake, emulator_url: str
) -> None:
    settings = aws(emulator_url, S3_BUCKET_NAME=old.lake.bucket)
    done = pipeline("check", "--read-data", "--days", "400", "--json", **settings)
    found = json.loads(done.stdout)
    damaged = {finding["key"] for finding in found["findings"] if finding["grade"] == "damage"}
    assert (done.returncode, damaged, found["clean"]) == (1, set(old.broken), False)
    # How far it is, is told every two seconds: on a fast machine never.
    assert Words("en")("cli.reading_ledger") in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("days", ["0", "3661", "many"])
def test_days_that_no_check_goes_back_are_wrong_usage(days: str) -> None:
    done = pipeline("check", "--days", days)
    assert (done.returncode, done.stdout) == (2, "")
    assert "from 1 to 3660" in done.stderr

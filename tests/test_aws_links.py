"""pipeline.aws: which host a link names, and for how long the credentials that sign it are good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipeline.aws import Cloud
from pipeline.lake.bucket import Lake


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Long-lived credentials, and nothing else that this machine may say."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "nowhere")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    return monkeypatch


def address(region: str, bucket: str = "my-lake", endpoint: str | None = None) -> str:
    link = urlsplit(Lake(Cloud(region, endpoint).s3, bucket).presign("k", None, "t.json"))
    return link.netloc + link.path


# Case 11 of the reports, then Regions of other partitions.
@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("ap-northeast-1", "my-lake.s3.ap-northeast-1.amazonaws.com"),
        ("ap-northeast-3", "my-lake.s3.ap-northeast-3.amazonaws.com"),
        ("ap-east-1", "my-lake.s3.ap-east-1.amazonaws.com"),
        ("me-south-1", "my-lake.s3.me-south-1.amazonaws.com"),
        ("us-east-1", "my-lake.s3.us-east-1.amazonaws.com"),
        ("cn-north-1", "my-lake.s3.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "my-lake.s3.us-gov-west-1.amazonaws.com"),
    ],
)
@pytest.mark.usefixtures("keys")
def test_a_link_s_host_names_the_region(region: str, host: str) -> None:
    assert address(region) == f"{host}/k"


@pytest.mark.usefixtures("keys")
def test_a_bucket_whose_name_has_dots_fits_no_certificate_and_stands_in_the_path() -> None:
    assert address("me-south-1", "my.lake") == "s3.me-south-1.amazonaws.com/my.lake/k"


@pytest.mark.usefixtures("keys")
def test_at_an_endpoint_the_bucket_stands_in_the_path() -> None:
    assert address("ap-northeast-1", endpoint="http://minio.example:9000") == "minio.example:9000/my-lake/k"


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_also_at_one_that_only_the_environment_names(keys: pytest.MonkeyPatch, variable: str) -> None:
    keys.setenv(variable, "http://minio.example:9000")
    assert address("ap-northeast-1") == "minio.example:9000/my-lake/k"


def test_also_at_one_that_only_the_profile_names(keys: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        "[default]\nservices = here\n[services here]\ns3 =\n  endpoint_url = http://minio:9\n"
    )
    keys.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert address("ap-northeast-1") == "minio:9/my-lake/k"


@pytest.mark.usefixtures("keys")
def test_long_lived_credentials_sign_for_as_long_as_is_wanted() -> None:
    assert Cloud("ap-northeast-1").signs_for(300) == 300


@pytest.mark.parametrize(("left", "expected"), [(3600, 300), (120, 120), (2, 2)])
def test_temporary_credentials_sign_until_they_end(keys: pytest.MonkeyPatch, left: int, expected: int) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=left)
    keys.setenv("AWS_SESSION_TOKEN", "token")
    keys.setenv("AWS_CREDENTIAL_EXPIRATION", ends.isoformat())
    assert expected - 2 <= (Cloud("ap-northeast-1").signs_for(300) or 0) <= expected


def test_temporary_credentials_of_which_nobody_says_when_they_end_are_told(keys: pytest.MonkeyPatch) -> None:
    keys.setenv("AWS_SESSION_TOKEN", "token")
    assert Cloud("ap-northeast-1").signs_for(300) is None

"""pipeline.boto3_version: the boto3 that runs is judged by its numbers, and an old one is named with what is needed."""

from __future__ import annotations

import boto3
import pytest

from pipeline import boto3_version
from pipeline.aws import Cloud, Credentials, translated
from pipeline.errors import ConfigInvalid
from pipeline.words.catalogue import LANGUAGES, Words
from tests.conftest import REGION


@pytest.mark.parametrize(
    ("version", "old"),
    [("1.35.99", True), ("1.26.0", True), ("0.9", True), ("1.36.0", False), ("1.44.8", False), ("2.0", False)]
    + [("1.100.0", False), ("1.36.0rc1", False), ("unknown", False), ("", False)],
)
def test_a_version_is_judged_by_its_numbers(version: str, old: bool) -> None:
    assert boto3_version.is_old(version) is old


def test_the_boto3_of_this_checkout_will_do() -> None:
    boto3_version.check(boto3.__version__)
    assert boto3_version.found() == boto3.__version__


def test_an_old_one_is_named_with_what_is_needed() -> None:
    with pytest.raises(ConfigInvalid, match=r"boto3 1\.34\.162 is too old: 1\.36 or newer") as caught:
        boto3_version.check("1.34.162")
    assert caught.value.facts == {"situation": "boto3", "found": "1.34.162", "needed": "1.36"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_way_out_is_the_option_that_brings_a_new_one(lang: str) -> None:
    title, _, remedy = Words(lang).error(boto3_version.too_old("1.34.162"))
    assert "boto3" in title and "--with-boto3" in remedy


@pytest.mark.parametrize(("version", "situation"), [("1.34.162", "boto3"), ("1.44.8", "not_accepted")])
def test_a_parameter_that_the_sdk_does_not_know_is_no_wrong_region(
    monkeypatch: pytest.MonkeyPatch, version: str, situation: str
) -> None:
    monkeypatch.setitem(vars(boto3), "__version__", version)
    cloud = Cloud(REGION, "http://127.0.0.1:9", Credentials("t", "t"))
    with pytest.raises(ConfigInvalid) as caught, translated("s3:PutObject", "b"):
        cloud.s3.put_object(Bucket="b", Key="k", IfSomethingNew="*")  # type: ignore[call-arg]
    assert caught.value.state == situation
    assert "variable" not in caught.value.facts

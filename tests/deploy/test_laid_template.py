"""The template in the code bucket: by its content, validated there, taken back with a bucket made for it (Stubber)."""

from __future__ import annotations

import base64
import hashlib

import boto3
import pytest
from botocore.stub import Stubber

from pipeline.deploy.code_bucket import CodeBucket
from pipeline.deploy.deployer import Code, Order
from pipeline.deploy.template import MOST_BYTES, template_of
from pipeline.errors import ConfigInvalid, Forbidden
from tests.deploy.test_deployer import (
    ABSENT,
    ACCOUNT,
    ADDRESS,
    BUCKET,
    KEY,
    NOWHERE,
    TEMPLATE,
    Stubs,
    order,
    planned,
    stubs,
    zipped,
)
from tests.deploy.test_stack import CREATED, FAKE

__all__ = ["stubs", "zipped"]


def proposes(stubs: Stubs) -> None:
    stubs.stack.add_response("create_change_set", CREATED)
    stubs.stack.add_response("describe_change_set", {"Status": "CREATE_COMPLETE"})


def test_the_template_lies_in_the_code_bucket_by_its_content_and_is_validated_there(stubs: Stubs, zipped: Code) -> None:
    stubs.bucket.add_response("head_bucket", {})
    checksum = base64.b64encode(hashlib.sha256(TEMPLATE.encode()).digest()).decode()
    # As the zips are put: encrypted as the bucket is.
    put = {"Bucket": BUCKET, "Key": KEY, "Body": TEMPLATE.encode(), "ChecksumSHA256": checksum}
    stubs.bucket.add_response("put_object", {}, {**put, "ExpectedBucketOwner": ACCOUNT})
    stubs.stack.add_response("validate_template", {}, {"TemplateURL": ADDRESS})
    stubs.stack.add_response("get_template_summary", {"Parameters": []}, {"TemplateURL": ADDRESS})
    proposes(stubs)
    assert stubs.deployer.plan(NOWHERE, order(), zipped).template.key == KEY


def test_in_china_the_template_has_an_address_of_china(zipped: Code) -> None:
    client = boto3.client("s3", region_name="cn-north-1", **FAKE)
    with Stubber(client) as stub:
        stub.add_response("put_object", {})
        address = CodeBucket(client, "b", ACCOUNT, "cn-north-1").lay(template_of(TEMPLATE))
    assert address == f"https://s3.cn-north-1.amazonaws.com.cn/b/{KEY}"


def test_a_template_that_is_too_large_is_refused_before_anything_is_asked(stubs: Stubs, zipped: Code) -> None:
    large = "あ" * (MOST_BYTES // 3 + 1)
    assert len(large) < MOST_BYTES
    with pytest.raises(ConfigInvalid, match="larger than 1,000,000 bytes"):
        stubs.deployer.plan(NOWHERE, Order(large, {}, "arm64"), zipped)


def test_a_template_of_the_most_bytes_is_sent(stubs: Stubs, zipped: Code) -> None:
    stubs.has_bucket()
    stubs.declares()
    proposes(stubs)
    stubs.deployer.plan(NOWHERE, Order("x" * MOST_BYTES, {}, "arm64"), zipped)


def test_a_missing_right_to_lay_the_template_is_said_with_its_place(stubs: Stubs, zipped: Code) -> None:
    stubs.bucket.add_response("head_bucket", {})
    stubs.bucket.add_client_error("put_object", "AccessDenied", "Access Denied", 403)
    with pytest.raises(Forbidden) as caught:
        stubs.deployer.plan(NOWHERE, order(), zipped)
    assert (caught.value.facts["action"], caught.value.facts["resource"]) == ("s3:PutObject", f"{BUCKET}/{KEY}")


def makes_bucket(stubs: Stubs) -> None:
    stubs.bucket.add_client_error("head_bucket", "404", "Not Found", 404)
    stubs.bucket.add_response("create_bucket", {})
    stubs.bucket.add_response("put_public_access_block", {})
    stubs.bucket.add_response("put_object", {})


def deletes_bucket(stubs: Stubs) -> None:
    stubs.bucket.add_response("delete_object", {}, {"Bucket": BUCKET, "Key": KEY, "ExpectedBucketOwner": ACCOUNT})
    stubs.bucket.add_response("delete_bucket", {}, {"Bucket": BUCKET, "ExpectedBucketOwner": ACCOUNT})


def test_a_bucket_that_is_not_there_is_made_for_the_template(stubs: Stubs, zipped: Code) -> None:
    makes_bucket(stubs)
    stubs.declares()
    proposes(stubs)
    assert stubs.deployer.plan(NOWHERE, order(), zipped).makes_bucket


def test_a_plan_that_is_refused_leaves_no_bucket_that_was_made_for_it(stubs: Stubs, zipped: Code) -> None:
    makes_bucket(stubs)
    stubs.declares()
    deletes_bucket(stubs)
    with pytest.raises(ConfigInvalid, match="unknown parameter Tabel"):
        stubs.deployer.plan(NOWHERE, order(Tabel="x"), zipped)


def test_a_bucket_that_cannot_be_taken_back_does_not_hide_why_there_is_no_plan(stubs: Stubs, zipped: Code) -> None:
    makes_bucket(stubs)
    stubs.declares()
    stubs.bucket.add_client_error("delete_object", "AccessDenied", "Access Denied", 403)
    with pytest.raises(ConfigInvalid, match="unknown parameter Tabel"):
        stubs.deployer.plan(NOWHERE, order(Tabel="x"), zipped)


def test_a_plan_taken_back_takes_its_bucket_with_it(stubs: Stubs, zipped: Code) -> None:
    stubs.stack.add_response("delete_change_set", {})
    stubs.stack.add_client_error(*ABSENT)
    deletes_bucket(stubs)
    stubs.deployer.withdraw(planned(zipped, makes_bucket=True))


def test_a_bucket_in_which_somebody_keeps_something_by_now_stays(stubs: Stubs, zipped: Code) -> None:
    stubs.stack.add_response("delete_change_set", {})
    stubs.stack.add_client_error(*ABSENT)
    stubs.bucket.add_response("delete_object", {})
    stubs.bucket.add_client_error("delete_bucket", "BucketNotEmpty", "not empty", 409)
    stubs.deployer.withdraw(planned(zipped, makes_bucket=True))


def test_a_bucket_that_may_not_be_deleted_is_said(stubs: Stubs, zipped: Code) -> None:
    stubs.stack.add_response("delete_change_set", {})
    stubs.stack.add_client_error(*ABSENT)
    stubs.bucket.add_response("delete_object", {})
    stubs.bucket.add_client_error("delete_bucket", "AccessDenied", "Access Denied", 403)
    with pytest.raises(Forbidden) as caught:
        stubs.deployer.withdraw(planned(zipped, makes_bucket=True))
    assert (caught.value.facts["action"], caught.value.facts["resource"]) == ("s3:DeleteBucket", BUCKET)

"""pipeline.config: settings from an environment, or an error that names the variable."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.access import Rule, Rules
from pipeline.config import ModelSettings, Settings
from pipeline.errors import ConfigInvalid


def test_an_empty_environment_gives_the_specified_defaults() -> None:
    assert Settings.from_env({}) == Settings(
        backend="embedded",
        region="ap-northeast-1",
        bucket="moderation-craft-data-800860245583",
        function="moderation-craft-export-dynamodb",
        table="moderation-craft-data",
        history_days=7,
        sample_file=None,
        sample_key=(("PK", "S"), ("SK", "S")),
        models=ModelSettings(build_after_tables=True),
    )


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("PIPELINE_BACKEND", "aws", "backend", "aws"),
        ("AWS_REGION", "us-gov-west-1", "region", "us-gov-west-1"),
        ("AWS_DEFAULT_REGION", "eu-central-1", "region", "eu-central-1"),
        ("S3_BUCKET_NAME", "my.bucket-1", "bucket", "my.bucket-1"),
        ("BUCKET_NAME", "in-the-lambda", "bucket", "in-the-lambda"),
        ("LAMBDA_EXPORT_FUNCTION", "my_function", "function", "my_function"),
        ("DYNAMODB_TABLE_NAME", "my.table_1", "table", "my.table_1"),
        ("TABLE_NAME", "in-the-lambda", "table", "in-the-lambda"),
        ("PIPELINE_HISTORY_DAYS", "90", "history_days", 90),
        ("PIPELINE_QUERY_CACHE", " /var/cache/q ", "query_cache", "/var/cache/q"),
        ("PIPELINE_QUERY_CACHE_MB", "64", "query_cache_megabytes", 64),
        ("PIPELINE_SAMPLE_FILE", "a.json", "sample_file", "a.json"),
        ("PIPELINE_SCHEDULE", "group/daily", "schedule", "group/daily"),
        ("PIPELINE_KMS_KEY", "none", "kms_key", None),
        ("PIPELINE_KMS_KEY", "arn:aws:kms:eu-west-1:123456789012:key/a-1", "kms_key")
        + ("arn:aws:kms:eu-west-1:123456789012:key/a-1",),
        ("PIPELINE_SAMPLE_KEY", "year:N,title:S", "sample_key", (("year", "N"), ("title", "S"))),
        ("PIPELINE_VIEWERS", "@example.com", "rules", Rules(viewers=(Rule("domain", "example.com"),))),
        ("PIPELINE_OPERATORS", " A@x.com, ", "rules", Rules(operators=(Rule("email", "a@x.com"),))),
        ("PIPELINE_SESSION_HOURS", "1", "rules", Rules(session=timedelta(hours=1))),
        ("PIPELINE_CONTACT", "データチーム", "contact", "データチーム"),
        ("PIPELINE_AUDIT_S3", "on", "audit_s3", True),
        ("PIPELINE_ALLOW_UNSAFE_STORE", "on", "allow_unsafe_store", True),
        ("PIPELINE_INCREMENTAL_BY", "updatedAt", "incremental_by", (("updatedAt", "iso"),)),
        (
            "PIPELINE_INCREMENTAL_BY",
            "a.b:epoch_ms,変更:epoch",
            "incremental_by",
            (("a.b", "epoch_ms"), ("変更", "epoch")),
        ),
        ("PIPELINE_INCREMENTAL_OVERLAP", "0", "incremental_overlap", timedelta(0)),
        ("PIPELINE_DEMO_SCHEDULE", "off", "demo_schedule", False),
        ("PIPELINE_DEMO_SOURCES", "off", "demo_sources", False),
        ("PIPELINE_ON_CLASH", "rename", "on_clash", "rename"),
        (
            "PIPELINE_PERSON_PLACES",
            "a=tokyo,b=geonames-1",
            "models",
            ModelSettings((("a", "tokyo"), ("b", "geonames-1")), True),
        ),
        ("PIPELINE_BUILD_AFTER_TABLES", "off", "models", ModelSettings()),
    ],
)
def test_each_setting_is_read_from_its_variable(variable: str, value: str, field: str, expected: object) -> None:
    assert getattr(Settings.from_env({variable: value}), field) == expected


def test_models_are_built_by_themselves_in_the_demo_and_on_aws_where_somebody_says_so() -> None:
    aws = {"PIPELINE_BACKEND": "aws"}
    assert Settings.from_env({}).models.build_after_tables
    assert not Settings.from_env(aws).models.build_after_tables
    assert Settings.from_env({**aws, "PIPELINE_BUILD_AFTER_TABLES": "on"}).models.build_after_tables


def test_the_first_of_two_names_wins() -> None:
    assert Settings.from_env({"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-west-2"}).region == "us-east-1"


def test_an_empty_value_counts_as_absent() -> None:
    assert Settings.from_env({"S3_BUCKET_NAME": " ", "BUCKET_NAME": "second"}).bucket == "second"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PIPELINE_BACKEND", "AWS"),
        ("PIPELINE_PERSON_PLACES", "a"),
        ("PIPELINE_PERSON_PLACES", "a=b,a=c"),
        ("PIPELINE_PERSON_PLACES", "a=b=c"),
        ("PIPELINE_PERSON_PLACES", "a=b, c=d"),
        ("PIPELINE_PERSON_PLACES", "a=b\x7f"),
        ("PIPELINE_PERSON_PLACES", "a=\udcff"),
        ("PIPELINE_BUILD_AFTER_TABLES", "sometimes"),
        ("AWS_REGION", "tokyo"),
        ("S3_BUCKET_NAME", "Upper_Case"),
        ("S3_BUCKET_NAME", "a..b"),
        ("LAMBDA_EXPORT_FUNCTION", "a b"),
        ("DYNAMODB_TABLE_NAME", "../x"),
        ("PIPELINE_QUERY_CACHE_MB", "63"),
        ("PIPELINE_QUERY_CACHE_MB", "many"),
        ("PIPELINE_HISTORY_DAYS", "0"),
        ("PIPELINE_HISTORY_DAYS", "٣"),
        ("PIPELINE_HISTORY_DAYS", "91"),
        ("PIPELINE_SAMPLE_KEY", "year"),
        ("PIPELINE_SAMPLE_KEY", "year:X"),
        ("PIPELINE_SAMPLE_KEY", "a:S,b:S,c:S"),
        ("PIPELINE_VIEWERS", "everybody"),
        ("PIPELINE_OPERATORS", "a@x.com, *"),
        ("PIPELINE_SESSION_HOURS", "0"),
        ("PIPELINE_SESSION_HOURS", "721"),
        ("PIPELINE_CONTACT", "two\nlines"),
        ("PIPELINE_AUDIT_S3", "yes"),
        ("PIPELINE_INCREMENTAL_BY", "updated_at:isoo"),
        ("PIPELINE_INCREMENTAL_BY", "a,,b"),
        ("PIPELINE_INCREMENTAL_BY", "a:iso,a:epoch"),
        ("PIPELINE_ON_CLASH", "overwrite"),
        ("PIPELINE_INCREMENTAL_OVERLAP", "-1"),
        ("PIPELINE_INCREMENTAL_OVERLAP", "15 minutes"),
        ("PIPELINE_INCREMENTAL_OVERLAP", "10081"),
    ],
)
def test_a_malformed_value_is_an_error_that_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        Settings.from_env({variable: value})
    assert caught.value.facts["variable"] == variable
    assert ".env.local" in caught.value.facts["looked_in"]


def test_any_provider_s_address_is_a_setting_by_its_name_and_an_empty_one_is_none() -> None:
    environ = {"PIPELINE_TIDES_URL": "https://tides.example/", "PIPELINE_GOOGLE_HEALTH_URL": " "}
    assert Settings.from_env(environ).endpoints == {"tides": "https://tides.example"}


@pytest.mark.parametrize("address", ["http://tides.example", "tides.example", "ftp://127.0.0.1", "https://a/b"])
def test_an_address_that_tokens_must_not_travel_to_is_refused_by_its_variable(address: str) -> None:
    with pytest.raises(ConfigInvalid, match="PIPELINE_TIDES_URL"):
        Settings.from_env({"PIPELINE_TIDES_URL": address})


def test_a_tables_function_is_none_unless_it_is_named() -> None:
    assert (
        Settings.from_env({}).tables_function
        is Settings.from_env({"LAMBDA_TABLES_FUNCTION": " "}).tables_function
        is None
    )
    assert Settings.from_env({"LAMBDA_TABLES_FUNCTION": "my-tables"}).tables_function == "my-tables"
    with pytest.raises(ConfigInvalid, match="LAMBDA_TABLES_FUNCTION"):
        Settings.from_env({"LAMBDA_TABLES_FUNCTION": "no name"})

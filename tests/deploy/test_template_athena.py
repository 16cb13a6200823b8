"""lambda/template.yaml, read: the Glue database and Athena's workgroup, and the settings that lead to them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pipeline.config import Settings
from pipeline.errors import ConfigInvalid
from pipeline.lake import keys
from tests.deploy.test_template import rules
from tests.support.policies.template_stack import KMS_KEY, Stack, parsed


@pytest.fixture(scope="module")
def stack() -> Stack:
    return Stack()


def test_the_outputs_name_glue_s_database_and_athena_s_workgroup_unless_they_are_switched_off(stack: Stack) -> None:
    said = {name: text["Description"] for name, text in parsed()["Outputs"].items()}
    found = Settings.from_env({said[name]: stack.outputs[name] for name in ("GlueDatabase", "AthenaWorkgroup")})
    assert found.glue_database == stack.resources["Catalogue"]["DatabaseInput"]["Name"]
    assert found.athena_workgroup == stack.resources["Workgroup"]["Name"]
    assert not {"GlueDatabase", "AthenaWorkgroup"} & Stack(GlueCatalog="false").outputs.keys()


@pytest.mark.parametrize("name", ["moderation_craft_data", "a", "1a", "a-b", "A", "", "a" * 129])
def test_the_template_takes_the_glue_database_that_the_setting_takes(name: str) -> None:
    pattern = parsed()["Parameters"]["GlueDatabase"]["AllowedPattern"]
    try:
        found = Settings.from_env({"PIPELINE_GLUE_DATABASE": name}).glue_database
    except ConfigInvalid:
        assert not re.fullmatch(pattern, name)
    else:
        assert bool(found) == bool(re.fullmatch(pattern, name))


def test_the_workgroup_bounds_each_query_and_lets_nobody_choose_otherwise(stack: Stack) -> None:
    settings = stack.resources["Workgroup"]["WorkGroupConfiguration"]
    assert settings["EnforceWorkGroupConfiguration"] is True
    # Athena API Reference, "WorkGroupConfiguration": the least that it takes.
    limit = parsed()["Parameters"]["AthenaBytesLimit"]
    assert settings["BytesScannedCutoffPerQuery"] == limit["Default"] >= limit["MinValue"] == 10_000_000


def test_athena_s_results_are_in_the_lake_encrypted_as_it_is_and_expire(stack: Stack) -> None:
    def results(stack: Stack) -> dict[str, Any]:
        return dict(stack.resources["Workgroup"]["WorkGroupConfiguration"]["ResultConfiguration"])

    rule = rules(stack)["athena-results-expire"]
    assert results(stack)["OutputLocation"] == f"s3://{stack.parameters['BucketName']}/{rule['Prefix']}"
    assert rule["ExpirationInDays"] == 7 and not any(kept.startswith(rule["Prefix"]) for kept in keys.WRITTEN)
    assert results(stack)["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    keyed = results(Stack(KmsKeyArn=KMS_KEY))["EncryptionConfiguration"]
    assert keyed == {"EncryptionOption": "SSE_KMS", "KmsKey": KMS_KEY}


def test_the_tables_function_follows_in_glue_and_may_unless_it_is_switched_off(stack: Stack) -> None:
    def named(stack: Stack) -> tuple[str | None, bool]:
        environment = stack.resources["TablesFunction"]["Environment"]["Variables"]
        attached = stack.resources["TablesRole"]["ManagedPolicyArns"]
        return Settings.from_env(environment).glue_database, "TablesCataloguePolicy" in attached

    assert named(stack) == (stack.parameters["GlueDatabase"], True)
    assert named(Stack(GlueCatalog="false")) == (None, False)

"""What the template's policies allow about sources: their documents, their list, the secrets of people's accounts."""

from __future__ import annotations

import json

import pytest

from tests.house.test_policies import NAMES, VAULTS, document, granted, put
from tests.support.policies.iam import Request, allowed
from tests.support.policies.template_stack import ACCOUNT, MORE_TABLE, REGION, Stack


@pytest.fixture(scope="module")
def stack() -> Stack:
    return Stack()


@pytest.mark.parametrize(
    ("key", "viewer", "quiet_viewer", "operator"),
    [
        ("metadata/sources.json", True, True, True),
        ("metadata/source-days/weather/2024.json", True, True, True),
        ("staging/daily/weather/dt=2024-02-01/weather.json", True, False, True),
        ("staging/runs/weather/dt=2024-02-01/weather.r1.json", True, False, True),
        ("raw/external/google-health/dt=2024-02-01/google-health.json", False, False, False),
    ],
)
def test_of_a_source_people_read_its_records_and_never_the_raw_answers(
    stack: Stack, key: str, viewer: bool, quiet_viewer: bool, operator: bool
) -> None:
    read, quiet = Request("s3:GetObject", document(stack, key)), Stack(ViewerMayPreview="false")
    assert allowed([stack.policy("Viewer")], read) is viewer
    assert allowed([quiet.policy("Viewer")], read) is quiet_viewer
    assert allowed([quiet.policy("Viewer"), quiet.policy("Operator")], read) is operator


@pytest.mark.parametrize(
    ("key", "exporter", "operator"),
    [
        ("metadata/sources.json", False, True),
        ("metadata/leases/google-health-token.akari.json", True, True),
        ("metadata/leases/weather.json", True, False),
        ("metadata/source-days/weather/2024.json", True, False),
        ("staging/daily/weather/dt=2024-02-01/weather.json", True, False),
        ("staging/models/weather.json", False, False),
    ],
)
def test_the_function_writes_what_sources_give_and_people_write_which_there_are(
    stack: Stack, key: str, exporter: bool, operator: bool
) -> None:
    write = put(document(stack, key), sse="AES256")
    assert allowed([stack.policy("Exporter")], write) is exporter
    assert allowed([stack.policy("Viewer"), stack.policy("Operator")], write) is operator
    assert not allowed([stack.policy("Viewer")], write)


def secret(name: str, vault: str) -> str:
    kind, tail = {"secretsmanager": ("secret:", "-AbCdEf"), "ssm": ("parameter/", "")}[vault]
    return f"arn:aws:{vault}:{REGION}:{ACCOUNT}:{kind}{name}{tail}"


@pytest.mark.parametrize("vault", VAULTS)
def test_secrets_are_reached_below_the_consoles_own_name_only(vault: str) -> None:
    read = {"secretsmanager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameter"}[vault]
    stack = Stack(Secrets=vault)
    for name in ("Exporter", "Operator"):
        for who, expected in [
            ("pipeline-console/google-health/akari", True),
            ("pipeline-console", False),
            ("another/pipeline-console/akari", False),
            ("another", False),
        ]:
            assert allowed([stack.policy(name)], Request(read, secret(who, vault))) is expected


@pytest.mark.parametrize("vault", VAULTS)
def test_no_right_to_the_other_vault_is_given(vault: str) -> None:
    text = json.dumps([Stack(Secrets=vault).policy(name) for name in NAMES])
    assert {other for other in VAULTS if f'"{other}:' in text} == {vault}


def test_a_viewer_reaches_no_secret() -> None:
    assert {action.partition(":")[0] for action in granted("Viewer")}.isdisjoint(VAULTS)


def test_the_function_renews_tokens_and_neither_makes_nor_deletes_them() -> None:
    made = {"secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "ssm:DeleteParameter"}
    assert made <= granted("Operator")
    assert made.isdisjoint(granted("Exporter"))


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:DescribeTable", MORE_TABLE),
        ("dynamodb:Scan", MORE_TABLE),
        ("dynamodb:ExportTableToPointInTime", MORE_TABLE),
        ("dynamodb:DescribeExport", f"{MORE_TABLE}/export/01700000000000-abcdef01"),
    ],
)
def test_a_further_table_is_exported_where_the_stack_names_it(stack: Stack, action: str, resource: str) -> None:
    named = Stack(MoreTableArns=f"{MORE_TABLE},{MORE_TABLE}-2")
    for table, expected in [("more", True), ("more-2", True), ("more-3", False)]:
        request = Request(action, resource.replace("table/more", f"table/{table}"))
        assert allowed([named.policy("Exporter")], request) is expected
        assert not allowed([stack.policy("Exporter")], request)


def test_a_viewer_sees_a_further_tables_keys_and_none_of_its_live_data() -> None:
    viewer = Stack(MoreTableArns=f"{MORE_TABLE},{MORE_TABLE}-2").policy("Viewer")
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    for table in (MORE_TABLE, f"{MORE_TABLE}-2"):
        assert allowed([viewer], Request("dynamodb:DescribeTable", table))
        assert not allowed([viewer, everything], Request("dynamodb:Scan", table))
        assert not allowed([viewer, everything], Request("dynamodb:Scan", f"{table}/index/by-day"))

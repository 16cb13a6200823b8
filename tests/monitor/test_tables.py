"""pipeline.monitor.tables: every page of the account's tables, and patterns as a shell has them."""

from __future__ import annotations

import pytest
from botocore.stub import Stubber

from pipeline.aws import Cloud, Credentials
from pipeline.errors import Forbidden, NotFound
from pipeline.monitor.tables import every_table, named_by
from tests.conftest import REGION

TABLES = ("dev-users", "prod-items", "prod-users", "prod.v2", "staging")


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(REGION, None, Credentials("testing", "testing"))


def test_every_page_is_read(cloud: Cloud) -> None:
    with Stubber(cloud.dynamodb) as stub:
        stub.add_response(
            "list_tables", {"TableNames": ["table-c", "table-b"], "LastEvaluatedTableName": "table-b"}, {}
        )
        stub.add_response("list_tables", {"TableNames": ["table-a"]}, {"ExclusiveStartTableName": "table-b"})
        assert every_table(cloud.dynamodb, REGION) == ("table-a", "table-b", "table-c")


def test_a_right_that_is_missing_is_named(cloud: Cloud) -> None:
    with Stubber(cloud.dynamodb) as stub, pytest.raises(Forbidden) as caught:
        stub.add_client_error("list_tables", "AccessDeniedException", "no", 400)
        every_table(cloud.dynamodb, REGION)
    assert caught.value.facts["action"] == "dynamodb:ListTables"


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("prod-*", ("prod-items", "prod-users")),
        ("*users", ("dev-users", "prod-users")),
        ("prod?v2", ("prod.v2",)),
        ("[ds]*", ("dev-users", "staging")),
        ("staging", ("staging",)),
        ("*", TABLES),
    ],
)
def test_a_pattern_names_tables(pattern: str, named: tuple[str, ...]) -> None:
    assert named_by(pattern, TABLES) == named


@pytest.mark.parametrize("pattern", ["PROD-*", "prod", "", "[", "🏃*", "prod-*/"])
def test_a_pattern_that_names_none_says_which_there_are(pattern: str) -> None:
    with pytest.raises(NotFound, match="there are: dev-users, prod-items") as caught:
        named_by(pattern, TABLES)
    assert caught.value.state == "no_table_like_it"


def test_of_many_tables_the_first_are_told_and_of_none_that_there_is_none() -> None:
    with pytest.raises(NotFound, match="t019 and 80 more"):
        named_by("x*", [f"t{number:03}" for number in range(100)])
    with pytest.raises(NotFound, match="there are: none"):
        named_by("*", ())

"""Which tables the account has in this Region, and which of them a pattern names."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pipeline.aws import translated
from pipeline.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TOLD = 20


def every_table(dynamodb: DynamoDBClient, region: str) -> tuple[str, ...]:
    """Names of all tables, in the order of the alphabet. Raise Forbidden, AuthFailed, ExternalApiDown…"""
    with translated("dynamodb:ListTables", region):
        pages = dynamodb.get_paginator("list_tables").paginate()
        return tuple(sorted(name for page in pages for name in page["TableNames"]))


def named_by(pattern: str, tables: Sequence[str]) -> tuple[str, ...]:
    """The tables that a pattern of ``*``, ``?`` and ``[…]`` names, as a shell has it. Raise NotFound when none is."""
    named = tuple(name for name in tables if fnmatchcase(name, pattern))
    if not named:
        there = ", ".join(tables[:_TOLD]) + (f" and {len(tables) - _TOLD} more" if len(tables) > _TOLD else "")
        message = f"no table is named like {pattern!r:.200}; there are: {there or 'none'}"
        raise NotFound(message, resource=pattern[:200], action="dynamodb:ListTables", situation="no_table_like_it")
    return named

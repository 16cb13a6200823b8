"""Keeps Glue's tables in step with a document's schema: makes what is missing, changes what differs, and no more.

Nothing is deleted, nobody else's table is overwritten, and what Glue refuses is told, never raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from botocore.exceptions import ClientError

from pipeline.aws import Cloud, error_code, translate, translated
from pipeline.config import Settings
from pipeline.errors import AuthFailed, ExternalApiDown, Forbidden, PipelineError, RateLimited
from pipeline.jsonlog import JsonLog
from pipeline.lake.bucket import Lake
from pipeline.tables.glue.definition import OURS, Definition, definitions, is_own, same
from pipeline.tables.manifest import Manifests
from pipeline.tables.schema import Schemas

# What a table that is changed keeps, whoever has set it. AWS Glue Web API Reference, "TableInput".
_KEPT = ("Description", "Owner", "Retention")
_RACED = frozenset(("AlreadyExistsException", "ConcurrentModificationException"))
_ATTEMPTS = 4
# Another table would meet the same wall.
_STOPS = (AuthFailed, ExternalApiDown, Forbidden, RateLimited)


@dataclass
class Kept:
    """What came of one document's tables: the names that were made, changed and left as they are, and sentences about
    what could not be kept in step."""

    made: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Catalogue:
    """One Glue database beside a lake."""

    cloud: Cloud
    lake: Lake
    database: str

    def keep(self, document: str, log: JsonLog) -> Kept:
        """Bring the tables of a document in step. Never raises: each finding is told, and logged."""
        kept = Kept()
        try:
            self._keep(document, kept)
        except PipelineError as error:
            kept.findings.append(f"Glue database {self.database}: {error.code} {error.message}")
        for finding in kept.findings:
            log.error("the Glue catalogue is not in step", table=document, database=self.database, cause=finding)
        if kept.made or kept.changed:
            log.info("the Glue catalogue is in step", table=document, made=kept.made, changed=kept.changed)
        return kept

    def _keep(self, document: str, kept: Kept) -> None:
        first = next(Manifests(self.lake).days(document, date.min), None)
        if first is None:
            return
        schema, _ = Schemas(self.lake).load(document)
        there = self._there()
        for wanted in definitions(schema, self.lake.bucket, first):
            try:
                self._put(wanted, there.get(wanted.name), kept)
                self._tell_left_out(wanted, kept)
            except _STOPS:
                raise
            except PipelineError as error:
                kept.findings.append(f"Glue table {self.database}.{wanted.name}: {error.code} {error.message}")

    def _there(self) -> dict[str, Mapping[str, Any]]:
        with translated("glue:GetTables", self.database):
            pages = self.cloud.glue.get_paginator("get_tables").paginate(DatabaseName=self.database)
            return {table["Name"]: table for page in pages for table in page["TableList"]}

    def _put(self, wanted: Definition, there: Mapping[str, Any] | None, kept: Kept) -> None:
        # Somebody else may be at it as well: it is looked at again, and mostly there is nothing left to do.
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._put_once(wanted, there, kept)
            except ClientError as error:
                action = "glue:UpdateTable" if there else "glue:CreateTable"
                if error_code(error) not in _RACED or attempt == _ATTEMPTS:
                    raise translate(error, action, f"{self.database}.{wanted.name}") from error
                there = self._found(wanted.name)

    def _put_once(self, wanted: Definition, there: Mapping[str, Any] | None, kept: Kept) -> None:
        if there is None:
            self.cloud.glue.create_table(DatabaseName=self.database, TableInput=wanted.to_input())
            kept.made.append(wanted.name)
        elif there.get("Parameters", {}).get(OURS) != wanted.of:
            kept.findings.append(f"Glue table {self.database}.{wanted.name} is somebody else's and stays as it is")
        elif same(wanted.to_input(), there):
            kept.standing.append(wanted.name)
        else:
            # Without an older version kept of it: Glue counts them against a quota, and ours are in the lake.
            self.cloud.glue.update_table(
                DatabaseName=self.database, TableInput=changed(wanted, there), SkipArchive=True
            )
            kept.changed.append(wanted.name)

    def _tell_left_out(self, wanted: Definition, kept: Kept) -> None:
        # Once, when it comes to that; afterwards it stands in the table's parameters.
        if wanted.left_out and wanted.name in {*kept.made, *kept.changed}:
            names = ", ".join(map(repr, wanted.left_out[:5]))
            told = f"{len(wanted.left_out)} columns that Glue does not take, among them {names}"
            kept.findings.append(f"Glue table {self.database}.{wanted.name} is without {told}")

    def _found(self, name: str) -> Mapping[str, Any] | None:
        try:
            with translated("glue:GetTable", f"{self.database}.{name}"):
                return dict(self.cloud.glue.get_table(DatabaseName=self.database, Name=name)["Table"])
        except PipelineError as error:
            if error.facts.get("aws_code") == "EntityNotFoundException":
                return None
            raise


def catalogue_of(settings: Settings, cloud: Cloud, lake: Lake) -> Catalogue | None:
    """The catalogue that the settings name; None where it is switched off, and in the demo, which has none."""
    named = settings.glue_database if settings.backend == "aws" else None
    return Catalogue(cloud, lake, named) if named else None


def changed(wanted: Definition, there: Mapping[str, Any]) -> dict[str, Any]:
    """A table with what is wanted of it, and with what others have added."""
    added = {name: value for name, value in there.get("Parameters", {}).items() if not is_own(name)}
    kept = {name: there[name] for name in _KEPT if name in there}
    given = wanted.to_input()
    return {**kept, **given, "Parameters": {**added, **given["Parameters"]}}

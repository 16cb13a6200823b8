"""What a look at one object met in place of an answer, as a finding: the look goes on to the last object.

Credentials that are no longer good end everything: nothing that follows could be looked at.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.check.findings import Finding, Kind
from pipeline.errors import AuthFailed, DataInvalid, NotFound, PipelineError, SchemaMismatch, TransformFailed
from pipeline.lake.bucket import Lake
from pipeline.lake.storage import Storage

READ_AGAIN = "python -m pipeline check --read-data"
RESTORED_DAYS = 7


@dataclass(frozen=True)
class Subject:
    """What is looked at: an object or a prefix, what was expected there, and what to run when it is damaged."""

    key: str
    expected: str
    next_command: str
    run_id: str | None = None

    def finding(self, kind: Kind, found: str, expected: str = "", next_command: str = "") -> Finding:
        """A finding about it; ``expected`` and ``next_command`` in place of the usual ones."""
        return Finding(
            kind, self.key, expected or self.expected, found[:300], next_command or self.next_command, self.run_id
        )

    def going_on(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings, and as the last one what ended them. Raise AuthFailed."""
        try:
            yield from findings
        except AuthFailed:
            raise
        except PipelineError as error:
            yield self.ended_by(error)

    def ended_by(self, error: PipelineError) -> Finding:
        """What S3 or the bytes said, by its kind."""
        if isinstance(error, NotFound):
            return self.finding("missing_object", "nothing")
        if error.state == "archived":
            return self.finding("archived_object", error.message, "a readable storage class", READ_AGAIN)
        if isinstance(error, SchemaMismatch | DataInvalid | TransformFailed):
            return self.finding("not_a_document", error.message, error.facts.get("expected", ""))
        return self.finding("refused_object", f"{error.code} {error.message}", "an answer of S3", READ_AGAIN)

    def archived(self, lake: Lake, storage: Storage, version_id: str | None = None) -> Finding:
        """A warning about what cannot be read before it is restored, with the command that asks for it."""
        command = READ_AGAIN if storage.state == "restoring" else _restore(lake, self.key, storage, version_id)
        found = f"{storage.storage_class} ({storage.state})"
        return self.finding("archived_object", found, "a readable storage class", command)


def _restore(lake: Lake, key: str, storage: Storage, version_id: str | None) -> str:
    request = "{}" if storage.tiered else f"Days={RESTORED_DAYS}"
    version = f" --version-id {shlex.quote(version_id)}" if version_id else ""
    return (
        f"aws s3api restore-object --bucket {lake.bucket} --key {shlex.quote(key)}{version}"
        f" --restore-request {shlex.quote(request)}"
    )

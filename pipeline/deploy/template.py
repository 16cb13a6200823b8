"""The template as it is sent: an object of the code bucket, since a request has room for 51,200 bytes only. Pure.

Named by its content, so that what a plan was made of is never written over by another one's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pipeline.errors import ConfigInvalid

# CloudFormation User Guide, "Understand CloudFormation quotas": a template in an object of S3 has 1 MB.
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Template:
    """A template's bytes, their SHA-256 in hexadecimal digits, and the key that they lie under."""

    body: bytes
    sha256: str
    key: str


def template_of(text: str) -> Template:
    """Raise ConfigInvalid where it is larger than CloudFormation takes."""
    body = text.encode()
    if len(body) > MOST_BYTES:
        raise ConfigInvalid(f"the template is larger than {MOST_BYTES:,} bytes", situation="stack")
    sha256 = hashlib.sha256(body).hexdigest()
    return Template(body, sha256, f"pipeline/{sha256}.yaml")

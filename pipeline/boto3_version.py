"""The boto3 that runs here, and the oldest that will do.

Before 1.36 a write cannot be conditional on the object that it replaces, and no checksum is sent unless asked for: the
lake depends on both. Lambda's runtime brings a boto3 of its own. Source: the changelogs of botocore and boto3.
"""

from __future__ import annotations

import re

import boto3

from pipeline.errors import ConfigInvalid

NEEDED = "1.36"
# What the function's log says when an environment starts; ``health`` reads the version there.
STARTED = "function started"


def found() -> str:
    """The version that runs."""
    return boto3.__version__


def is_old(version: str) -> bool:
    """Whether a version will not do; one that is none is not judged."""
    numbers = re.match(r"(\d+)\.(\d+)", version)
    return bool(numbers) and tuple(map(int, numbers.groups())) < tuple(map(int, NEEDED.split(".")))  # type: ignore[union-attr]


def check(version: str) -> None:
    """Raise ConfigInvalid for a version that is too old."""
    if is_old(version):
        raise too_old(version)


def too_old(version: str) -> ConfigInvalid:
    """The error that names the version found and the one that is needed."""
    return ConfigInvalid(
        f"boto3 {version} is too old: {NEEDED} or newer is needed", situation="boto3", found=version, needed=NEEDED
    )

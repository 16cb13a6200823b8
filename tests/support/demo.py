"""A demo in this process that commands work on from theirs: they find it filled instead of filling one each.

What a command does with a demo of its own is tried once, in tests/cli.
"""

from __future__ import annotations

from pipeline.config import Settings
from pipeline.embedded import backend

NAMES = ("S3_BUCKET_NAME", "DYNAMODB_TABLE_NAME", "LAMBDA_EXPORT_FUNCTION")


def demo_of(name: str, **environ: str) -> dict[str, str]:
    """Start a demo whose bucket, table and function have this name; gives the settings for commands on it."""
    names = dict.fromkeys(NAMES, name)
    cloud = backend.start(Settings.from_env({**names, **environ}))
    return {
        **names,
        "PIPELINE_BACKEND": "aws",
        "AWS_ENDPOINT_URL": cloud.endpoint_url or "",
        "AWS_ENDPOINT_URL_LAMBDA": cloud.invoke_url or "",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }

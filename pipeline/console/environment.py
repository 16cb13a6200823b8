"""What .env.local says becomes part of the environment, which wins; read again when the file has changed.

Credentials go to boto3's own chain this way, never through code.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from dotenv import dotenv_values

from pipeline.errors import ConfigInvalid

ENV_FILE = ".env.local"
# What leads to AWS, and in the demo to nothing but names of its own.
_OF_AWS = (
    "S3_BUCKET_NAME",
    "LAMBDA_EXPORT_FUNCTION",
    "DYNAMODB_TABLE_NAME",
    "PIPELINE_SCHEDULE",
    "PIPELINE_KMS_KEY",
    "PIPELINE_GLUE_DATABASE",
    "PIPELINE_ATHENA_WORKGROUP",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_ENDPOINT_URL",
)
_NOTHING = {"", "none"}


@dataclass
class _EnvFile:
    stamp: int = 0
    taken: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_env_file = _EnvFile()


def load_environment() -> int:
    """Take over what .env.local says (credentials for boto3's chain included); the environment wins.

    The file is read again when it has changed; the answer is a stamp of the reading that is in force, 0 without a file.
    Raise ConfigInvalid for what is no file, or no UTF-8 text.
    """
    with _env_file.lock:
        stamp = _stamp()
        if stamp != _env_file.stamp:
            _take_over(_contents())
            _env_file.stamp = stamp
        return stamp


def of_no_use(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The settings that are there for AWS while the demo runs, which reaches none: whoever set them expects more."""
    if environ.get("PIPELINE_BACKEND", "").strip() not in {"", "embedded"}:
        return ()
    return tuple(name for name in _OF_AWS if environ.get(name, "").strip() not in _NOTHING)


def _stamp() -> int:
    try:
        status = os.stat(ENV_FILE)
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise _unreadable(type(error).__name__) from error
    if not stat.S_ISREG(status.st_mode):
        # Reading a pipe would wait for whoever writes to it.
        raise _unreadable("it is no file")
    return status.st_mtime_ns


def _contents() -> dict[str, str]:
    try:
        # With the mark that some editors of Windows put before UTF-8, or without it.
        values = dotenv_values(ENV_FILE, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(type(error).__name__) from error
    if any("\0" in f"{name}{value}" for name, value in values.items()):
        # Latin letters in UTF-16 are UTF-8, too, with a NUL beside each; no environment takes one.
        raise _unreadable("it holds NUL characters")
    return {name: value for name, value in values.items() if value is not None}


def _unreadable(why: str) -> ConfigInvalid:
    message = f"{ENV_FILE} cannot be read as UTF-8 text: {why}"
    return ConfigInvalid(message, variable=ENV_FILE, looked_in=ENV_FILE)


def _take_over(values: dict[str, str]) -> None:
    # What an earlier reading set, and nobody else has changed since, gives way.
    ours = {name for name, value in _env_file.taken.items() if os.environ.get(name) == value}
    taken = {name: value for name, value in values.items() if name in ours or name not in os.environ}
    os.environ.update(taken)
    for name in ours - taken.keys():
        del os.environ[name]
    _env_file.taken = taken

"""The functions that the stack has, as zips: whose handler, which libraries, and how much of them.

A zip is named by its function; what it holds follows from its handler's imports and from its requirements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What a module reads beside itself, where a zip has the module: the words of messages and of errors, in every language.
READ_BESIDE = {"pipeline/words/texts.py": ("*/notices*.toml", "*/errors.toml")}
# What an installer notes about itself, compiled files and programs: no part of a library.
_NO_PART = r"(^|/)(__pycache__|bin|tests)/|\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$"
# Of pyarrow what no import of the tables' function reaches: headers, sources, and the doors to Flight, S3, Azure, ORC…
# Its libraries of datasets and of Substrait stay: others are linked to them.
_UNUSED = "acero|azurefs|csv|dataset|dataset_orc|dataset_parquet|dataset_parquet_encryption|feather|flight|gcsfs|hdfs"
_UNUSED += "|json|orc|parquet_encryption|pyarrow_cpp_tests|s3fs|substrait"
_PYARROW = (
    r"^pyarrow/(include|includes|interchange|src)/|^pyarrow/[^/]*\.(pxd|pxi|pyx)$"
    rf"|^pyarrow/_({_UNUSED})\.[^/]*so$"
    r"|^pyarrow/libarrow_(flight|python_flight|python_parquet_encryption|s3)\.so"
    r"|^pyarrow/libarrow_python\.so(\.\d+\.\d+\.\d+)?$"
)


@dataclass(frozen=True)
class Bundle:
    """One function's zip. ``requirements`` names what it carries beyond the runtime, with hashes; ``left_out`` matches
    the files of libraries that it does without; ``most_bytes`` is what it may have, zipped as unpacked."""

    name: str
    handler: Path
    requirements: Path
    most_bytes: int
    left_out: re.Pattern[str]

    def file(self, architecture: str) -> str:
        """What its zip is called where nobody says it."""
        return f"{self.name}-{architecture}.zip"


# AWS Lambda Developer Guide, "Lambda quotas": 50 MB zipped when uploaded directly, as somebody may who looks at it in
# Lambda's console; 250 MB unpacked, layers included, however it comes there. Ours come there by S3.
EXPORT = Bundle(
    "export",
    ROOT / "lambda" / "export_handler.py",
    ROOT / "lambda" / "requirements.txt",
    50_000_000,
    re.compile(_NO_PART),
)
TABLES = Bundle(
    "tables",
    ROOT / "lambda" / "tables_handler.py",
    ROOT / "lambda" / "tables-requirements.txt",
    250_000_000,
    re.compile(f"{_NO_PART}|{_PYARROW}"),
)
BUNDLES = {bundle.name: bundle for bundle in (EXPORT, TABLES)}

"""What a build's child ended with, as an error that a person can act upon: without paths of this machine or secrets.

Kinds are the names of dbt's, DuckDB's and Python's own errors, as the child has written them.
"""

from __future__ import annotations

import re
import signal

from pipeline.analysis.builds.heard import Fault
from pipeline.analysis.models.fields import MESSAGE, Clean
from pipeline.analysis.query.process import Ended, Limits
from pipeline.errors import (
    ConfigInvalid,
    DataInvalid,
    FunctionFailed,
    MemoryExceeded,
    PipelineError,
    SchemaMismatch,
    TimedOut,
)

DISK_FULL = re.compile(r"No space left|File too large|Disk quota|[Cc]ould not write|Errno (?:28|27|122)\b")
_NO_MEMORY = re.compile(
    r"[Oo]ut of [Mm]emory|MemoryError|annot allocate memory|bad_alloc|failed to map segment|can't start new thread"
)
_OVER_TIME = {signal.SIGXCPU, signal.SIGALRM}
_OVER_MEMORY = {signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS}
# Stages before anything is built: what stops there is the project's.
_OF_THE_PROJECT = frozenset(("parse", "run"))


def of_end(ended: Ended, limits: Limits) -> PipelineError | None:
    """What is wrong with how a child ended; None where it came to an end of its own."""
    if ended.how == "cancelled":
        return given_up()
    if ended.how == "late" or -ended.code in _OVER_TIME:
        return TimedOut(f"the build was ended after {limits.seconds:g} seconds", situation="build_time")
    if -ended.code in _OVER_MEMORY:
        return _memory(limits)
    if ended.how == "flooded" or ended.code:
        return FunctionFailed(f"the build's process ended with {ended.code}", situation="build_ended")
    return None


def of_fault(fault: Fault, limits: Limits, clean: Clean) -> PipelineError:
    """The error of a fault that a child has written."""
    message = f"{fault.kind}: {fault.message}"
    if DISK_FULL.search(message):
        return disk_full()
    if _NO_MEMORY.search(message):
        return _memory(limits)
    text = f"dbt stopped at {fault.stage}: {_in_a_line(clean, message)}"
    if fault.kind in {"ModuleNotFoundError", "ImportError"}:
        return ConfigInvalid(text, variable="requirements.txt", situation="build_library")
    if fault.stage in _OF_THE_PROJECT:
        return SchemaMismatch(text, situation="build_parse")
    if fault.stage == "landing":
        return DataInvalid(text, record="tables", field="parquet", situation="build_landing")
    return FunctionFailed(text, situation="build_ended")


def cut_off() -> FunctionFailed:
    """What a child that said neither that it is done nor what is wrong comes to."""
    return FunctionFailed("the build's process ended without a word", situation="build_ended")


def given_up() -> FunctionFailed:
    """What a build comes to whose program ends."""
    return FunctionFailed("the build was ended together with its program", situation="build_interrupted")


def interrupted(run_id: str) -> FunctionFailed:
    """What a build comes to whose process was killed."""
    return FunctionFailed(f"build {run_id} stopped without a word", situation="build_interrupted")


def disk_full(detail: str = "") -> ConfigInvalid:
    """What a build without room comes to."""
    text = detail or "the disk that builds work on is full"
    return ConfigInvalid(text, variable="TMPDIR", situation="build_disk")


def _memory(limits: Limits) -> MemoryExceeded:
    text = f"the build needs more than its {limits.memory / 2**30:g} GB of memory"
    return MemoryExceeded(text, situation="build_memory")


def _in_a_line(clean: Clean, message: str) -> str:
    return " ".join(clean.text(message, MESSAGE).split())[:600]

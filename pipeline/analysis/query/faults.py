"""What a child ended with, as an error that a person can act upon: the engine's own sentence, without machine paths.

Classes of errors are DuckDB's: its documentation of the Python API, "Exceptions".
"""

from __future__ import annotations

import re
import signal

from pipeline.analysis.query.pool import cancelled
from pipeline.analysis.query.process import Ended, Limits
from pipeline.errors import DataInvalid, FunctionFailed, MemoryExceeded, PipelineError, TimedOut

# Of the gate and of DuckDB, by the name that the child writes.
_SITUATIONS = {
    "empty": "sql_empty",
    "several": "sql_several",
    "not_select": "sql_not_select",
    "wide": "sql_wide",
    "ParserException": "sql_syntax",
    "SyntaxException": "sql_syntax",
    "CatalogException": "sql_unknown",
    "BinderException": "sql_meaning",
    "NotImplementedException": "sql_meaning",
    "PermissionException": "sql_refused",
    "ConversionException": "sql_value",
    "OutOfRangeException": "sql_value",
    "InvalidInputException": "sql_value",
    "InvalidTypeException": "sql_value",
    "TypeMismatchException": "sql_value",
}
_LOCKED = re.compile(r"configuration has been locked|read-only mode|disabled by configuration|belongs to an attached")
_WRITES = re.compile(r"data-modifying statement")
_MISSING = re.compile(r"Referenced (?:column|table) .* not found|does not (?:exist|have a column)")
# A sum of DECIMALs is a DECIMAL(38), of BIGINTs a HUGEINT: neither holds more.
_DIGITS = re.compile(r"HUGEINT|DECIMAL\(38|INT128")
# A guess among DuckDB's own catalogue, which is nobody's table here.
_NO_HELP = re.compile(r'\s*Did you mean "(?:pg_|duckdb_|sqlite_)\w+"\?')
_PLACE = re.compile(r"\n+LINE (?P<line>\d+): .*", re.DOTALL)
_KIND = re.compile(r"^[A-Z][A-Za-z ]{1,40} Error: ")
_PATH = re.compile(r"(?<![\w.:/])(?:file:/*)?/(?:[^\s/'\"]+/)+[^\s'\"]*")
_KILLED = {signal.SIGXCPU, signal.SIGALRM}
_OUT_OF_MEMORY = {signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS}
_FIRST_LINE_OF_OURS = 1


def of_end(ended: Ended, limits: Limits) -> PipelineError | None:
    """What is wrong with how a child ended; None where it came to an end of its own."""
    if ended.how == "cancelled":
        return cancelled()
    if ended.how == "late" or -ended.code in _KILLED:
        return TimedOut(f"the query was ended after {limits.seconds:g} seconds", situation="sql_time")
    if ended.how == "flooded":
        return FunctionFailed("the engine wrote more than it was asked for", situation="sql_ended")
    if -ended.code in _OUT_OF_MEMORY:
        return _memory(limits)
    if ended.code:
        return FunctionFailed(f"the engine ended with {ended.code}", situation="sql_ended")
    return None


def of_fault(name: str, message: str, limits: Limits, wrapped: bool = True) -> PipelineError:
    """The error of a fault that the child has written; ``wrapped``: its SQL stood one line further down."""
    if name == "OutOfMemoryException":
        return _memory(limits)
    situation = _situation(name, message)
    told, line = said(message), _line(message, wrapped and situation != "sql_syntax")
    text = told or f"the SQL was refused ({situation.removeprefix('sql_')})"
    if situation == "sql_ended":
        return FunctionFailed(text, situation=situation)
    return DataInvalid(
        f"line {line}: {text}" if line else text, situation=situation, **({"line": line} if line else {})
    )


def said(message: str) -> str:
    """DuckDB's own sentence: without its kind, its drawing of the place, its candidates, and paths."""
    told = _NO_HELP.sub("", _PLACE.sub("", message)).partition("Stack Trace")[0].partition("\n\tCandidate functions")[0]
    return cleaned(" ".join(_KIND.sub("", told).split()))


def cleaned(text: str) -> str:
    """A message without paths of this machine."""
    return _PATH.sub("…", text)


def _memory(limits: Limits) -> MemoryExceeded:
    gigabytes = limits.memory / 2**30
    return MemoryExceeded(f"the query needs more than its {gigabytes:g} GB of memory", situation="sql_memory")


def _situation(name: str, message: str) -> str:
    situation = _SITUATIONS.get(name, "sql_ended")
    if _LOCKED.search(message):
        return "sql_refused"
    if _WRITES.search(message):
        return "sql_not_select"
    if situation == "sql_value" and _DIGITS.search(message):
        return "sql_digits"
    if situation == "sql_meaning" and _MISSING.search(message):
        return "sql_unknown"
    return situation


def _line(message: str, wrapped: bool) -> str:
    place = _PLACE.search(message)
    return str(max(1, int(place["line"]) - _FIRST_LINE_OF_OURS * wrapped)) if place else ""

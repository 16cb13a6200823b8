"""The command line: every command and its options. Data go to stdout, progress and errors to stderr.

Exit codes: 0 done, 1 failed or damage found (the error's code is printed), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from pipeline.access import LOCAL, Person
from pipeline.cli.commands import check, export, health, history, logs, preview, run
from pipeline.cli.deploy import add_deploy, add_destroy, add_package
from pipeline.clock import parse_day
from pipeline.console.app import App
from pipeline.console.audit import to_stderr
from pipeline.console.environment import load_environment
from pipeline.console.wiring import build_app
from pipeline.errors import PipelineError
from pipeline.monitor.function_log import LEVELS
from pipeline.words.catalogue import Words

EXIT_DONE, EXIT_FAILED, EXIT_USAGE = 0, 1, 2
# What a command works on: the App; a Deployer where there is no lake yet.
Wire = Callable[[Mapping[str, str]], Any]
# A command that gives False has found damage.
Command = Callable[[Any, argparse.Namespace], bool | None]

_EPILOG = """\
exit codes: 0 done, 1 failed (the error's code is on stderr) or damage found, 2 wrong usage
settings:   .env.local, then the environment, which wins; see .env.local.example
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the language of errors follows the locale (LC_ALL, LC_MESSAGES, LANG)."""
    parsed = _parser().parse_args(arguments)
    command: Command = parsed.command
    wire: Wire = parsed.wire
    try:
        load_environment()
        if command(wire(os.environ | _overrides(parsed)), parsed) is False:
            return EXIT_FAILED
    except PipelineError as error:
        _explain(error)
        return EXIT_FAILED
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return EXIT_FAILED
    return EXIT_DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline",
        description="Export a DynamoDB table to the S3 data lake, and look at what is there.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_export(commands)
    _add_run(commands)
    _add_history(commands)
    _add_preview(commands)
    _add_check(commands)
    _add_health(commands)
    _add_logs(commands)
    add_package(commands)
    add_deploy(commands)
    add_destroy(commands)
    parser.set_defaults(wire=_wire)
    return parser


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("export", help="export a table now and wait for the end")
    command.add_argument("--table", metavar="T", help="table to export (default: DYNAMODB_TABLE_NAME)")
    command.add_argument("--mode", choices=("full", "incremental"), default="full")
    command.add_argument("--days", type=_days, default=1, metavar="N", help="window of an incremental export")
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(command=export)


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("run", help="fetch days of a source now and wait for the end")
    command.add_argument("name", metavar="NAME", help="a source of the lake, as the page データソース names it")
    command.add_argument("--from", dest="first", type=_day, metavar="DAY", help="first day (default: the newest days)")
    command.add_argument("--to", dest="last", type=_day, metavar="DAY", help="last day, with --from")
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(command=run, table=None)


def _add_history(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("history", help="list runs, newest first")
    command.add_argument("--days", type=_days, metavar="N", help="how far back (default: PIPELINE_HISTORY_DAYS)")
    command.add_argument("--json", action="store_true", help="print ledger entries as JSON")
    command.set_defaults(command=history, table=None)


def _add_preview(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("preview", help="show the first records of an export document")
    command.add_argument("key", metavar="KEY", help="key, s3:// address or run id of the document")
    command.add_argument("--rows", type=_rows, default=10, metavar="N")
    command.add_argument("--json", action="store_true", help="print metadata and records as JSON")
    command.set_defaults(command=preview, table=None)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("check", help="compare ledger and documents; exit 1 when data is damaged")
    command.add_argument("--days", type=_days, metavar="N", help="how far back (default: PIPELINE_HISTORY_DAYS)")
    command.add_argument("--read-data", action="store_true", help="also read every document to its end")
    command.add_argument("--json", action="store_true", help="print findings as JSON")
    command.set_defaults(command=check, table=None)


def _add_health(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("health", help="ask AWS about every setting and permission; exit 1 when one is bad")
    command.add_argument("--json", action="store_true", help="print facts as JSON")
    command.set_defaults(command=health, table=None)


def _add_logs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("logs", help="show the newest events of the function's log")
    command.add_argument("--hours", type=_hours, default=24, metavar="N", help="how far back (default: 24)")
    command.add_argument("--level", choices=LEVELS, default="INFO", help="this level and worse")
    command.add_argument("--text", default="", metavar="T", help="only events that hold this text")
    command.add_argument("--run", metavar="ID", help="only events of this run")
    command.add_argument("--json", action="store_true", help="print one JSON object a line")
    command.set_defaults(command=logs, table=None)


def _day(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day (YYYY-MM-DD)") from error


def _hours(text: str) -> int:
    return _between(text, 1, 24 * 90)


def _days(text: str) -> int:
    return _between(text, 1, 90)


def _rows(text: str) -> int:
    return _between(text, 1, 10_000)


def _between(text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
    return int(text)


def _wire(environ: Mapping[str, str]) -> App:
    return build_app(environ).for_person(partial(_operator, _user()), to_stderr)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container's user may have a number and no name.
        return "unknown"


def _operator(user: str) -> Person:
    # Whoever may start this program holds its AWS credentials: nothing is kept from them here.
    return replace(LOCAL, name=user, via="command line")


def _overrides(parsed: argparse.Namespace) -> dict[str, str]:
    return {"DYNAMODB_TABLE_NAME": parsed.table} if parsed.table else {}


def _explain(error: PipelineError) -> None:
    title, cause, remedy = Words(_language()).error(error)
    print(f"{error.code} {error.slug}: {title}\n  {cause}\n  {remedy}\n  {error.message}", file=sys.stderr)


def _language() -> str:
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ja" if locale.startswith("ja") else "en"


if __name__ == "__main__":
    sys.exit(main())

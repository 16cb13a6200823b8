"""The command line's first room: the table of commands, and how a command ends.

Exit codes: 0 done, 1 failed or damage found (the error's code is printed), 2 wrong usage.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from pipeline.cli.options import show_version
from pipeline.cli.output import explain, prepare_streams, tell, words
from pipeline.errors import PipelineError

EXIT_FAILED = 1
EXIT_USAGE = 2
# Where a shell asks for completions. Source: click's documentation, "Shell Completion".
COMPLETE = "_PIPELINE_COMPLETE"
# Name → the module that has it, and what the list of commands says of it.
TABLE: dict[str, tuple[str, str]] = {
    "export": ("exports", "Export a table now and wait for the end."),
    "run": ("sources", "Fetch days of a source now and wait for the end."),
    "tables": ("sources", "Make typed tables of days that lack them."),
    "status": ("status", "Say whether the exports are all right; exit 1 when not."),
    "history": ("exports", "List runs, newest first."),
    "preview": ("documents", "Show the first records of an export document."),
    "download": ("documents", "Download what a run has written."),
    "diff": ("documents", "Show what changed from one run to another."),
    "query": ("query", "Ask a day's tables in SQL."),
    "build": ("analysis.build", "Build the models, test them, and publish their marts; exit 1 when not."),
    "models": ("analysis.models", "Show how dbt's models and tests stand; exit 1 when one failed."),
    "insights": ("analysis.insights", "Show what moved together in people's days, or foresee them."),
    "report": ("analysis.report", "Make a report now and tell its recipients; exit 1 when a block failed."),
    "reports": ("analysis.report", "List the reports, or make what is due of them."),
    "check": ("checks", "Compare ledger and documents; exit 1 on damage."),
    "quality": ("analysis.quality", "Check a day's records against the days before; exit 1 on an error."),
    "health": ("checks", "Ask AWS about settings and rights; exit 1 when one is bad."),
    "logs": ("logs", "Show the newest events of the function's log."),
    "package": ("deploy", "Build a function's zip."),
    "deploy": ("deploy", "Create or update the stack on AWS: plan, ask, execute."),
    "destroy": ("deploy", "Delete the stack; the lake's bucket and its exports stay."),
}


class Deferred(click.Command):
    """A command whose module is read only once somebody calls it: help and completion need none of boto3."""

    def __init__(self, name: str) -> None:
        self._module, text = TABLE[name]
        super().__init__(name, help=text)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the command itself, which takes over from here."""
        command: click.Command = getattr(import_module(f"pipeline.cli.{self._module}"), str(self.name))
        return command.make_context(info_name, args, parent, **extra)


class Commands(click.Group):
    """The commands in the order of their table; whatever one of them ends with becomes an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names as a person should read them, not by the alphabet."""
        return list(TABLE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        return Deferred(cmd_name) if cmd_name in TABLE else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run one command; raise Exit with 1 for an error, which is explained, for Ctrl-C and for SIGTERM; with 2 for
        what a person's next entry mends."""
        try:
            super().invoke(ctx)
        except PipelineError as error:
            explain(error)
            ctx.exit(EXIT_USAGE if error.is_mistake else EXIT_FAILED)
        except KeyboardInterrupt:
            tell(words()("cli.interrupted"))
            ctx.exit(EXIT_FAILED)
        except OSError as error:
            # A reader that has gone, a full disk, a folder that may not be written: nothing of ours is broken.
            tell(_in_one_line(error))
            ctx.exit(EXIT_FAILED)


@click.group(
    cls=Commands,
    help="Export a DynamoDB table to the S3 data lake, and look at what is there.",
    epilog="""\b
exit codes: 0 done, 1 failed (the error's code is on stderr) or damage found, 2 wrong usage
settings:   .env.local, then the environment, which wins; see .env.local.example""",
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=show_version, help="Show it.")
def pipeline() -> None:
    """What all commands share: nothing but their list."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and end the process; the language follows the locale (LC_ALL, LC_MESSAGES, LANG)."""
    # Whoever is told to end takes its emulator, its function's process and their folder along, as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    prepare_streams()
    # A shell completes the name of one program, which no "python -m" is: see the wing's README.
    name = "pipeline" if COMPLETE in os.environ else "python -m pipeline"
    try:
        code = pipeline.main(arguments, prog_name=name, complete_var=COMPLETE, standalone_mode=False)
    except click.ClickException as error:
        # To the stream itself: click would write UTF-8 where only ASCII is read.
        error.show(sys.stderr)
        code = error.exit_code
    except click.Abort:
        code = EXIT_FAILED
    _drop_what_cannot_be_written()
    sys.exit(code or 0)


def _in_one_line(error: OSError) -> str:
    if error.errno == errno.EPIPE:
        return words()("cli.reader_gone")
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return words()("cli.disk_full", file=error.filename or words()("cli.the_output"))
    return ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)


def _drop_what_cannot_be_written() -> None:
    """What a full disk or a reader that has gone did not take would be tried again, and told of, as Python ends.
    Source: the library reference, "Note on SIGPIPE"."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

"""What options are made of: kinds of values that refuse the rest with exit code 2, and the options that commands share.

Values are read here and nowhere else: a command gets days, numbers and names that are good.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.clock import parse_day
from pipeline.config import MOST_CHECKED_DAYS, TABLE_NAME

DEFAULT_STACK = "moderation-craft-pipeline"
_PROJECT = Path(__file__).parents[2] / "pyproject.toml"
# Named here: what makes them would be loaded for a shell's completion.
REPORT_FORMATS = ("html", "pdf", "xlsx", "md")
_PARAMETER = re.compile(r"(?s)([A-Za-z0-9]{1,255})=(.*)")
T = TypeVar("T")
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Value(click.ParamType[Any]):
    """A kind of value that ``read`` makes of the text, or refuses with ValueError and a sentence."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """What the text says; a default comes as what it is."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def whole_number(low: int, high: int) -> Value:
    """A whole number in plain digits, from ``low`` to ``high``."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return Value("number", read)


def name_like(pattern: str, refusal: str) -> Value:
    """A text of a form; ``refusal`` says which, after the text itself."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} {refusal}")
        return text

    return Value("name", read)


def _day(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no day (YYYY-MM-DD)") from error


def _formats(text: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(text.split(",")))
    wrong = [one for one in wanted if one not in REPORT_FORMATS]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is none of {', '.join(REPORT_FORMATS)}")
    return wanted


def _parameter(text: str) -> tuple[str, str]:
    match = _PARAMETER.fullmatch(text)
    if not match:
        raise ValueError("expected NAME=VALUE")
    return match[1], match[2]


DAY = Value("day", _day)
DAYS = whole_number(1, 90)
CHECKED_DAYS = whole_number(1, MOST_CHECKED_DAYS)
HOURS = whole_number(1, 24 * 90)
ROWS = whole_number(1, 10_000)
TABLE = name_like(TABLE_NAME.pattern, "is no name of a table (3 to 255 letters, digits, _ . -)")
# Any id that forecasts can be kept under: 1 to 100 signs.
PERSON = name_like(r"[^\x00-\x1f\x7f]{1,100}", "is no person's id (1 to 100 letters, no control characters)")
REPORT = name_like(r"[a-z0-9][a-z0-9-]{0,59}", "is no report's name (at most 60 small letters, digits and hyphens)")
FORMATS = Value("formats", _formats)
STACK = name_like("[A-Za-z][A-Za-z0-9-]{0,127}", "is no name of a stack (letters, digits, hyphens; a letter first)")
ACCOUNT = name_like(r"[0-9]{12}", "is no account id of 12 digits")
PARAMETER = Value("parameter", _parameter)
ARCHITECTURE = click.Choice(("arm64", "x86_64"))


def as_json(text: str) -> Callable[[Decorated], Decorated]:
    """The switch that every command with data has; stdout is then JSON and nothing else."""
    return click.option("--json", "as_json", is_flag=True, help=text)


def how_far_back(command: Decorated) -> Decorated:
    """``--days`` of a look into the past."""
    text = "How far back (default: PIPELINE_HISTORY_DAYS)."
    return click.option("--days", type=DAYS, metavar="N", help=text)(command)


WITH_BOTO3 = click.option(
    "--with-boto3", is_flag=True, help="Put the pinned boto3 into the zip, in place of the Lambda runtime's own."
)


def of_a_stack(command: Decorated) -> Decorated:
    """The options of whatever changes a stack."""
    yes = click.option("--yes", is_flag=True, help="Do not ask (needed without a terminal).")
    account = click.option("--account", type=ACCOUNT, metavar="ID", help="Refuse any other account than this one.")
    stack = click.option("--stack", type=STACK, default=DEFAULT_STACK, show_default=True, metavar="N")
    return stack(account(yes(command)))


def show_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    """Print name and version, as pyproject.toml has them, and end."""
    if wanted and not ctx.resilient_parsing:
        project = tomllib.loads(_PROJECT.read_text("utf-8"))["project"]
        click.echo(f"{project['name']} {project['version']}")
        ctx.exit()

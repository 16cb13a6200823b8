"""Who acts at a command line, on what: the App in an operator's hands, wired from .env.local and the environment.

Whoever may start this program holds its AWS credentials: nothing is kept from them here.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import click

from pipeline.access import LOCAL
from pipeline.cli.output import tell, words
from pipeline.console.app import App
from pipeline.console.environment import load_environment, of_no_use
from pipeline.console.wiring import build_app


def environment(**given: str | None) -> Mapping[str, str]:
    """The settings that are in force: what an option gave, then the environment, then .env.local.

    Raise ConfigInvalid for a file that is no UTF-8 text.
    """
    load_environment()
    return os.environ | {name: value for name, value in given.items() if value}


def open_app(**given: str | None) -> App:
    """The App. Raise ConfigInvalid for malformed settings, DataInvalid for an unusable sample file."""
    operator = replace(LOCAL, name=_user(), via="command line")
    # Whoever opens the command line may hand over another wiring: click keeps it as the context's object.
    wire: Callable[[Mapping[str, str]], App] = click.get_current_context().obj or build_app
    environ = environment(**given)
    app = wire(environ).for_person(lambda: operator, tell)
    _tell_what_is_of_no_use(environ, given)
    return app


def _tell_what_is_of_no_use(environ: Mapping[str, str], given: Mapping[str, str | None]) -> None:
    idle = [name for name in of_no_use(environ) if not given.get(name)]
    if idle:
        tell(words()("cli.of_no_use", names=", ".join(idle)))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # A container's user may have a number and no name.
        return "unknown"


def make_demo_tables(app: App, tables: Iterable[str]) -> None:
    """In the demo, whose lake is a new one with each command, nobody else makes tables: they are made first."""
    for table in tables if app.embedded else ():
        app.tables.make(table, None, None, rebuild=False)

"""The command run: days of a source, or an export of a further table.

Sources are added and changed on the page データソース; here they are only set to work.
"""

from __future__ import annotations

from datetime import date

import click

from pipeline.cli.follow import finish, follow
from pipeline.cli.operator import open_app
from pipeline.cli.options import DAY, as_json
from pipeline.errors import NotFound


@click.command()
@click.argument("name", metavar="NAME", help="A source of the lake, as the page データソース names it.")
@click.option("--from", "first", type=DAY, metavar="DAY", help="First day (default: the newest days).")
@click.option("--to", "last", type=DAY, metavar="DAY", help="Last day, with --from.")
@as_json("Print the result as JSON.")
def run(name: str, first: date | None, last: date | None, as_json: bool) -> None:
    """Fetch days of a source now and wait for the end."""
    if last and not first:
        raise click.UsageError("--to needs --from")
    if first and last and last < first:
        raise click.BadParameter(f"{last} is before --from {first}", param_hint="--to")
    app = open_app()
    config = app.board.config()
    entry = config.entry(name)
    if entry is None:
        names = ", ".join(known.name for known in config.sources) or "none"
        message = f"there is no source {name!r:.80}; there are: {names}"
        raise NotFound(message, resource=name[:80], situation="no_source")
    finish(app, follow(app, app.board.start(entry, first, last), entry.name), as_json)

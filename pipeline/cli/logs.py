"""The command logs: the newest events of the function's log.

As JSON it is one object a line, so that it can be read while it comes.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import click
import orjson

from pipeline.cli.operator import open_app
from pipeline.cli.options import HOURS, as_json
from pipeline.cli.output import show, tell, words
from pipeline.clock import utc_text
from pipeline.monitor.function_log import LEVELS, LogEvent, LogQuery


@click.command()
@click.option("--hours", type=HOURS, default=24, metavar="N", help="How far back.", show_default=True)
@click.option("--level", type=click.Choice(LEVELS), default="INFO", help="This level and worse.", show_default=True)
@click.option("--text", default="", metavar="T", help="Only events that hold this text.")
@click.option("--run", "run_id", metavar="ID", help="Only events of this run.")
@as_json("Print one JSON object a line.")
def logs(hours: int, level: str, text: str, run_id: str | None, as_json: bool) -> None:
    """Show the newest events of the function's log, oldest first."""
    app = open_app()
    query = LogQuery(since=app.now() - timedelta(hours=hours), level=level, text=text, run_id=run_id)
    events = app.logs.tail(query)
    if not events:
        tell(words()("cli.no_events", hours=hours))
    for event in events:
        show(_json_line(event) if as_json else _line(event))


def _json_line(event: LogEvent) -> str:
    return orjson.dumps({**asdict(event), "at": utc_text(event.at)}).decode()


def _line(event: LogEvent) -> str:
    more = "  ".join(f"{name}={value}" for name, value in event.metadata)
    return f"{utc_text(event.at)}  {event.level:<8}{event.message}  {more}".rstrip()

"""The kind of source that ADDING.md makes up, as it stands there, with a provider and an App that knows it."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
from werkzeug import Request, Response

from pipeline.aws import Cloud
from pipeline.clock import utc_now
from pipeline.config import Settings
from pipeline.console.app import App
from pipeline.console.wiring import wire
from pipeline.embedded.local_server import LocalServer
from pipeline.export.wiring import build_exporter
from pipeline.function.handler import ExportFunction
from pipeline.sources.kinds import KINDS, Kind
from tests.support.places import ROOT

RECIPE = ROOT / "pipeline" / "sources" / "ADDING.md"


def made_up_kind(folder: Path) -> Kind:
    """What the recipe's one block of Python makes, loaded as the file that it tells of."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", RECIPE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    path = folder / "tides.py"
    path.write_text(code, "utf-8")
    spec = importlib.util.spec_from_file_location("recipe_of_a_source", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    # Where dataclasses look for what the annotations name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    kind: Kind = module.TIDES
    return kind


class Provider:
    """Answers with a height for every day that it is asked for, ``more`` of them after a correction; keeps the
    questions."""

    def __init__(self) -> None:
        self.more = 0.0
        self.asked: list[dict[str, str]] = []
        self._server = LocalServer(Request.application(self._answer), "tides")
        self.url = self._server.url

    def __enter__(self) -> Provider:
        self._server.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.close()

    def _answer(self, request: Request) -> Response:
        query = request.args.to_dict()
        self.asked.append(query)
        first, last = date.fromisoformat(query["from"]), date.fromisoformat(query["to"])
        days = [first + timedelta(days=passed) for passed in range((last - first).days + 1)]
        return Response(orjson.dumps({str(day): day.day / 10 + self.more for day in days}), mimetype="application/json")


@dataclass
class Here:
    """The export function in this process: it knows the same kinds as the console that starts it."""

    function: ExportFunction
    aws_request_id: str = "here"
    function_name: str = "here"
    answers: list[dict[str, Any]] = field(default_factory=list)

    def start(self, event: dict[str, Any]) -> None:
        self.answers.append(self.function.answer(event, self))

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@contextmanager
def a_console(cloud: Cloud, bucket: str, folder: Path) -> Iterator[tuple[App, Provider]]:
    """A console whose only difference is one descriptor more, handed over where it is wired."""
    with Provider() as provider:
        kind = made_up_kind(folder)
        environ = {"PIPELINE_BACKEND": "aws", "S3_BUCKET_NAME": bucket, "PIPELINE_TIDES_URL": provider.url}
        app = wire(Settings.from_env(environ), cloud, kinds=(*KINDS, kind))
        exporter = build_exporter(app.settings, cloud, utc_now, None)
        function = ExportFunction(app.settings, exporter, lambda line: None, lambda: app.sources)
        yield replace(app, starter=Here(function)), provider

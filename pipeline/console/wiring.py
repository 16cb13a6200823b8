"""The only wiring: settings → clients → App.

Built once a process; whoever serves keeps what it gives.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.access import LOCAL
from pipeline.analysis.query.athena.engine import AthenaEngine
from pipeline.analysis.query.cache import temporary
from pipeline.analysis.query.engines import Engines
from pipeline.analysis.query.face import Engine, EngineName
from pipeline.analysis.query.server import ServerEngine
from pipeline.aws import Cloud
from pipeline.clock import utc_now
from pipeline.config import LOOKED_IN, Settings
from pipeline.console.app import App
from pipeline.console.audit import Actor, Audit, to_stdout
from pipeline.errors import ConfigInvalid
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.runs.ledger import Ledger
from pipeline.runs.starter import LambdaStarter
from pipeline.sources.kinds import KINDS, Kind
from pipeline.sources.registry import Registry
from pipeline.sources.wiring import sources_of


def build_app(environ: Mapping[str, str] | None = None) -> App:
    """Wire an App. Raise ConfigInvalid for malformed settings, DataInvalid for an unusable sample file."""
    settings = Settings.from_env(os.environ if environ is None else environ)
    if settings.backend == "aws":
        return wire(settings, Cloud(settings.region))
    if settings.engine == "native":
        text = "PIPELINE_ENGINE='native' needs AWS: the embedded emulator's exports have no manifests"
        raise ConfigInvalid(text, variable="PIPELINE_ENGINE", looked_in=LOOKED_IN)
    # Imported here: the emulator is not installed where the aws backend runs alone.
    from pipeline.embedded import backend, sources  # noqa: PLC0415

    cloud = backend.start(settings)
    return wire(sources.led_here(settings), cloud)


def make_tables(app: App, tables: Sequence[str]) -> None:
    """In the demo, whose tables are made up anyway, those that a person names are there, too."""
    if app.embedded:
        # Imported here, as above.
        from pipeline.embedded import backend  # noqa: PLC0415

        backend.make_tables(app.settings, app.cloud, tables)


def wire(settings: Settings, cloud: Cloud, kinds: tuple[Kind, ...] = KINDS) -> App:
    """An App on these clients, with sources of these kinds."""
    lake = Lake(cloud.s3, settings.bucket, settings.kms_key)
    starter = LambdaStarter(cloud.invoker, settings.function)
    audit = Audit(to_stdout, utc_now, lake if settings.audit_s3 else None)
    actor = Actor(lambda: LOCAL, audit)
    sources = sources_of(Registry(settings, cloud, lake, utc_now, kinds), None)
    engine = _engines(settings, cloud, lake)
    return App(settings, cloud, lake, Ledger(lake), Leases(lake, utc_now), starter, utc_now, actor, sources, engine)


def _engines(settings: Settings, cloud: Cloud, lake: Lake) -> Engines:
    server: dict[EngineName, Engine] = {"server": _server_engine(settings, lake)}
    if settings.backend != "aws":
        return Engines(server, "PIPELINE_BACKEND")
    database, workgroup = settings.glue_database, settings.athena_workgroup
    if not database or not workgroup:
        return Engines(server, "PIPELINE_ATHENA_WORKGROUP" if database else "PIPELINE_GLUE_DATABASE")
    return Engines(server | {"athena": AthenaEngine(cloud, lake.bucket, database, workgroup, settings.athena_usd)})


def _server_engine(settings: Settings, lake: Lake) -> ServerEngine:
    kept = settings.query_cache
    folder = (lambda: Path(kept).expanduser().absolute()) if kept else temporary()
    return ServerEngine(lake, folder, settings.query_cache_megabytes * 2**20)

"""pipeline.analysis.query.engines: a query goes to the engine that it names, or says which setting lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from pipeline.analysis.query.athena.engine import AthenaEngine
from pipeline.analysis.query.engines import Engines
from pipeline.analysis.query.face import Query, Result, Watch
from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.console.wiring import wire
from pipeline.errors import ConfigInvalid
from pipeline.tables.manifest import Manifest

AWS = replace(Settings.from_env({}), backend="aws")
SET_UP = replace(AWS, glue_database="craft", athena_workgroup="wg", athena_usd=7.0)


class Named:
    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, query: Query, days: Sequence[Manifest], watch: Watch) -> Result:
        return Result((), (), "", 0.0, 0, (self.name,))


@pytest.mark.parametrize("name", ["server", "athena"])
def test_a_query_goes_to_the_engine_that_it_names(name: Any) -> None:
    engines = Engines({"server": Named("server"), "athena": Named("athena")})
    assert engines.run(Query("", (), engine=name), (), Watch()).used == (name,)


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        (replace(SET_UP, backend="embedded"), "PIPELINE_BACKEND"),
        (replace(SET_UP, glue_database=None), "PIPELINE_GLUE_DATABASE"),
        (replace(SET_UP, athena_workgroup=None), "PIPELINE_ATHENA_WORKGROUP"),
    ],
)
def test_athena_is_refused_by_the_setting_that_it_lacks(cloud: Cloud, settings: Settings, variable: str) -> None:
    engines = wire(settings, cloud).engine
    assert isinstance(engines, Engines) and engines.names == ("server",)
    with pytest.raises(ConfigInvalid) as raised:
        engines.run(Query("select 1", (), engine="athena"), (), Watch())
    assert (raised.value.state, raised.value.facts["variable"]) == ("query_athena", variable)


def test_set_up_it_is_there_with_its_workgroup_database_bucket_and_price(cloud: Cloud) -> None:
    engines = wire(SET_UP, cloud).engine
    assert isinstance(engines, Engines) and engines.names == ("server", "athena")
    athena = engines.named("athena")
    assert isinstance(athena, AthenaEngine)
    assert (athena.workgroup, athena.database, athena.bucket, athena.usd_per_tb) == ("wg", "craft", AWS.bucket, 7.0)

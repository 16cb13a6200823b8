"""What a setting says reaches the models as it is: any letters, and never as Jinja or as SQL."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pyarrow.parquet as pq

from tests.analysis.builds.world import World

# 𠮷 and 😀 are two units of UTF-16 each, the way in which JSON writes them.
PLACE = "𠮷野 😀'; drop table x; -- \" \\ {{ env_var('HOME') }} {% raw %} # : ! & * \u2028"
SQL = "select '{{ var('places')['a'] | replace(\"'\", \"''\") }}' as place"


def test_a_variable_arrives_as_it_is(make_world: Callable[..., World]) -> None:
    world = make_world(**{"models__marts__mart_place.sql": SQL})
    run = world.build(project=replace(world.project, variables={"places": {"a": PLACE}}))
    assert run.status == "succeeded"
    current = world.current()
    assert current
    mart = current.mart("mart_place")
    assert mart
    rows = pq.read_table(io.BytesIO(b"".join(world.lake.stream(mart.key)))).to_pylist()  # type: ignore[no-untyped-call]
    assert rows == [{"place": PLACE}]

"""2,000 spoiled artifacts: each is displayed or refused with a named error; nothing else comes of any of them."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.models.fields import Clean
from pipeline.analysis.models.manifest import project
from pipeline.analysis.models.results import run_results, source_freshness
from pipeline.analysis.models.standing import Judged, judge
from pipeline.errors import SchemaMismatch
from tests.analysis.models.shop import body, golden, value

ARTIFACTS = ("manifest-v1", "manifest-v12", "manifest-v20", "run_results-v1", "run_results-v6", "sources-v3")
ROUNDS = 350
ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        2**63,
        1.5,
        "",
        "x",
        [],
        {},
        [[]],
        {"a": {}},
        "<script>alert(1)</script>",
        "\u202e\x1b[2J\x00",
    ),
    *("../../etc", "C:\\Users\\a", "model.shop.stg_users", "no\ud800half", "長い" * 5000, [None] * 50, {"": None}),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a JSON value."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


def spoil(name: str, dice: random.Random) -> bytes:
    """One artifact with some fields gone, of another type or foreign; or with bytes cut, turned or doubled."""
    read = value(name)
    found = list(places(read))
    for container, key in dice.sample(found, dice.randint(1, 6)):
        spoiled = dice.choice(("gone", "odd", "odd", "renamed"))
        if isinstance(container, dict) and key in container and spoiled != "odd":
            inner = container.pop(key)
            container |= {dice.choice(("x", "status", "nodes", "\u2066")): inner} if spoiled == "renamed" else {}
        elif (isinstance(container, dict) and key in container) or (
            isinstance(container, list) and key < len(container)
        ):
            container[key] = dice.choice(ODD)
    whole = bytearray(body(read))
    if dice.random() < 0.3:
        at = dice.randrange(len(whole))
        whole[at : at + dice.randint(0, 40)] = dice.randbytes(dice.randint(0, 3))
    return bytes(whole[: dice.randrange(len(whole))] if dice.random() < 0.1 else whole)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        yield from texts([getattr(value, field.name) for field in dataclasses.fields(value)])
    elif isinstance(value, dict):
        yield from texts([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple | frozenset):
        for one in value:
            yield from texts(one)


def displayed(manifest: bytes, results: bytes, sources: bytes) -> Judged | SchemaMismatch:
    """What a person sees: the project, or one of our errors; any other exception fails the test."""
    try:
        read, clean = run_results(results)
        return judge(project(manifest, clean), [read], source_freshness(sources, clean))
    except SchemaMismatch as error:
        assert error.state == "dbt_artifact" and error.facts["expected"] and error.facts["found"]
        return error


def check(found: Judged | SchemaMismatch) -> None:
    shown = list(texts(found.facts if isinstance(found, SchemaMismatch) else found))
    assert all(len(text) <= 20_000 and not {"\x00", "\x1b", "\u202e", "\u2066"} & set(text) for text in shown)
    for text in shown:
        text.encode()


@pytest.mark.parametrize("name", ARTIFACTS)
def test_a_spoiled_artifact_is_displayed_or_refused(name: str) -> None:
    dice = random.Random(name)  # noqa: S311
    ends = set()
    for _ in range(ROUNDS):
        three = {
            "manifest": golden("manifest-v12"),
            "run_results": golden("run_results-v6"),
            "sources": golden("sources-v3"),
        }
        three[name.partition("-")[0]] = spoil(name, dice)
        found = displayed(three["manifest"], three["run_results"], three["sources"])
        check(found)
        ends.add(type(found))
    assert ends == {Judged, SchemaMismatch}


@given(JSON, JSON, JSON)
def test_sections_of_any_json_are_displayed_or_refused(nodes: Any, results: Any, args: Any) -> None:
    manifest, run = value("manifest-v12"), value("run_results-v6")
    manifest |= {"nodes": nodes, "parent_map": args, "sources": results}
    run |= {"results": [results], "args": args}
    check(displayed(body(manifest), body(run), golden("sources-v3")))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(given_bytes: bytes) -> None:
    assert isinstance(displayed(given_bytes, given_bytes, given_bytes), SchemaMismatch)


@given(st.text(), st.integers(1, 50))
def test_a_text_is_never_longer_than_its_bound(text: str, limit: int) -> None:
    assert len(Clean().text(text, limit)) <= limit
    assert len(Clean().name(text * 3, limit)) <= limit or len(text * 3) <= limit

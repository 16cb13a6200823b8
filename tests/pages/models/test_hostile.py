"""The page over artifacts that somebody hostile has written: a display or a named error, and every name is text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.lake.bucket import Lake
from tests.pages.models.conftest import cards, opened
from tests.support.lakes import models

MODEL = f"model.p.{models.HOSTILE}"


@pytest.mark.parametrize("query", [{}, {"model": MODEL}], ids=["list", "detail"])
@pytest.mark.parametrize("tab", ["runs", "lineage"])
def test_markup_in_names_is_text(on_aws: pytest.MonkeyPatch, lake: Lake, tab: str, query: dict[str, str]) -> None:
    models.put_project(lake, "hostile", models.hostile())
    page = opened("en", tab, project="hostile", **query)
    assert not page.exception and cards(page) == []
    # What Markdown reads as code, HTML or a link is escaped wherever it is Markdown.
    drawn = [element.value for kind in (page.markdown, page.caption, page.info, page.warning) for element in kind]
    drawn += [button.label for button in page.button]
    assert [text for text in drawn if "<img" in text.replace("\\<", "")] == []
    assert [text for text in drawn if "](javascript" in text.replace("\\](", "").replace("\\]\\(", "")] == []


def spoil(change: Callable[[dict[str, Any]], object]) -> bytes:
    made = models.manifest()
    change(made)
    return json.dumps(made).encode()


SPOILED: dict[str, bytes] = {
    "truncated": models.golden("manifest-v12")[:500],
    "no JSON": b"\x00\xff",
    "a list": b"[]",
    "another schema": b'{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v99.json"}}',
    "nodes are numbers": spoil(lambda made: made.update(nodes={"model.p.a": 7, "model.p.b": None})),
    "columns are text": spoil(lambda made: made["nodes"][models.USERS].update(columns="none", description=["x"])),
    "a cycle": spoil(lambda made: made["nodes"][models.USERS].update(depends_on={"nodes": [models.USERS]})),
    "10 MB of SQL": spoil(lambda made: made["nodes"][models.USERS].update(compiled_code="x" * 10_000_000)),
    "no names": spoil(lambda made: made["nodes"][models.USERS].update(name="", fqn=[])),
    "odd kinds": spoil(lambda made: made["nodes"][models.USERS].update(resource_type="<b>")),
}


@pytest.mark.parametrize("tab", ["runs", "lineage"])
@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_manifest_is_a_display_or_a_named_error(
    on_aws: pytest.MonkeyPatch, lake: Lake, how: str, tab: str
) -> None:
    models.put_project(lake, "spoiled", SPOILED[how], models.golden("run_results-v6"))
    page = opened(tab=tab, project="spoiled", model=models.USERS if tab == "runs" else "")
    assert not page.exception
    assert [title for title in cards(page) if not title.startswith("E0")] == []
    assert not any("card_broken" in title for title in cards(page))

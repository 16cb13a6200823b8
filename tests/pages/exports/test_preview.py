"""The preview under AppTest: what is sent of long values, and one of them whole when it is asked for."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import state
from pipeline.documents import cells
from pipeline.lake import keys
from pipeline.lake.bucket import Lake
from tests.pages.conftest import a_run, opened, record, texts

LONG = {"id": "a", "deep": {"text": "あ" * 5_000}}


def stored(lake: Lake, records: list[dict[str, Any]]) -> None:
    """A run of the table whose document holds these records."""
    run = a_run("run", engine="scan")
    head = {"table_name": run.table, "exported_at": "2026-11-01T00:00:00Z", "export_version": "1.0"}
    document = orjson.dumps({"export_metadata": {**head, "record_count": len(records)}, "data": records})
    key = keys.export_key(run.table, run.day)
    lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=document)
    record(lake, a_run("run", key=key, records=len(records), bytes=len(document)))


def previewed(language: str = "ja") -> AppTest:
    page = opened(language, tab="history")
    return page.button(key=f"{state.PREVIEWED}-run").click().run()


def sent(page: AppTest) -> int:
    """Bytes of everything that the page draws."""
    drawn = (getattr(element, "proto", None) for element in page.main)
    return sum(proto.ByteSize() for proto in drawn if proto is not None)


def test_sixty_items_of_380_kb_send_little(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    stored(lake, [{"id": str(number), "html": "x" * 380_000} for number in range(60)])
    page = previewed()
    assert not page.exception
    assert len(page.dataframe[0].value) == 50
    # UTF-8 letters, and the frame around them; it was 19 MB.
    assert sent(page) < 400_000
    assert max(map(len, page.dataframe[0].value["html"])) == cells.CUT_AT + 1
    assert "2,000文字で切ったセル: 50個" in texts(page)


@pytest.mark.parametrize(
    ("language", "label", "cell"),
    [
        ("ja", "すべて表示", "1行目・deep（5,011文字）"),
        ("en", "Show all", "Row 1 · deep (5,011 characters)"),
    ],
)
def test_one_value_is_shown_whole_when_it_is_asked_for(
    on_aws: pytest.MonkeyPatch, lake: Lake, language: str, label: str, cell: str
) -> None:
    stored(lake, [LONG, {"id": "b"}])
    page = previewed(language)
    whole = '{"text":"' + "あ" * 5_000 + '"}'
    toggle = page.toggle(key=f"{state.WHOLE}-run")
    assert toggle.label == label and whole not in [code.value for code in page.code]
    toggle.set_value(True).run()
    assert page.selectbox(key=f"{state.WHOLE}-of-run").options == [cell]
    assert whole in [code.value for code in page.code]


def test_an_expanded_value_is_cut_and_shown_whole_just_so(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    stored(lake, [LONG, {"id": "b"}])
    page = previewed()
    page.toggle(key=f"{state.EXPANDED}-run").set_value(True).run()
    page.toggle(key=f"{state.WHOLE}-run").set_value(True).run()
    assert len(page.dataframe[0].value["deep.text"][0]) == cells.CUT_AT + 1
    assert "あ" * 5_000 in [code.value for code in page.code]


def test_case_01_both_values_stand_in_the_expanded_preview(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    stored(lake, [{"id": "a", "a.b": "dotted attribute", "a": {"b": "nested value"}}])
    page = previewed()
    page.toggle(key=f"{state.EXPANDED}-run").set_value(True).run()
    assert page.dataframe[0].value.iloc[0].to_dict() == {"id": "a", "a\\.b": "dotted attribute", "a.b": "nested value"}


def test_where_nothing_is_cut_nothing_is_offered(on_aws: pytest.MonkeyPatch, lake: Lake) -> None:
    stored(lake, [{"id": "a", "v": "x" * cells.CUT_AT}])
    page = previewed()
    assert [toggle.label for toggle in page.toggle] == []

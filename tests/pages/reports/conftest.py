"""The page レポート under AppTest, and a report of one text."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from pages.ui import reads
from pipeline.console.reports.board import Reports
from pipeline.console.reports.told import Made

NOTE = """title: 'メモ *1*'
period:
  kind: last_week
blocks:
- kind: text
  text: こんにちは <b>
formats: [html, md]
schedule:
  days: [monday]
  at: 09:00
recipients:
- kind: slack
  name: ops
"""
PLAIN = NOTE.partition("schedule:")[0]


def draw_reports() -> None:
    from pages.reports import page  # noqa: PLC0415 - AppTest runs this function's source by itself

    page.render()


def prepared(language: str = "ja", **query: str) -> AppTest:
    page = AppTest.from_function(draw_reports, default_timeout=60)
    for name, value in {"lang": language, **query}.items():
        page.query_params[name] = value
    return page


def opened(language: str = "ja", **query: str) -> AppTest:
    return prepared(language, **query).run()


def board() -> Reports:
    """The rooms that the page asks, in nobody's hands."""
    return reads.base().reports


def kept(name: str = "note", text: str = PLAIN) -> None:
    board().definitions.save(name, text, "")
    reads.refresh()


def made(name: str = "note") -> Made:
    """A run of it, made now."""
    one = board().maker.make(name)
    reads.refresh()
    return one


def press(page: AppTest, key: str) -> AppTest:
    return page.button(key=key).click().run()


def keys(page: AppTest, prefix: str) -> list[str]:
    """What the keys of the buttons that begin so end in."""
    found = [button.key or "" for button in page.button]
    return [key.removeprefix(prefix) for key in found if key.startswith(prefix)]

"""The page モデルと品質 under AppTest."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def draw_models() -> None:
    from pages.models import page  # noqa: PLC0415 - AppTest runs this function's source by itself

    page.render()


def prepared(language: str = "ja", tab: str = "runs", **query: str) -> AppTest:
    page = AppTest.from_function(draw_models, default_timeout=30)
    for name, value in {"lang": language, "tab": tab, **query}.items():
        page.query_params[name] = value
    return page


def opened(language: str = "ja", tab: str = "runs", **query: str) -> AppTest:
    return prepared(language, tab, **query).run()


def cards(page: AppTest) -> list[str]:
    """Titles of the cards of what failed; the page's own sentence has none."""
    return [error.proto.title for error in page.error if error.proto.title]

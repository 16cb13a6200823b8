"""The page モデルと品質 under AppTest."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.sign_in.test_gate import AUTH, claims


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


def of_viewer(environment: pytest.MonkeyPatch, page: AppTest, name: str = "bob") -> AppTest:
    """The page as somebody sees it who may only look; ``alice`` may do everything."""
    environment.setenv("PIPELINE_VIEWERS", "@example.com")
    environment.setenv("PIPELINE_OPERATORS", "alice@example.com")
    page.secrets["auth"] = AUTH
    page.user = claims(f"{name}@example.com")
    return page.run()


def address(page: AppTest) -> dict[str, str]:
    """What stands in the address; AppTest has it as lists where it was given, as texts where the page wrote it."""
    asked = {name: page.query_params[name] for name in page.query_params}
    return {name: value if isinstance(value, str) else value[0] for name, value in asked.items()}


def tables(page: AppTest) -> list[list[dict[str, object]]]:
    """Every table of the page, as records."""
    return [frame.value.to_dict("records") for frame in page.dataframe]

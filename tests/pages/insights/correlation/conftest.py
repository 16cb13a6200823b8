"""The tab 相関 under AppTest, over days that a test publishes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pipeline.console.insights.daily import ZONE
from pipeline.lake.bucket import Lake
from tests.support.lakes.marts import publish_wellness

Rows = list[dict[str, Any]]
Publish = Callable[..., None]
MEASURED = ("sleep_hours", "focus", "focus_minutes", "fatigue", "mood", "sunshine_hours", "session_mood")


def draw_insights() -> None:
    from pages.insights import page  # noqa: PLC0415 - AppTest runs this function's source by itself

    page.render()


def opened(language: str = "en", **query: str) -> AppTest:
    page = AppTest.from_function(draw_insights, default_timeout=30)
    for name, value in {"lang": language, **query}.items():
        page.query_params[name] = value
    return page.run()


def cards(page: AppTest) -> list[str]:
    """Titles of the cards of what failed."""
    return [error.proto.title for error in page.error if error.proto.title]


def shown(page: AppTest) -> str:
    """Every text of the page, as a person reads it: nothing escaped."""
    kinds = (page.title, page.header, page.subheader, page.caption, page.text, page.markdown, page.code)
    kinds += (page.error, page.info, page.success, page.warning)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


def today() -> date:
    return datetime.now(UTC).astimezone(ZONE).date()


def days_of(person: str, many: int, seed: int = 1, sign: int = 1) -> Rows:
    """So many finished days in which sleep and focus move together, and nothing else does."""
    rng = np.random.default_rng(seed)
    values: Mapping[str, Any] = {name: rng.normal(5, 1, many) for name in MEASURED}
    values["focus"][:] = values["sleep_hours"] * sign + rng.normal(0, 0.5, many)
    first = today() - timedelta(days=many)
    return [
        {"user_id": person, "day": first + timedelta(days=at)} | {name: float(values[name][at]) for name in MEASURED}
        for at in range(many)
    ]


@pytest.fixture
def publish(on_aws: pytest.MonkeyPatch, lake: Lake) -> Publish:
    """Make these rows what the models have published, of today's tables unless said otherwise."""

    def of(rows: Rows, tables_day: date | None = None, run_id: str = "build-1") -> None:
        publish_wellness(lake, rows, tables_day or datetime.now(UTC).date(), run_id)

    return of

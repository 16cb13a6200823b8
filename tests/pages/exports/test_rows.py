"""pages.exports.rows: what is drawn of a document that is too large to pass through the app."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page(seconds: int | None, language: str) -> None:
    from pages.exports import rows  # noqa: PLC0415 - a script of its own
    from pipeline.documents.documents import Link  # noqa: PLC0415
    from pipeline.words.catalogue import Words  # noqa: PLC0415

    rows.link(Words(language), "r1", lambda: Link("https://example.com/", seconds), allowed=True)


@pytest.mark.parametrize(
    ("language", "seconds", "told"),
    [
        ("ja", 300, "このリンクは5分有効です。"),
        ("ja", 41, "このリンクは41秒有効です。"),
        ("en", 299, "The link works for 4 min."),
        ("en", None, "The link works for 5 min at most: the temporary credentials that signed it may end earlier."),
    ],
)
def test_the_page_says_how_long_a_link_lives(language: str, seconds: int | None, told: str) -> None:
    shown = AppTest.from_function(page, kwargs={"seconds": seconds, "language": language}).run()
    shown.button[0].click().run()
    assert not shown.exception
    assert [caption.value for caption in shown.caption] == [told]

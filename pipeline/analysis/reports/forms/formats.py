"""The four forms that a report comes in, by name: how each is made, what its file is called, its media type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from pipeline.analysis.reports.document import Document, FormatName
from pipeline.analysis.reports.forms.html import html
from pipeline.analysis.reports.forms.markdown import markdown
from pipeline.analysis.reports.forms.pdf import pdf


def never() -> bool:
    """Whether it is to end; it is not."""
    return False


class Make(Protocol):
    """Makes one form; what takes long ends once ``cancelled`` says so."""

    def __call__(self, document: Document, cancelled: Callable[[], bool] = never) -> bytes: ...


@dataclass(frozen=True)
class Format:
    """How a form is made (raising what its room raises) and what it is to a browser."""

    make: Make
    media_type: str


def _html(document: Document, cancelled: Callable[[], bool] = never) -> bytes:
    return html(document)


def _markdown(document: Document, cancelled: Callable[[], bool] = never) -> bytes:
    return markdown(document)


def _xlsx(document: Document, cancelled: Callable[[], bool] = never) -> bytes:
    # Imported here: XlsxWriter is not for whoever only lists reports.
    from pipeline.analysis.reports.forms.xlsx import xlsx  # noqa: PLC0415

    return xlsx(document)


FORMATS: Final[Mapping[FormatName, Format]] = {
    "html": Format(_html, "text/html; charset=utf-8"),
    "pdf": Format(pdf, "application/pdf"),
    "xlsx": Format(_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "md": Format(_markdown, "text/markdown; charset=utf-8"),
}

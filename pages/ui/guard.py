"""What keeps one source's trouble to that source: whatever is raised becomes a card, and the others are drawn.

Names and figures come from objects of the lake that anybody may have written, and from providers.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from pages.ui import show
from pipeline.errors import PipelineError, SchemaMismatch
from pipeline.redaction import blank
from pipeline.words.catalogue import Words

LOG = logging.getLogger(__name__)


@contextmanager
def apart(words: Words, what: str) -> Iterator[None]:
    """Draw ``what`` (a source's name) inside this: its failure stands in its place."""
    try:
        yield
    except PipelineError as error:
        show.failure(words, error)
    except Exception as error:  # noqa: BLE001 - a value that nobody foresaw; told by a card, and whole in the log
        LOG.error(blank(f"{what} cannot be drawn\n{''.join(traceback.format_exception(error))}"))
        text = f"{what}: {type(error).__name__}: {str(error)[:200]}"
        show.failure(words, SchemaMismatch(text, situation="card_broken"))

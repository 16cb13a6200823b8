"""The pages of the console: what each draws, its name, its icon and its address. A page that is not here has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pages.exports import page as exports
from pages.sources import page as sources


@dataclass(frozen=True)
class Address:
    """A page: ``link`` is the key of its name in the sidebar, ``title`` of its title in the browser's tab."""

    url_path: str
    link: str
    title: str
    icon: str
    render: Callable[[], None]


# The first one is where the bare address leads to.
PAGES = (
    Address("pipeline", "nav.pipeline", "exports.title", ":material/sync_alt:", exports.render),
    Address("sources", "nav.sources", "sources.title", ":material/hub:", sources.render),
)
NAMES = frozenset(page.url_path for page in PAGES)

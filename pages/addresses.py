"""The pages of the console: what each draws, its name, its icon and its address. A page that is not here has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pages.explore import page as explore
from pages.exports import page as exports
from pages.insights import page as insights
from pages.models import page as models
from pages.reports import page as reports
from pages.sources import page as sources


@dataclass(frozen=True)
class Address:
    """A page: ``link`` is the key of its name in the sidebar, ``title`` of its title in the browser's tab, ``group`` of
    the heading that it stands below there."""

    url_path: str
    link: str
    title: str
    icon: str
    render: Callable[[], None]
    group: str = "nav.debug"


# The first one is where the bare address leads to.
PAGES = (
    Address("pipeline", "nav.pipeline", "exports.title", ":material/sync_alt:", exports.render),
    Address("sources", "nav.sources", "sources.title", ":material/hub:", sources.render),
    Address("explore", "nav.explore", "explore.title", ":material/query_stats:", explore.render, "nav.data"),
    Address("models", "nav.models", "dbt.title", ":material/account_tree:", models.render, "nav.data"),
    Address("insights", "nav.insights", "insights.title", ":material/insights:", insights.render, "nav.understood"),
    Address("reports", "nav.reports", "reports.title", ":material/summarize:", reports.render, "nav.understood"),
)
NAMES = frozenset(page.url_path for page in PAGES)

"""What is known of a project: its artifacts and, of ours, the builds; None where it has no artifacts yet."""

from __future__ import annotations

from pages.ui import reads
from pipeline.analysis.models.builds import OUR_PROJECT, BuildIndex
from pipeline.analysis.models.standing import Judged
from pipeline.console.analysis import overview as overviews
from pipeline.console.app import App
from pipeline.errors import NotFound


def index(console: App, project: str, at_most: float | None = None) -> BuildIndex | None:
    """The builds of ours in short; None of a foreign project. Raise what reading them raises."""
    return reads.builds(console, at_most) if project == OUR_PROJECT else None


def judged(console: App, project: str, at_most: float | None = None) -> Judged | None:
    """How it stands. Raise what reading it raises."""
    try:
        return reads.judged(console, project, at_most)
    except NotFound as error:
        if error.state != "dbt_manifest":
            raise
        return None


def overview(console: App, project: str, at_most: float | None = None) -> overviews.Overview | None:
    """The project at a glance. Raise what reading it raises."""
    found = judged(console, project, at_most)
    if found is None:
        return None
    one = overviews.overview(found, index(console, project, at_most))
    # The two are kept apart: an index from before the build that the artifacts are of says nothing of it.
    return overviews.overview(found, index(console, project, 0)) if one.behind else one

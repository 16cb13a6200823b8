"""pipeline.console.analysis.judged_tables: whose quality is looked at."""

from __future__ import annotations

from pipeline.analysis.quality.builds import MODELS
from pipeline.console.analysis.judged_tables import judged_tables
from pipeline.sources.config import SourceEntry


def test_the_settings_table_comes_first_and_sources_that_are_off_do_not_come() -> None:
    sources = (SourceEntry("weather", "weather", True, {}), SourceEntry("health", "google-health", False, {}))
    assert judged_tables("things", sources) == ("things", MODELS, "weather")


def test_a_table_that_is_a_source_too_is_there_once() -> None:
    assert judged_tables("things", (SourceEntry("things", "table", True, {}),)) == ("things", MODELS)

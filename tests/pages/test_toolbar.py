"""The toolbar of a table: it offers no download that would go round roles, audit and the guard against formulas."""

from __future__ import annotations

import tomllib

from streamlit import config

from tests.support.places import ROOT

OPTION = "client.disableDataExport"


def test_case_12_the_tables_own_download_is_off() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["client"]["disableDataExport"] is True


def test_streamlit_knows_the_option() -> None:
    """A misspelled or dropped option is ignored without a word."""
    assert "download" in (config.get_config_options()[OPTION].description or "")

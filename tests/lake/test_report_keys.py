"""pipeline.lake.report_keys: what a report may be called, and that no name leaves its prefixes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DataInvalid
from pipeline.lake import report_keys

DAY = date(2026, 11, 30)
NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,59}", fullmatch=True)
BUILT: dict[str, Callable[[str], str]] = {
    "config/reports/": report_keys.definition_key,
    "config/reports-past/": report_keys.past_key,
    "reports/": lambda name: report_keys.report_key(name, DAY, "run-1", "pdf"),
    "metadata/reports/due/dt=2026-11-30/": lambda name: report_keys.due_key(name, datetime(2026, 11, 30, tzinfo=UTC)),
}


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "a.b", "A", "-a", "a b", "a" * 61, "日本", "a\n", "ａ", "١"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(DataInvalid) as caught:
        report_keys.valid_report(name)
    assert caught.value.state == "report_name"


@pytest.mark.parametrize("prefix", BUILT)
@given(name=st.text(max_size=70))
def test_no_name_leaves_its_prefix(prefix: str, name: str) -> None:
    try:
        key = BUILT[prefix](name)
    except DataInvalid:
        return
    assert key.startswith(f"{prefix}{name}") and not set(name) & set("./\\%\0\n ")


@given(NAMES)
def test_a_definition_s_key_is_read_back_as_its_name(name: str) -> None:
    assert report_keys.parse_definition_key(report_keys.definition_key(name)) == name


@pytest.mark.parametrize(
    "end", ["", ".yaml", "A.yaml", "a.yml", "a", "a/b.yaml", "../a.yaml", "a.yaml.yaml", "a.yaml/", "a.YAML", "日.yaml"]
)
def test_a_foreign_key_is_no_definition(end: str) -> None:
    assert report_keys.parse_definition_key(f"config/reports/{end}") is None


@pytest.mark.parametrize("key", ["weekly", "weekly.yaml", "config/reports-past/weekly.yaml", "x/config/reports/a.yaml"])
def test_what_lies_elsewhere_is_no_definition(key: str) -> None:
    assert report_keys.parse_definition_key(key) is None

"""A secret that is planted anywhere in an artifact is found nowhere in what is kept; neither is a machine's folder."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.models.fields import Clean, secrets_of
from pipeline.analysis.models.manifest import project
from pipeline.analysis.models.results import run_results, source_freshness
from pipeline.analysis.models.standing import judge
from pipeline.errors import SchemaMismatch
from tests.analysis.models.shop import body, value
from tests.analysis.models.test_spoiled import places

SHAPED = "AKIA" + "IOSFODNN7EXAMPLE"
PLAIN = "correct-horse-7"
HOME = "/" + "home/akari/shop/models/a.sql"


def kept(manifest: Any, run: Any, sources: Any) -> str:
    """All that is kept of three artifacts, as one text."""
    read, clean = run_results(body(run))
    found = judge(project(body(manifest), clean), [read], source_freshness(body(sources), clean))
    return json.dumps(dataclasses.asdict(found), default=str, ensure_ascii=False)


def artifacts() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    return value("manifest-v12"), value("run_results-v6"), value("sources-v3")


def test_a_secret_in_every_text_of_every_artifact_is_found_nowhere() -> None:
    for planted in range(3):
        three = artifacts()
        for container, key in list(places(three[planted])):
            if isinstance(container[key], str) and key not in {"dbt_schema_version", "which", "resource_type"}:
                container[key] = f"{container[key]} {SHAPED} password={PLAIN}"
        found = kept(*three)
        assert SHAPED not in found and PLAIN not in found


def test_secrets_in_names_of_nodes_and_columns_are_found_nowhere() -> None:
    manifest, run, sources = artifacts()
    manifest["nodes"][f"model.shop.{SHAPED}"] = {"name": SHAPED, "columns": {SHAPED: {}}, "tags": [SHAPED]}
    run["results"].append({"unique_id": f"model.shop.{SHAPED}", "status": SHAPED, "message": SHAPED})
    assert SHAPED not in kept(manifest, run, sources)


@pytest.mark.parametrize(
    "args",
    [
        {"which": "build", "vars": {"api_key": PLAIN}},
        {"which": "build", "vars": {"of": {"them": [{"db_password": PLAIN}]}}},
        {"which": "build", "vars": "{warehouse_token: correct-horse-7, day: 2026-01-01}"},
        {"which": "build", "SNOWFLAKE_SECRET": PLAIN},
    ],
)
def test_a_variable_that_is_called_secret_is_blanked_where_sql_or_a_message_has_it(args: dict[str, Any]) -> None:
    manifest, run, sources = artifacts()
    run["args"] = args
    run["results"][1]["message"] = f"near '{PLAIN}'"
    manifest["nodes"]["model.shop.mart_orders"]["compiled_code"] = f"select '{PLAIN}' as k"
    found = kept(manifest, run, sources)
    assert PLAIN not in found and "select '[redacted]' as k" in found


def test_a_secret_of_the_environment_is_blanked() -> None:
    manifest, run, sources = artifacts()
    manifest["metadata"]["env"] = {"DB_PASSWORD": PLAIN}
    manifest["nodes"]["model.shop.mart_orders"]["description"] = f"Uses {PLAIN}"
    assert PLAIN not in json.dumps(dataclasses.asdict(project(body(manifest))), default=str)
    assert PLAIN not in kept(manifest, run, sources)


def test_arguments_macros_rows_and_folders_are_not_kept() -> None:
    manifest, run, sources = artifacts()
    manifest["nodes"]["model.shop.mart_orders"] |= {
        "root_path": HOME,
        "original_file_path": HOME,
        "meta": {"x": "meta-1"},
    }
    manifest["macros"]["macro.shop.clean"]["macro_sql"] = "macro-1"
    manifest["unit_tests"]["unit_test.shop.mart_orders.adds_up"]["given"][0]["rows"] = [{"id": "row-1"}]
    run["args"] |= {"vars": {"day": "var-1"}, "profiles_dir": HOME, "invocation_command": "dbt command-1"}
    run["results"][0]["message"] = f"compiled code at {HOME}"
    found = kept(manifest, run, sources)
    for word in ("akari", "meta-1", "macro-1", "row-1", "var-1", "command-1", "profiles"):
        assert word not in found
    assert "compiled code at a.sql" in found


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (HOME, "a.sql"),
        (f"see '{HOME}', line 3", "see 'a.sql', line 3"),
        ("file://" + HOME, "file://a.sql"),
        ("at C:\\Users\\akari\\shop\\a.sql", "at a.sql"),
        ("at D:/shop/models/a.sql", "at a.sql"),
        ("~/shop/a.sql", "a.sql"),
        ("/" + "Users/akari", ""),
        ("models/staging/a.sql", "models/staging/a.sql"),
        ("https://example.com/" + "home/akari", "https://example.com/" + "home/akari"),
        ("select a/b/c from t", "select a/b/c from t"),
        ("'/debug/pipeline'", "'/debug/pipeline'"),
    ],
)
def test_folders_of_a_machine_are_taken_out_of_texts(said: str, shown: str) -> None:
    assert Clean().text(said, 200) == shown


@pytest.mark.parametrize("given_bytes", [SHAPED.encode(), b'{"password": "correct-horse-7"', b'["correct-horse-7"]'])
def test_a_refusal_repeats_nothing_of_what_it_refuses(given_bytes: bytes) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        project(given_bytes)
    told = caught.value.message + str(caught.value.facts)
    assert SHAPED not in told and PLAIN not in told


@given(st.text(min_size=1, max_size=400), st.integers(0, 400))
def test_half_of_a_secret_is_not_shown_where_a_text_is_cut(around: str, at: int) -> None:
    text = f"{around[:at]} {SHAPED} {around[at:]}" * 2
    for limit in (100, 200):
        shown = Clean().text(text, limit)
        assert SHAPED not in shown and SHAPED[:12] not in shown or SHAPED[:12] in around


def test_short_values_and_other_names_are_no_secrets() -> None:
    found = secrets_of(
        {"token": "abc", "day": "2026-01-01", "key": 7, "unique_key": "user_id", "my_secret": ["long-enough"]}
    )
    assert found == {"long-enough"}

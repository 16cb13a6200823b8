"""Small dbt projects, each a folder of its own: two models over sessions, and one thing that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

PLANTED = "planted-5c1d9e7a40b2"
_PROFILE: dict[str, Any] = {
    "type": "duckdb",
    "path": "{{ env_var('DBT_DUCKDB_PATH') }}",
    "threads": 2,
    "settings": {"memory_limit": "{{ env_var('DBT_DUCKDB_MEMORY') }}"},
}
_DOCUMENTS = {"source_table": "varchar", "document": "varchar", "version_id": "varchar", "day": "date"}
_DOCUMENTS |= {"claimed": "bigint", "found": "bigint", "exported_at": "timestamp with time zone"}
_SESSION = {"PK": "varchar", "SK": "varchar", "minutes": "bigint", "weight": "decimal(38, 20)", "nothing": "date"}
STAGED = "select PK as user_id, SK as session_id, minutes, weight from {{ source('lake', 'session') }}"
MART = (
    "select user_id, count(*) as sessions, sum(minutes) as minutes, sum(weight) as weight, [sum(minutes)] as listed,"
    " '{{ var('api_token', 'none') }}' as told from {{ ref('stg_sessions') }} group by user_id"
)


def small_project(folder: Path, **files: str) -> Path:
    """Write the project, with these files (by their names, ``__`` for ``/``) in place of its own or beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**_usual(), **files}.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def _usual() -> dict[str, str]:
    flags = {"send_anonymous_usage_stats": False, "version_check": False}
    marts = {"marts": {"+materialized": "table", "+tags": ["mart"]}}
    project = {"name": "moderation_craft", "profile": "small", "flags": flags, "models": {"moderation_craft": marts}}
    profile = {"small": {"target": "duckdb", "outputs": {"duckdb": _PROFILE}}}
    claimed = {"name": "documents", "columns": _columns(_DOCUMENTS)}
    session = {"name": "session", "columns": _columns(_SESSION)}
    fresh = {"loaded_at_query": "select max(exported_at) from lake.documents"}
    session["config"] = {**fresh, "freshness": {"warn_after": {"count": 26, "period": "hour"}}}
    tables = [session, claimed, {"name": "weather", "columns": _columns({"date": "date", "rain": "double"})}]
    minutes = {"name": "mart_minutes", "columns": [{"name": "user_id", "data_tests": ["unique", "not_null"]}]}
    return {
        "dbt_project.yml": yaml.safe_dump({**project, "vars": {"api_token": PLANTED}}),
        "profiles.yml": yaml.safe_dump(profile),
        "models__sources.yml": yaml.safe_dump({"sources": [{"name": "lake", "schema": "lake", "tables": tables}]}),
        "models__models.yml": yaml.safe_dump({"models": [minutes]}),
        "models__staging__stg_sessions.sql": STAGED,
        "models__marts__mart_minutes.sql": MART,
        "tests__counted.sql": "select * from {{ source('lake', 'documents') }} where claimed is distinct from found",
    }


def _columns(types: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "data_type": kind} for name, kind in types.items()]

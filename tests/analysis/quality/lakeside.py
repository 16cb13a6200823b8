"""A lake in which a small project of our name is built day by day, and looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pipeline.analysis.models.builds import OUR_PROJECT, Brief, Build, Builds, Withheld
from pipeline.analysis.models.standing import Tally
from pipeline.analysis.quality.builds import BuildInspection
from pipeline.analysis.quality.result import Result
from pipeline.lake.bucket import Lake
from pipeline.lake.dbt_keys import Artifact, dbt_run_key
from tests.analysis.models.shop import body, manifest_of, results_of, schema
from tests.conftest import Clock

TESTS = {"one_user": ("a", "error"), "seldom": ("a", "warn")}
SOURCE = "source.p.lake.session"
Statuses = dict[str, str]
GOOD: Statuses = {"model.p.a": "success", "test.p.one_user": "pass", "test.p.seldom": "pass"}


def manifest() -> dict[str, Any]:
    made = manifest_of({"a": []}, TESTS)
    late = {"warn_after": {"count": 36, "period": "hour"}, "error_after": {"count": 3, "period": "day"}}
    made["sources"] = {SOURCE: {"resource_type": "source", "name": "session", "freshness": late}}
    return made


def results(statuses: Statuses, failures: int = 3) -> dict[str, Any]:
    made = results_of(GOOD | statuses)
    for one in made["results"]:
        if one["status"] in {"fail", "warn"}:
            one["failures"] = failures
    return made


def freshness(status: str) -> dict[str, Any]:
    one: dict[str, Any] = {"unique_id": SOURCE, "status": status, "max_loaded_at": "2024-01-28T05:00:00Z"}
    return {"metadata": schema("sources", 3), "results": [one]}


class Lakeside:
    """``clock`` goes on by a day with each look."""

    def __init__(self, lake: Lake, clock: Clock) -> None:
        self.lake, self.clock, self.inspection = lake, clock, BuildInspection(lake, clock)

    def brief(self, withheld: Withheld | None = None) -> Brief:
        at = self.clock()
        level = "bad" if withheld else "good"
        return Brief(
            f"{at:%Y%m%dT%H%M%SZ}-b", at.date(), at, 6.0, "manual", level, Tally(), Tally(), 1.0, not withheld, withheld
        )

    def saved(self, withheld: Withheld | None = None) -> Brief:
        """A build that has left nothing but its record."""
        brief = self.brief(withheld)
        Builds(self.lake).save(Build(brief))
        return brief

    def build(self, statuses: Statuses, fresh: str = "pass", index: bool = True) -> Result:
        brief = self.saved() if index else self.brief()
        made = results(statuses)
        made["metadata"]["generated_at"] = (self.clock() + timedelta(seconds=5)).isoformat()
        self.put("manifest", body(manifest()), brief)
        self.put("run_results", body(made), brief)
        self.put("sources", body(freshness(fresh)), brief)
        return self.look()

    def put(self, artifact: Artifact, content: bytes, brief: Brief) -> None:
        key = dbt_run_key(OUR_PROJECT, brief.day, brief.run_id, artifact)
        self.lake.s3.put_object(Bucket=self.lake.bucket, Key=key, Body=content)

    def look(self) -> Result:
        self.clock.tick(60)
        made = self.inspection.look()
        self.clock.tick(86_340)
        return made

"""Quality: a viewer's policy reads results, an operator's looks and marks; every request judged by the template."""

from __future__ import annotations

from pipeline.analysis.quality.marks import Wanted
from pipeline.aws import Cloud
from pipeline.console.analysis.watcher import Watcher
from pipeline.lake.bucket import Lake
from pipeline.runs.run import Run
from tests.analysis.query.days import stored
from tests.deploy.test_stack_emulated import Deployed
from tests.house.test_rights import KEYS, REGION, Watched, app_of, deployed, exported, refused, watched
from tests.support.work import utc_now

__all__ = ["deployed", "exported"]
# A key that stands twice: something to be marked.
RECORDS = [{"pk": "a", "sk": "b", "entity": "user", "record": '{"n": 1}'}] * 2


def looked(deployed: Deployed, url: str, run: Run) -> Watched:
    """An operator looks at a day and mutes what is found."""
    table = deployed.parameters["TableName"]
    lake = Lake(Cloud(REGION, url, KEYS).s3, deployed.parameters["BucketName"])
    stored(lake, {"all_records": list(RECORDS)}, table, run.day)
    judge = watched(deployed, url)
    board = app_of(deployed, judge.cloud).quality
    seen = board.look(table, run.day)
    assert seen.grade == "error" and seen.result
    board.mark(table, seen.findings[0].open.finding.id, Wanted("muted", "known", 3))
    return judge


def test_an_operator_looks_and_marks_and_a_viewer_s_policy_writes_nothing(
    deployed: Deployed, emulator_url: str, exported: Run
) -> None:
    asked = looked(deployed, emulator_url, exported).requests()
    viewer, operator = deployed.stack.policy("Viewer"), deployed.stack.policy("Operator")
    assert refused(asked, viewer, operator) == []
    written = {request.resource for request in refused(asked, viewer) if request.action == "s3:PutObject"}
    assert {name.partition("/metadata/")[2].partition("/")[0] for name in written} == {"quality"}
    assert len(written) == 2


def test_a_viewer_s_policy_suffices_for_results(deployed: Deployed, emulator_url: str, exported: Run) -> None:
    looked(deployed, emulator_url, exported)
    judge = watched(deployed, emulator_url)
    board = app_of(deployed, judge.cloud).quality
    assert board.standing(exported.table).grade in {"error", "warning", "learning"}
    assert len(board.trend(exported.table).results) == 1 and utc_now()
    assert refused(judge.requests(), deployed.stack.policy("Viewer")) == []


def test_an_operator_s_policy_suffices_for_quality_without_a_person(
    deployed: Deployed, emulator_url: str, exported: Run
) -> None:
    table = deployed.parameters["TableName"]
    lake = Lake(Cloud(REGION, emulator_url, KEYS).s3, deployed.parameters["BucketName"])
    stored(lake, {"all_records": list(RECORDS)}, table, exported.day)
    judge = watched(deployed, emulator_url)
    app = app_of(deployed, judge.cloud)
    Watcher(lambda: app).look()
    assert app.quality.standing(table).grade == "error"
    asked = judge.requests()
    written = {request.resource.partition("/")[2] for request in asked if request.action == "s3:PutObject"}
    assert "metadata/leases/pipeline.quality.json" in written and len(written) == 2
    assert refused(asked, deployed.stack.policy("Viewer"), deployed.stack.policy("Operator")) == []

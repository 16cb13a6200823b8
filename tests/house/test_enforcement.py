"""The emulator's own IAM, enforced, in a process of its own (policies/enforced.py): who can work, who is refused.

What it leaves out (conditions, resources of other services than S3) is told there and proven in test_rights and
test_policies.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.places import ROOT

# Beyond a caller's refusals stands what its work needs.
ALLOWED = {
    "exporter": {
        "dynamodb:Scan",
        "lambda:InvokeFunction",
        "s3:GetObject of a document",
        "s3:PutObject of a document",
        "s3:PutObject of a lease",
        "s3:GetObject of a raw answer",
        "s3:PutObject of a source's day",
        "secretsmanager:GetSecretValue",
    },
    "tables": {"lambda:InvokeFunction", "s3:GetObject of a document", "s3:PutObject of a lease"},
    "viewer": {"s3:GetObject of a document"},
    "operator": {
        "s3:GetObject of a document",
        "lambda:InvokeFunction",
        "s3:PutObject of the sources",
        "s3:GetObject of a forecast",
        "s3:GetObject of the questions",
        "s3:PutObject of a forecast",
        "s3:PutObject of the questions",
        "secretsmanager:CreateSecret",
        "secretsmanager:GetSecretValue",
    },
    "stranger": set[str](),
}


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.support.policies.enforced"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_exporter_does_its_whole_work(report: dict[str, Any]) -> None:
    assert report["exporter"] == {
        "export": "succeeded",
        "hand over": "ok",
        "go on": "ok",
        "incremental": "ok",
        "fold the history": "ok",
        "give an upload up": "ok",
    }


def test_the_exporter_fetches_sources_and_renews_their_tokens(report: dict[str, Any]) -> None:
    assert report["exporter of sources"] == {
        "hand a fetch over": "ok",
        "renew a token": "ok",
        "start what is due": "ok",
        "give sources' uploads up": "ok",
    }


def test_the_tables_function_makes_everybodys_tables(report: dict[str, Any]) -> None:
    assert set(report["tables"].values()) == {"ok"}, report["tables"]
    assert {"weather", "google-health", "pipeline.ledger"} < report["tables"].keys()


def test_the_viewer_sees_every_source_without_its_secrets(report: dict[str, Any]) -> None:
    assert set(report["viewer of sources"].values()) == {"ok"}, report["viewer of sources"]
    assert report["refused"]["viewer"]["secretsmanager:GetSecretValue"] == "denied"


def test_the_viewers_cards_stand_as_the_operators(report: dict[str, Any]) -> None:
    # The vault does not answer a viewer whether an account is connected: its runs do.
    assert report["cards"] == {"viewer": ["ok", "ok"], "operator": ["ok", "ok"]}


def test_the_viewer_changes_no_source(report: dict[str, Any]) -> None:
    steps = report["viewer as operator of sources"]
    # S3 cannot tell a preview from a download; the console does.
    assert steps.pop("download of a source's run") == "ok"
    assert len(steps) == 6
    assert set(steps.values()) == {"denied"}


def test_the_operator_sees_changes_and_connects_sources(report: dict[str, Any]) -> None:
    assert set(report["operator of sources"].values()) == {"ok"}, report["operator of sources"]


def test_a_stranger_sees_no_source(report: dict[str, Any]) -> None:
    assert set(report["stranger of sources"].values()) == {"denied"}, report["stranger of sources"]


def test_the_viewer_sees_and_previews_everything(report: dict[str, Any]) -> None:
    assert set(report["viewer"].values()) == {"ok"}, report["viewer"]


def test_the_viewers_health_lacks_only_the_right_to_start(report: dict[str, Any]) -> None:
    lacking = {action for action, said in report["health"].items() if said != "ok"}
    assert lacking == {"lambda:InvokeFunction"}
    assert "ignature" not in report["health"]["lambda:InvokeFunction"]
    assert len(report["health"]) == 12


@pytest.mark.parametrize("step", ["start an export", "restore", "change the schedule"])
def test_the_viewer_is_refused_an_operators_work(report: dict[str, Any], step: str) -> None:
    assert report["viewer as operator"][step] == "denied"


def test_the_operator_sees_starts_downloads_and_changes(report: dict[str, Any]) -> None:
    # Nothing is archived there: S3 was asked, and refused for that reason only.
    assert "InvalidObjectState" in report["operator"].pop("restore")
    assert set(report["operator"].values()) == {"ok"}, report["operator"]
    assert report["time"] == 15


def test_a_stranger_sees_nothing(report: dict[str, Any]) -> None:
    seen = {step for step, said in report["stranger"].items() if said != "denied"}
    # Health tells of each refusal and never fails.
    assert seen == {"health"}


@pytest.mark.parametrize("user", ALLOWED)
def test_each_forbidden_action_is_denied(report: dict[str, Any], user: str) -> None:
    refused = report["refused"][user]
    assert len(refused) == 27
    assert {action for action, said in refused.items() if said == "ok"} == ALLOWED[user]
    assert {said for action, said in refused.items() if action not in ALLOWED[user]} == {"denied"}

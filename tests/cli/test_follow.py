"""pipeline.cli.follow: what a run failed with is told with its situation's own remedy."""

from __future__ import annotations

from pipeline.cli.follow import failure
from pipeline.errors import AuthFailed, FunctionFailed
from pipeline.runs.run import RunError
from pipeline.words.catalogue import Words


def test_a_failed_run_s_situation_chooses_the_remedy() -> None:
    error = failure(RunError("E001", "google health of akari is not connected", "not_connected"))
    assert isinstance(error, AuthFailed)
    assert "AWS_ACCESS_KEY_ID" not in " ".join(Words("en").error(error))


def test_until_when_a_provider_wants_to_be_left_alone_is_told() -> None:
    assert failure(RunError("E002", "429", "", "2024-02-01T13:00:00Z")).facts == {"until": "2024-02-01T13:00:00Z"}


def test_an_unknown_code_is_a_failed_function() -> None:
    assert isinstance(failure(RunError("E999", "x")), FunctionFailed)

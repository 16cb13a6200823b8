"""pipeline.monitor.causes: facts that fail alike are one cause, and what is mended apart stays apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.config import Settings
from pipeline.errors import ConfigInvalid, Forbidden, NotFound, PipelineError, S3AccessDenied
from pipeline.monitor.causes import causes
from pipeline.monitor.health import Fact, Health
from tests.conftest import REGION
from tests.support.refusing import Refusal, refusing


def asked(refusal: Refusal) -> tuple[Fact, ...]:
    """All facts of an AWS that answers so."""
    with refusing(refusal) as url:
        return Health(
            Cloud(REGION, url, Credentials("t", "t")), Settings.from_env({}), lambda: datetime.now(UTC)
        ).gather()


@pytest.mark.parametrize(
    ("refusal", "situation"),
    [
        (Refusal("RequestTimeTooSkewed", "too large", 403), "clock"),
        (Refusal("ExpiredTokenException"), "token_expired"),
        (Refusal("SubscriptionRequiredException", status=403), "not_signed_up"),
        (Refusal("KMSDisabledException"), "kms_disabled"),
    ],
    ids=str,
)
def test_one_cause_is_found_with_every_question_that_fails_for_it(refusal: Refusal, situation: str) -> None:
    facts = asked(refusal)
    (cause,) = causes(facts)
    assert (cause.error.state, cause.subject) == (situation, None)
    assert {fact.action for fact in cause.facts} == {fact.action for fact in facts}
    assert len(cause.facts) == len({fact.action for fact in cause.facts})
    # Nothing is called bad, and no right lacking, that could not be asked for.
    assert {fact.state for fact in facts} == {"unknown"}


def test_a_denied_key_is_a_right_to_the_key_that_is_lacking() -> None:
    denied = Refusal("AccessDenied", "is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:x", 403)
    lacking = {fact.name for fact in asked(denied) if fact.subject == "permission" and fact.state == "bad"}
    assert "kms:Decrypt" in lacking and "s3:GetObject" not in lacking


def failed(subject: str, action: str, error: PipelineError) -> Fact:
    return Fact(subject, "asked", "unknown", None, action, error)  # type: ignore[arg-type]


def test_what_is_mended_apart_stays_apart() -> None:
    facts = [
        failed("table", "dynamodb:DescribeTable", NotFound("x", resource="table")),
        failed("function", "lambda:GetFunctionConfiguration", NotFound("y", resource="function")),
        failed("bucket", "s3:ListBucket", S3AccessDenied("z", action="s3:ListBucket")),
        failed("log", "logs:FilterLogEvents", Forbidden("z", action="logs:FilterLogEvents")),
        failed("schedule", "scheduler:GetSchedule", ConfigInvalid("a", variable="A")),
        failed("table", "dynamodb:DescribeContinuousBackups", ConfigInvalid("b", variable="B")),
    ]
    assert [len(cause.facts) for cause in causes(facts)] == [1] * 6
    assert [cause.subject for cause in causes(facts)] == [fact.subject for fact in facts]


def test_a_refused_question_and_the_right_that_is_lacking_are_one_thing() -> None:
    error = S3AccessDenied("x", action="s3:ListBucket")
    facts = [failed("bucket", "s3:ListBucket", error), failed("permission", "s3:ListBucket", error)]
    (cause,) = causes(facts)
    assert (cause.subject, cause.facts) == ("bucket", (facts[0],))


def test_what_fails_for_nothing_is_no_cause() -> None:
    assert causes([Fact("table", "items", "ok", 3, "dynamodb:DescribeTable")]) == ()

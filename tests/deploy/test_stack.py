"""pipeline.deploy.stack: states, change sets and events as CloudFormation answers them (botocore's Stubber)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from pipeline.deploy.stack import ChangeSet, Event, Stack
from pipeline.errors import ConfigInvalid, ExternalApiDown, Forbidden, NotFound

FAKE = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
NAME = "my-stack"
STACK_ID = "arn:aws:cloudformation:ap-northeast-1:123456789012:stack/my-stack/1"
SET_ID = "arn:aws:cloudformation:ap-northeast-1:123456789012:changeSet/deploy-1/1"
ADDRESS = "https://s3.ap-northeast-1.amazonaws.com/code/pipeline/0.yaml"
CREATED = {"Id": SET_ID, "StackId": STACK_ID}


@pytest.fixture
def stubber() -> Iterator[Stubber]:
    client = boto3.client("cloudformation", region_name="ap-northeast-1", **FAKE)
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def stack_of(stubber: Stubber, slept: list[float] | None = None) -> Stack:
    return Stack(stubber.client, NAME, (slept if slept is not None else []).append)


def event(number: int, status: str, reason: str = "", logical_id: str = NAME) -> dict[str, Any]:
    itself = logical_id == NAME
    return {
        "StackId": STACK_ID,
        "EventId": str(number),
        "StackName": NAME,
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": STACK_ID if itself else logical_id.lower(),
        "ResourceType": "AWS::CloudFormation::Stack" if itself else "AWS::SNS::Topic",
        "Timestamp": datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=number),
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def events(stubber: Stubber, *oldest_first: dict[str, Any]) -> None:
    stubber.add_response("describe_stack_events", {"StackEvents": list(reversed(oldest_first))})


def test_a_stack_that_is_not_there_has_no_state(stubber: Stubber) -> None:
    stubber.add_client_error("describe_stacks", "ValidationError", "Stack with id my-stack does not exist")
    assert stack_of(stubber).state() is None


def test_a_state_has_parameters_and_outputs_by_name(stubber: Stubber) -> None:
    raw = {"StackName": NAME, "StackId": STACK_ID, "CreationTime": datetime.now(UTC), "StackStatus": "CREATE_COMPLETE"}
    raw["Parameters"] = [{"ParameterKey": "TableName", "ParameterValue": "t"}]
    raw["Outputs"] = [{"OutputKey": "BucketName", "OutputValue": "b"}]
    stubber.add_response("describe_stacks", {"Stacks": [raw]})
    state = stack_of(stubber).state()
    assert state and (state.status, state.parameters, state.outputs) == (
        "CREATE_COMPLETE",
        {"TableName": "t"},
        {"BucketName": "b"},
    )


def test_a_missing_right_names_the_action(stubber: Stubber) -> None:
    said = "User: arn:aws:iam::1:user/me is not authorized to perform: cloudformation:DescribeStacks on resource: x"
    stubber.add_client_error("describe_stacks", "AccessDenied", said)
    with pytest.raises(Forbidden) as caught:
        stack_of(stubber).state()
    assert caught.value.facts["action"] == "cloudformation:DescribeStacks"


def test_a_malformed_template_is_told_in_aws_words(stubber: Stubber) -> None:
    stubber.add_client_error("validate_template", "ValidationError", "Template format error: unknown property Typo")
    with pytest.raises(ConfigInvalid, match="unknown property Typo"):
        stack_of(stubber).declared(ADDRESS)


@pytest.mark.parametrize(
    "said",
    [
        "S3 error: Access Denied\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
        "TemplateURL must reference a valid S3 object to which you have access.",
    ],
)
@pytest.mark.parametrize("asked", ["validate_template", "get_template_summary", "create_change_set"])
def test_a_template_that_cloudformation_may_not_read_is_a_missing_right(
    stubber: Stubber, asked: str, said: str
) -> None:
    if asked == "get_template_summary":
        stubber.add_response("validate_template", {})
    stubber.add_client_error(asked, "ValidationError", said)
    stack = stack_of(stubber)
    with pytest.raises(Forbidden) as caught:
        stack.propose("UPDATE", "deploy-1", ADDRESS, []) if asked == "create_change_set" else stack.declared(ADDRESS)
    facts = caught.value.facts
    assert (facts["action"], facts["resource"], facts["situation"]) == ("s3:GetObject", ADDRESS, "template_unread")


def test_a_template_that_is_not_there_is_no_missing_stack(stubber: Stubber) -> None:
    stubber.add_client_error("validate_template", "ValidationError", "S3 error: The specified key does not exist.")
    with pytest.raises(ConfigInvalid, match="S3 error: The specified key does not exist"):
        stack_of(stubber).declared(ADDRESS)


def test_a_change_set_is_waited_for_and_read_to_its_last_page(stubber: Stubber) -> None:
    def page(name: str, **more: Any) -> dict[str, Any]:
        change = {"Action": "Modify", "LogicalResourceId": name, "ResourceType": "T", "Replacement": "Conditional"}
        entry = {"Type": "Resource", "ResourceChange": change}
        return {"Status": "CREATE_COMPLETE", "Changes": [entry], **more}

    stubber.add_response("create_change_set", CREATED)
    stubber.add_response("describe_change_set", {"Status": "CREATE_IN_PROGRESS"})
    asked = {"StackName": NAME, "ChangeSetName": SET_ID}
    stubber.add_response("describe_change_set", page("One", NextToken="more"), asked)
    stubber.add_response("describe_change_set", page("Two"), {**asked, "NextToken": "more"})
    slept: list[float] = []
    found = stack_of(stubber, slept).propose("UPDATE", "deploy-1", ADDRESS, [])
    assert found and [(c.logical_id, c.replacement) for c in found.changes] == [
        ("One", "Conditional"),
        ("Two", "Conditional"),
    ]
    assert slept == [2.0]


@pytest.mark.parametrize(
    "reason", ["The submitted information didn't contain changes.", "No updates are to be performed."]
)
def test_no_changes_are_no_error_and_leave_no_change_set(stubber: Stubber, reason: str) -> None:
    stubber.add_response("create_change_set", CREATED)
    stubber.add_response("describe_change_set", {"Status": "FAILED", "StatusReason": reason})
    stubber.add_response("delete_change_set", {}, {"StackName": NAME, "ChangeSetName": SET_ID})
    assert stack_of(stubber).propose("UPDATE", "deploy-1", ADDRESS, []) is None


def test_a_request_that_is_refused_because_nothing_would_change_is_no_error(stubber: Stubber) -> None:
    stubber.add_client_error("create_change_set", "ValidationError", "No updates are to be performed.")
    assert stack_of(stubber).propose("UPDATE", "deploy-1", ADDRESS, []) is None


def test_a_failed_change_set_is_deleted_and_its_reason_told(stubber: Stubber) -> None:
    stubber.add_response("create_change_set", CREATED)
    stubber.add_response("describe_change_set", {"Status": "FAILED", "StatusReason": "Parameter X must match y"})
    stubber.add_response("delete_change_set", {})
    with pytest.raises(ConfigInvalid, match="Parameter X must match y"):
        stack_of(stubber).propose("CREATE", "deploy-1", ADDRESS, [])


def test_a_change_set_that_is_never_ready_is_deleted(stubber: Stubber) -> None:
    stubber.add_response("create_change_set", CREATED)
    for _ in range(150):
        stubber.add_response("describe_change_set", {"Status": "CREATE_PENDING"})
    stubber.add_response("delete_change_set", {})
    with pytest.raises(ExternalApiDown, match="not ready in time"):
        stack_of(stubber).propose("CREATE", "deploy-1", ADDRESS, [])


def test_events_are_told_once_oldest_first_until_the_stack_is_at_rest(stubber: Stubber) -> None:
    old, start = event(1, "CREATE_COMPLETE"), event(2, "UPDATE_IN_PROGRESS")
    topic, end = event(3, "UPDATE_COMPLETE", logical_id="Topic"), event(4, "UPDATE_COMPLETE")
    events(stubber, old, start)
    events(stubber, old, start, topic, end)
    told: list[Event] = []
    outcome = stack_of(stubber).follow(STACK_ID, "1", told.append)
    assert [each.event_id for each in told] == ["2", "3", "4"]
    assert (outcome.status, outcome.cause) == ("UPDATE_COMPLETE", None)


def test_events_of_more_than_one_page_are_followed_back_to_the_one_that_is_known(stubber: Stubber) -> None:
    end, topic, start, old = (
        event(4, "UPDATE_COMPLETE"),
        event(3, "UPDATE_COMPLETE", logical_id="Topic"),
        event(2, "UPDATE_IN_PROGRESS"),
        event(1, "CREATE_COMPLETE"),
    )
    asked = {"StackName": STACK_ID}
    stubber.add_response("describe_stack_events", {"StackEvents": [end, topic], "NextToken": "more"}, asked)
    older = {"StackEvents": [start, old], "NextToken": "never asked for"}
    stubber.add_response("describe_stack_events", older, {**asked, "NextToken": "more"})
    told: list[Event] = []
    stack_of(stubber).follow(STACK_ID, "1", told.append)
    assert [each.event_id for each in told] == ["2", "3", "4"]


def test_the_old_end_is_not_taken_for_the_new_one(stubber: Stubber) -> None:
    old = event(1, "UPDATE_COMPLETE")
    events(stubber, old)
    events(stubber, old, event(2, "UPDATE_IN_PROGRESS"))
    events(stubber, old, event(2, "UPDATE_IN_PROGRESS"), event(3, "UPDATE_ROLLBACK_COMPLETE"))
    assert stack_of(stubber).follow(STACK_ID, "1", lambda _: None).status == "UPDATE_ROLLBACK_COMPLETE"


def test_the_rollback_is_awaited_and_the_first_failure_is_the_cause(stubber: Stubber) -> None:
    events(
        stubber,
        event(1, "UPDATE_IN_PROGRESS"),
        event(2, "UPDATE_FAILED", "Resource update cancelled", "Other"),
        event(3, "CREATE_FAILED", "Email is bad\n", "Topic"),
        event(4, "CREATE_FAILED", "a later one", "Late"),
        event(5, "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Topic]."),
        event(6, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
        event(7, "UPDATE_ROLLBACK_COMPLETE"),
    )
    outcome = stack_of(stubber).follow(STACK_ID, None, lambda _: None)
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    assert outcome.cause and (outcome.cause.logical_id, outcome.cause.reason) == ("Topic", "Email is bad")


def test_a_reason_is_redacted(stubber: Stubber) -> None:
    events(stubber, event(1, "CREATE_FAILED", "bad key AKIAABCDEFGHIJKLMNOP", "Topic"), event(2, "ROLLBACK_COMPLETE"))
    cause = stack_of(stubber).follow(STACK_ID, None, lambda _: None).cause
    assert cause and "AKIA" not in cause.reason


def test_a_short_outage_is_waited_out(stubber: Stubber) -> None:
    for _ in range(3):
        stubber.add_client_error("describe_stack_events", "ServiceUnavailable", "try again", 503)
    events(stubber, event(1, "CREATE_COMPLETE"))
    slept: list[float] = []
    assert stack_of(stubber, slept).follow(STACK_ID, None, lambda _: None).status == "CREATE_COMPLETE"
    assert slept == [2.0] * 3


def test_a_right_that_is_lost_while_following_is_told_at_once(stubber: Stubber) -> None:
    stubber.add_client_error("describe_stack_events", "AccessDenied", "no")
    with pytest.raises(Forbidden):
        stack_of(stubber).follow(STACK_ID, None, lambda _: None)


def test_a_creation_that_is_rolled_back_retains_nothing(stubber: Stubber) -> None:
    request = {"StackName": NAME, "ChangeSetName": SET_ID, "ClientRequestToken": "t", "RetainExceptOnCreate": True}
    stubber.add_response("execute_change_set", {}, request)
    stack_of(stubber).execute(ChangeSet(SET_ID, STACK_ID, ()), "t")


def test_a_protected_stack_is_not_deleted(stubber: Stubber) -> None:
    stubber.add_client_error(
        "delete_stack", "ValidationError", "cannot be deleted while TerminationProtection is enabled"
    )
    with pytest.raises(ConfigInvalid, match="TerminationProtection"):
        stack_of(stubber).delete(STACK_ID)


def test_events_of_no_stack_are_not_found(stubber: Stubber) -> None:
    stubber.add_client_error("describe_stack_events", "ValidationError", "Stack [x] does not exist")
    with pytest.raises(NotFound):
        stack_of(stubber).newest_event("x")

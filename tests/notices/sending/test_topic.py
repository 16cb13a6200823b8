"""pipeline.notices.sending.topic: what is published, and what becomes of a topic that bounces."""

from __future__ import annotations

import pytest

from pipeline.aws import Cloud, Credentials, client_config
from pipeline.errors import AuthFailed, ConfigInvalid, ExternalApiDown, Forbidden, NotFound, PipelineError, RateLimited
from pipeline.notices.sending.topic import Topic
from pipeline.notices.wording import Message
from tests.support.notices.topics import topic
from tests.support.refusing import Refusal, refusing

ARN = "arn:aws:sns:ap-northeast-1:123456789012:team"
MESSAGE = Message(
    "[pipeline] Run failed: x", "実行が失敗しました：🍣", ("エラー: E005",), "https://console.example.com/debug"
)


def refused(cloud: Cloud, arn: str = ARN) -> PipelineError:
    with pytest.raises(PipelineError) as caught:
        Topic(cloud).send(arn, MESSAGE)
    return caught.value


def answering(code: str, status: int = 400) -> PipelineError:
    """What a topic comes to whose service answers so."""
    with refusing(Refusal(code, status=status)) as url:
        return refused(Cloud("ap-northeast-1", url, Credentials("testing", "testing")))


def test_subscribers_get_subject_text_and_address(cloud: Cloud) -> None:
    made = topic(cloud)
    Topic(cloud).send(made.arn, MESSAGE)
    text = "実行が失敗しました：🍣\nエラー: E005\n\nhttps://console.example.com/debug"
    assert made.received() == [("[pipeline] Run failed: x", text)]


def test_a_topic_that_is_gone_is_named(cloud: Cloud) -> None:
    made = topic(cloud)
    cloud.sns.delete_topic(TopicArn=made.arn)
    error = refused(cloud, made.arn)
    assert (type(error), error.state, error.facts["resource"]) == (NotFound, "notices_topic_gone", made.arn)


@pytest.mark.parametrize(
    ("code", "status", "kind", "state"),
    [
        ("AuthorizationError", 403, Forbidden, "notices_topic_refused"),
        ("NotFound", 404, NotFound, "notices_topic_gone"),
        ("InvalidParameter", 400, ConfigInvalid, "notices_topic_unfit"),
        ("EndpointDisabled", 400, ConfigInvalid, "notices_topic_unfit"),
        ("PlatformApplicationDisabled", 400, ConfigInvalid, "notices_topic_unfit"),
        ("KMSDisabled", 400, ConfigInvalid, "kms_disabled"),
        ("KMSAccessDenied", 400, Forbidden, "kms_denied"),
        ("InvalidClientTokenId", 403, AuthFailed, ""),
        ("Throttled", 429, RateLimited, ""),
        ("InternalError", 500, ExternalApiDown, ""),
    ],
)
def test_each_refusal_has_its_error(code: str, status: int, kind: type[PipelineError], state: str) -> None:
    error = answering(code, status)
    assert (type(error), error.state) == (kind, state)


def test_a_refusal_names_the_right_that_is_missing() -> None:
    assert answering("AuthorizationError", 403).facts["action"] == "sns:Publish"


def test_nobody_waits_long_for_a_topic() -> None:
    config = client_config("sns")
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (5, 5, 2)

"""A topic of the emulator's SNS with a queue that takes what is published, read over HTTP as a subscriber would."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from pipeline.aws import Cloud


@dataclass(frozen=True)
class Topic:
    """``arn`` of the topic; ``received`` gives (subject, message) of all that has come since it was asked last."""

    arn: str
    queue_url: str
    sqs: Any

    def received(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        while messages := self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages"):
            for one in messages:
                told = json.loads(one["Body"])
                found.append((told["Subject"], told["Message"]))
                self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=one["ReceiptHandle"])
        return found


def topic(cloud: Cloud) -> Topic:
    """A topic of its own, with a subscriber."""
    name = f"topic-{uuid.uuid4().hex[:12]}"
    sqs = cloud._client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    made: str = cloud.sns.create_topic(Name=name)["TopicArn"]
    cloud.sns.subscribe(TopicArn=made, Protocol="sqs", Endpoint=arn)
    return Topic(made, url, sqs)

"""A message to a topic of Amazon SNS, which sends it on by e-mail or whatever its subscribers have asked for.

Sources: Amazon SNS API Reference, "Publish" (Subject, Message, errors).
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.aws import Cloud, translated
from pipeline.errors import ConfigInvalid, Forbidden, NotFound, PipelineError
from pipeline.notices.wording import Message

_OWN_WORDS: tuple[tuple[type[PipelineError], str, str], ...] = (
    (NotFound, "", "notices_topic_gone"),
    (Forbidden, "", "notices_topic_refused"),
    # InvalidParameter: a topic of another Region, or one that takes other messages.
    (ConfigInvalid, "not_accepted", "notices_topic_unfit"),
)


@dataclass(frozen=True)
class Topic:
    """Publishes; nothing is asked before."""

    cloud: Cloud

    def send(self, target: str, message: Message) -> None:
        """Raise NotFound (``notices_topic_gone``), Forbidden (``notices_topic_refused``), ConfigInvalid, AuthFailed,
        RateLimited or ExternalApiDown."""
        text = "\n".join((message.title, *message.lines, "", message.link))
        try:
            with translated("sns:Publish", target):
                self.cloud.sns.publish(TopicArn=target, Subject=message.subject, Message=text)
        except PipelineError as error:
            raise _in_own_words(error) from error


def _in_own_words(error: PipelineError) -> PipelineError:
    words = (own for kind, state, own in _OWN_WORDS if type(error) is kind and error.state == state)
    situation = next(words, "")
    return type(error)(error.message, **{**error.facts, "situation": situation}) if situation else error

"""A report's whole journey: made of two blocks, previewed, scheduled; its time comes, it is built, people are told.

The topic is the emulator's with a queue behind it, the webhook a server on this machine, its address in a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.access import Role
from pipeline.analysis.reports.document import FormatName
from pipeline.aws import Cloud
from pipeline.console.analysis.watcher import Rhythm, Watcher
from pipeline.console.app import App
from pipeline.console.reports.told import Made
from pipeline.errors import Forbidden
from pipeline.lake.bucket import Lake
from tests.console.reports.press import BROKEN, MORNING, SCHEDULE_TEXT, STATUS, Press, yaml_of
from tests.support.notices.hook import TAIL, Hook, hook
from tests.support.notices.office import CONSOLE, Office, office
from tests.support.tables.workshop import Workshop

NAME, TITLE = "team-week", "チームの一週間"
# A value of a row that the report shows, and that no message may have.
ROW = "ValueThatStaysBehindSignIn"
RECORD = {"PK": f"USER#{ROW}", "SK": "PROFILE", "entity_type": "user", "nickname": ROW}
ROWS = """{kind: table, sql: 'select nickname from "user"'}"""
RECIPIENTS = "recipients: [{kind: sns, name: team}, {kind: slack, name: ops}]\n"
HALF_PAST_NINE = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
FORMS: tuple[FormatName, ...] = ("html", "pdf", "xlsx", "md")
LINK = re.compile(rf"{re.escape(CONSOLE)}/debug/reports\?[\w=&-]+")


@dataclass(frozen=True)
class Journey:
    """A console whose people are told at a topic (``team``) and at a webhook (``ops``), on a lake with a table."""

    press: Press
    here: Office

    def app(self, role: Role | None = "operator") -> App:
        """The console in somebody's hands."""
        app = self.press.app(role)
        return replace(app, settings=replace(app.settings, notices=self.here.settings.notices))

    def watcher(self) -> Watcher:
        """A console's that has just been started."""
        app = self.app()
        return Watcher(lambda: app, Rhythm(0.02, ready=lambda: False))

    def schedule(self, *blocks: str) -> bytes:
        """An operator makes a report of these blocks, has it come every day, and gets the preview of it as HTML."""
        definitions = self.app().reports.definitions
        kept = definitions.save(NAME, self._text(*blocks), "")
        preview = self.app().reports.maker.preview(definitions.check(kept.text), name=NAME)
        definitions.save(NAME, self._text(*blocks, more=SCHEDULE_TEXT + RECIPIENTS), kept.seen)
        return preview.html

    def comes_its_time(self) -> None:
        self.press.clock.tick(timedelta(minutes=40).total_seconds())
        self.watcher().look()

    def messages(self) -> tuple[list[str], list[str]]:
        """What of reports has come to the topic's subscriber and to the webhook since that was asked last; no message
        of whatever kind has a row, or the webhook's address."""
        at_topic = [f"{subject}\n{text}" for subject, text in self.here.topic.received()]
        at_hook = [text.replace("&amp;", "&") for text in self.here.hook.told]
        self.here.hook.told.clear()
        assert not [text for text in at_topic + at_hook if ROW in text or TAIL in text]
        return [text for text in at_topic if LINK.search(text)], [text for text in at_hook if LINK.search(text)]

    def _text(self, *blocks: str, more: str = "") -> str:
        return yaml_of(*blocks, title=TITLE, formats=f"[{', '.join(FORMS)}]", more=more)


@dataclass(frozen=True)
class Arrived:
    """What a link leads to."""

    name: str
    run_id: str


def linked(message: str) -> Arrived:
    """The one address of a message, taken apart."""
    (address,) = LINK.findall(message)
    asked = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert set(asked) == {"report", "run"}
    return Arrived(asked["report"][0], asked["run"][0])


@pytest.fixture
def webhook() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def journey(press: Press, cloud: Cloud, lake: Lake, webhook: Hook) -> Journey:
    shop, yesterday = Workshop(lake, press.clock), MORNING.date() - timedelta(days=1)
    shop.export([RECORD], yesterday)
    shop.convert(first=yesterday)
    return Journey(press, office(cloud, lake, press.clock, webhook))


def is_an_operator_s(app: App, link: Arrived) -> Made:
    """All of it can be opened: every file is what its kind begins with, and shows the row; the manifest tells of what
    it was made."""
    maker = app.reports.maker
    made = maker.made(link.name, link.run_id)
    files = {form: maker.file(link.name, link.run_id, None, form) for form in FORMS}
    assert files["pdf"].startswith(b"%PDF-") and files["xlsx"].startswith(b"PK")
    assert ROW.encode() in files["html"] and ROW.encode() in files["md"]
    assert [form for form, *_ in made.files] == list(FORMS) and made.pins and made.failed == ()
    assert "nickname" in made.asked[0].sql and TITLE in made.definition
    return made


def refuses_what_is_in_it(app: App, link: Arrived, day: date) -> None:
    """Neither a file nor the definition is given out, and nothing is done with it."""
    maker, definitions = app.reports.maker, app.reports.definitions
    for form in FORMS:
        with pytest.raises(Forbidden):
            maker.file(link.name, link.run_id, day, form)
    for ask in (
        lambda: definitions.get(link.name),
        lambda: definitions.history(link.name),
        lambda: maker.again(link.name, link.run_id),
        lambda: maker.send(link.name, link.run_id),
        lambda: maker.make(link.name),
        lambda: app.reports.notices.sent(),
    ):
        with pytest.raises(Forbidden):
            ask()


def refuses_that_it_is_there(app: App, link: Arrived) -> None:
    maker = app.reports.maker
    for ask in (
        lambda: maker.made(link.name, link.run_id),
        lambda: maker.run(link.name, link.run_id),
        lambda: maker.runs(link.name),
        lambda: maker.going(link.name),
        lambda: app.reports.definitions.listed(),
    ):
        with pytest.raises(Forbidden):
            ask()


def test_a_report_of_two_blocks_comes_at_its_time_to_both_recipients_and_opens_to_whom_it_may(
    journey: Journey,
) -> None:
    preview = journey.schedule(STATUS, ROWS)
    assert ROW.encode() in preview and TITLE.encode() in preview
    # Before its time nothing is made, and nobody told.
    journey.watcher().look()
    assert journey.messages() == ([], []) and journey.press.runs() == []

    journey.comes_its_time()
    (at_topic,), (at_hook,) = journey.messages()
    link = linked(at_hook)
    assert linked(at_topic) == link and link.name == NAME and TITLE in at_topic and TITLE in at_hook

    made = is_an_operator_s(journey.app(), link)
    assert made.due == made.as_of == HALF_PAST_NINE
    run = journey.app().reports.maker.run(NAME, link.run_id)
    assert run and (run.state, run.trigger, run.sent, run.unsent) == ("sent", "schedule", ("ops", "team"), ())

    viewer = journey.app("viewer")
    seen = viewer.reports.maker.run(NAME, link.run_id)
    assert seen and seen.state == "sent" and seen.made and seen.made.files == made.files
    assert (seen.made.asked, seen.made.pins, seen.made.definition) == ((), (), "")
    refuses_what_is_in_it(viewer, link, made.day)

    stranger = journey.app(None)
    refuses_what_is_in_it(stranger, link, made.day)
    refuses_that_it_is_there(stranger, link)


def test_who_looks_again_tells_nobody_again(journey: Journey) -> None:
    journey.schedule(STATUS, ROWS)
    watcher = journey.watcher()
    journey.press.clock.tick(timedelta(minutes=40).total_seconds())
    watcher.look()
    assert [len(told) for told in journey.messages()] == [1, 1]
    # The same console, and another one, a while later.
    journey.press.clock.tick(timedelta(minutes=6).total_seconds())
    watcher.look()
    journey.watcher().look()
    assert journey.messages() == ([], []) and len(journey.press.runs()) == 1


def test_a_report_of_which_a_block_fails_is_built_and_not_sent_and_its_failure_is_told(journey: Journey) -> None:
    journey.schedule(STATUS, BROKEN)
    journey.comes_its_time()
    (at_topic,), (at_hook,) = journey.messages()
    for message in (at_topic, at_hook):
        assert "レポートの作成に失敗しました" in message and "レポートができました" not in message
    link = linked(at_hook)
    run = journey.app().reports.maker.run(NAME, link.run_id)
    assert linked(at_topic) == link and run and (run.state, run.sent, run.unsent) == ("failed", (), ())
    assert run.made and [(block, kind) for block, kind, _ in run.made.failed] == [(1, "table")]
    # What could be told is there for its owner to look at.
    assert TITLE.encode() in journey.app().reports.maker.file(NAME, link.run_id, run.day, "html")

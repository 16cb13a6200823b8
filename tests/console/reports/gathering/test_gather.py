"""pipeline.console.reports.gathering.gather: every block by itself, told in order, ended by whoever asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from pipeline.access import Person, Role
from pipeline.analysis.reports.definitions.definition import (
    AnyBlock,
    FreeText,
    History,
    Models,
    Period,
    Quality,
    Status,
)
from pipeline.analysis.reports.document import Heading, Paragraph
from pipeline.aws import Cloud
from pipeline.console.app import App
from pipeline.console.reports.gathering.gather import How, Step, gather, kind_of
from pipeline.console.reports.gathering.readers import READERS
from pipeline.errors import Forbidden, FunctionFailed
from pipeline.lake.bucket import Lake
from tests.support.reports.desk import NOW, app_of, gathered, report

BROKEN = "metadata/models/moderation_craft/builds.json"
THREE = report(FreeText(text="a"), Models(), FreeText(text="b"))


@pytest.fixture
def app(cloud: Cloud, lake: Lake, tmp_path: Path) -> App:
    return app_of(cloud, lake, tmp_path)


def test_every_kind_of_block_has_a_reader() -> None:
    assert set(READERS) == set(get_args(AnyBlock))


def test_a_block_that_fails_is_told_in_its_place_and_keeps_nobody_from_the_others(app: App, lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=BROKEN, Body=b"[]")
    made = gathered(app, THREE)
    first, heading, warning, last = made.document.parts
    assert (first, last) == (Paragraph("a"), Paragraph("b"))
    assert heading == Heading("モデルとテスト") and isinstance(warning, Paragraph)
    assert (warning.tone, "E010" in warning.text) == ("warning", True)
    assert [(one.block, one.kind, one.error.code) for one in made.failed] == [(1, "models", "E010")]
    # What it had read is pinned all the same: made again, it fails of the same.
    assert BROKEN in {pin.key for pin in made.pins}
    assert gathered(app, THREE, made.pins).document == made.document


def test_whoever_asks_is_told_how_far_it_is(app: App) -> None:
    told: list[Step] = []
    gather(app, "r", THREE, NOW, How(tell=told.append))
    assert told == [Step(0, 3, "text"), Step(1, 3, "models"), Step(2, 3, "text")]


def test_it_ends_between_two_blocks_once_nobody_wants_it(app: App) -> None:
    told: list[Step] = []
    with pytest.raises(FunctionFailed) as ended:
        gather(app, "r", THREE, NOW, How(tell=told.append, over=lambda: len(told) == 2))
    assert (ended.value.state, len(told)) == ("report_cancelled", 2)


def test_it_ends_after_the_last_block_too(app: App) -> None:
    told: list[Step] = []
    with pytest.raises(FunctionFailed):
        gather(app, "r", report(FreeText(text="a")), NOW, How(tell=told.append, over=lambda: len(told) == 1))


@pytest.mark.parametrize("role", [None, "viewer"])
def test_who_is_no_operator_is_refused(cloud: Cloud, lake: Lake, tmp_path: Path, role: Role | None) -> None:
    person = Person("v@example.com", verified=True, role=role)
    with pytest.raises(Forbidden):
        gathered(app_of(cloud, lake, tmp_path, person), THREE)


def test_blocks_are_headed_by_their_title_or_their_kind(app: App) -> None:
    blocks = (Status(), Quality(title="品質"), FreeText(text="a"), FreeText(text="b", title="所感"))
    heads = [one.text for one in gathered(app, report(*blocks)).document.parts if isinstance(one, Heading)]
    assert heads == ["エクスポートの状況", "品質", "所感"]


@pytest.mark.parametrize(
    ("period", "person", "subtitle"),
    [
        (Period(kind="last_week"), "", "期間: 2026-11-23 〜 2026-11-29"),
        (Period(kind="last_days", days=1), "", "対象日: 2026-11-29"),
        (Period(kind="last_week"), "akari", "期間: 2026-11-23 〜 2026-11-29（利用者: akari）"),
    ],
)
def test_the_subtitle_says_which_days_and_whose(app: App, period: Period, person: str, subtitle: str) -> None:
    made = gathered(app, report(FreeText(text="a"), period=period, person=person))
    assert made.document.subtitle == subtitle


def test_the_moment_is_the_document_s(app: App) -> None:
    later = replace(app, now=lambda: NOW.replace(year=2027))
    made = gathered(later, report(Status(), History(), Quality(), Models()))
    assert (
        made.document.made_at == NOW
        and made.document == gathered(app, report(Status(), History(), Quality(), Models())).document
    )


def test_every_block_s_pins_bear_its_number(app: App) -> None:
    made = gathered(app, report(Status(), Models()))
    assert {(pin.block, pin.key) for pin in made.pins} == {
        (0, "fact:documents"),
        (0, "fact:schedule"),
        (0, "fact:table"),
        (1, "fact:projects"),
    }
    assert kind_of(Status()) == "status"

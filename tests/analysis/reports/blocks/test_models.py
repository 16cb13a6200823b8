"""pipeline.analysis.reports.blocks.models: the newest build by the report's moment, and none that came after."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from pipeline.analysis.models.builds import BuildIndex, Withheld
from pipeline.analysis.models.standing import Level, Tally
from pipeline.analysis.reports.blocks.models import models
from pipeline.analysis.reports.document import Facts, Paragraph, Part, Table
from pipeline.analysis.reports.shown import Shown
from tests.support.reports.documents import document
from tests.support.reports.exports import AT, brief
from tests.support.reports.exports import models as told

SHOWN = Shown(document())


def facts(parts: tuple[Part, ...]) -> dict[str, object]:
    return dict(next(part.rows for part in parts if isinstance(part, Facts)))


def test_a_build_after_the_moment_is_not_told_of() -> None:
    rows = [part.rows for part in models(told(), SHOWN) if isinstance(part, Table)][0]
    assert rows[0][2:4] == (118, -2)
    later = models(replace(told(), at=AT + timedelta(hours=2)), SHOWN)
    assert facts(later)["最新のビルド"] == AT + timedelta(hours=1)


def test_where_all_builds_came_after_there_is_none() -> None:
    early = models(replace(told(), at=AT - timedelta(days=30), others=()), SHOWN)
    assert early == (Paragraph("モデルはまだ一度もビルドされていません。"),)


@pytest.mark.parametrize("level", get_args(Level))
def test_every_level_has_a_sentence_which_stands_out_where_something_is_wrong(level: Level) -> None:
    index = BuildIndex((brief(29, level),), {})
    sentence = models(replace(told(), index=index), SHOWN)[0]
    assert isinstance(sentence, Paragraph) and (sentence.tone == "warning") == (level in {"warn", "bad"})


@pytest.mark.parametrize("why", [*get_args(Withheld), None])
def test_why_nothing_was_published_is_told(why: Withheld | None) -> None:
    index = BuildIndex((brief(29, "bad", published=False, withheld=why),), {})
    assert facts(models(replace(told(), index=index), SHOWN))["公開"]


def test_a_share_just_below_the_target_is_cut_and_not_rounded() -> None:
    index = BuildIndex((brief(29, tests=Tally(ok=8_999, bad=1_001), share=0.8999),), {})
    assert facts(models(replace(told(), index=index), SHOWN))["テスト合格率"] == "89.9%（目標90%）"


def test_only_the_period_s_builds_are_counted() -> None:
    short = replace(told(), since=AT - timedelta(days=30), until=AT - timedelta(days=29))
    assert facts(models(short, SHOWN))["期間中のビルド"] == "0回（失敗0回）"

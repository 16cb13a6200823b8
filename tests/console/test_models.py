"""pipeline.console.models: who may see dbt projects, one that is broken beside others, and the words for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from pipeline.access import LOCAL, Person
from pipeline.analysis.models.projects import Projects
from pipeline.analysis.models.standing import Judged, Level, Notice, Tally, Telling
from pipeline.console import models as telling
from pipeline.console.audit import Actor, Audit
from pipeline.console.models import Models
from pipeline.errors import Forbidden, NotFound, SchemaMismatch
from pipeline.lake.bucket import Lake
from pipeline.lake.dbt_keys import dbt_key
from pipeline.words.catalogue import Words
from tests.analysis.models.shop import golden, judged, manifest_of, results_of

NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)


def models(lake: Lake, person: Person = LOCAL) -> Models:
    actor = Actor(lambda: person, Audit(lambda line: None, lambda: NOW))
    return Models(Projects(lake, lambda: NOW), actor)


def put(lake: Lake, project: str, manifest: bytes) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=dbt_key(project, "manifest"), Body=manifest)
    lake.s3.put_object(Bucket=lake.bucket, Key=dbt_key(project, "run_results"), Body=golden("run_results-v6"))


def of(status: str) -> Judged:
    made = manifest_of({"a": [], "b": ["a"]}, {"t": ("a", "error")})
    return judged(made, results_of({"model.p.a": "success", "model.p.b": "success", "test.p.t": status}))


def test_a_viewer_sees_projects(lake: Lake) -> None:
    put(lake, "shop", golden("manifest-v12"))
    viewer = replace(LOCAL, name="bob@example.com", role="viewer")
    assert models(lake, viewer).names() == ("shop",)
    assert models(lake, viewer).judged("shop").standing.level == "bad"


def test_who_may_not_see_is_refused(lake: Lake) -> None:
    nobody = models(lake, replace(LOCAL, name="eve@example.com", role=None))
    for ask in (nobody.names, lambda: nobody.judged("shop"), lambda: list(nobody.all())):
        with pytest.raises(Forbidden):
            ask()


def test_a_project_that_cannot_be_read_keeps_nobody_from_the_others(lake: Lake) -> None:
    put(lake, "broken", b"{")
    put(lake, "shop", golden("manifest-v12"))
    lake.s3.put_object(Bucket=lake.bucket, Key=dbt_key("without", "run_results"), Body=golden("run_results-v6"))
    found = {name: type(one) for name, one in models(lake).all()}
    assert found == {"broken": SchemaMismatch, "shop": Judged, "without": NotFound}


@pytest.mark.parametrize(
    ("language", "status", "wanted"),
    [
        ("ja", "pass", "p: モデルとテストはすべて正常です（昨日 14:00のビルド）"),
        ("en", "pass", "p: all models and tests are fine (built yesterday at 14:00)."),
        ("ja", "fail", "p: 失敗があります（昨日 14:00のビルド）"),
        ("ja", "warn", "p: 警告があります（昨日 14:00のビルド）"),
    ],
)
def test_how_a_project_stands_is_one_sentence(language: str, status: str, wanted: str) -> None:
    assert telling.sentence(Words(language), "p", of(status).standing, NOW) == wanted


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_level_and_every_notice_has_its_words(language: str) -> None:
    standing, say = of("pass").standing, Words(language)
    for level in get_args(Level):
        assert "p: " in telling.sentence(say, "p", replace(standing, level=level, built_at=None), NOW)
    told = replace(standing, notices=tuple(Notice(kind, 3, "x") for kind in get_args(Telling)))
    assert len(set(telling.notices(say, told))) == len(get_args(Telling))


def test_what_a_failure_reaches_says_so() -> None:
    shown = {row.node.name: telling.state(Words("ja"), row) for row in of("fail").rows}
    assert shown == {"a": "✗ 失敗", "b": "✓ 成功 · 影響あり"}


def test_a_share_below_the_target_is_not_rounded_up_to_it() -> None:
    standing = replace(of("pass").standing, share=0.8999, tests=Tally(ok=8999, warn=1001))
    assert telling.share(Words("ja"), standing) == "89.9%（目標90%）"
    assert telling.share(Words("en"), replace(standing, share=None)) == "no test has a result"


def test_numbers_stand_behind_their_marks() -> None:
    assert telling.counts(Words("ja"), Tally(ok=2, bad=1)) == "✓ 2  ! 0  ✗ 1  – 0"
    assert telling.counts(Words("ja"), Tally(skipped=1, none=2)).endswith("– 3（スキップ1件、結果なし2件）")


@pytest.mark.parametrize(("published", "word"), [(True, "公開中"), (False, "公開見送り"), (None, "不明")])
def test_whether_it_is_published_is_said(published: bool | None, word: str) -> None:
    assert telling.publication(Words("ja"), replace(of("pass").standing, published=published)) == word

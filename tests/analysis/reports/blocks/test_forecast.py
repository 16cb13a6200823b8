"""pipeline.analysis.reports.blocks.forecast: the verdict first, what comes with its band, who was tried beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.analysis.forecast.growth import Growth
from pipeline.analysis.forecast.outlook import Outlook
from pipeline.analysis.reports.blocks.forecast import Foreseen, morning_parts, outlook_parts
from pipeline.analysis.reports.document import Chart, Heading, Paragraph, Part, Table
from pipeline.analysis.reports.forms.formats import FORMATS
from pipeline.analysis.reports.shown import Shown
from tests.support.places import ROOT
from tests.support.reports.documents import document
from tests.support.reports.insights import MADE_AT, TODAY, came, morning, outlook
from tests.words.test_claims import claims

SHOWN = Shown(document())


def told(ahead: Outlook, language: str = "ja", **others: object) -> tuple[Part, ...]:
    one = Foreseen("focus_minutes", MADE_AT, ahead, came())
    return outlook_parts(replace(one, **others), Shown(document(language=language)))  # type: ignore[arg-type]


def texts(found: tuple[Part, ...]) -> list[str]:
    return [part.text for part in found if isinstance(part, Paragraph)]


def chart(found: tuple[Part, ...]) -> Chart:
    return next(part for part in found if isinstance(part, Chart))


def test_an_outlook_is_told_as_it_was() -> None:
    made = document(Heading("予測"), *told(outlook()), Heading("朝"), *morning_parts(morning(), TODAY, MADE_AT, SHOWN))
    golden = ROOT / "tests" / "golden" / "reports" / "forecast.md"
    assert FORMATS["md"].make(made).decode() == golden.read_text("utf-8")


def test_the_verdict_comes_first() -> None:
    assert texts(told(outlook()))[0] == "ふだんの平均と変わりません"


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"verdict": "better", "skill": 0.2}, "いちばん単純な予測より、外れが20%小さくなりました"),
        ({"verdict": "worse", "skill": -0.2}, "いちばん単純な予測より、外れが20%大きくなりました"),
        ({"verdict": "not_yet", "days_left": 12}, "まだ判定できません（あと12日）"),
        ({"used": None, "observed": 3, "days": ()}, "まだ予測できません（記録のある日が3日、あと11日）"),
    ],
)
def test_each_verdict_has_its_sentence(changed: dict[str, object], wanted: str) -> None:
    assert texts(told(outlook(**changed)))[0] == wanted


def test_the_chart_has_what_came_then_what_comes_with_its_band() -> None:
    made = chart(told(outlook()))
    recorded, foreseen, trivial = made.series
    assert len(made.x) == 54 and made.x[40] == TODAY
    assert recorded.values[3] is None and recorded.values[40:] == (None,) * 14
    assert foreseen.low[40] == 120.0 and foreseen.high[53] == 253.0 and foreseen.values[:40] == (None,) * 40
    assert trivial.values[53] == 175.0


def test_without_finished_origins_there_is_no_band_and_that_is_said() -> None:
    days = tuple(replace(day, low=None, high=None) for day in outlook().days)
    found = told(outlook(days=days))
    assert chart(found).series[1].low == ()
    assert any(text.startswith("帯はまだ出せません") for text in texts(found))


def test_a_chart_of_one_day_is_a_chart() -> None:
    one = outlook(days=outlook().days[:1])
    found = told(one, came=None)
    assert len(chart(found).x) == 1
    assert FORMATS["pdf"].make(document(*found))


def test_with_nothing_ahead_there_is_no_chart() -> None:
    assert not [part for part in told(outlook(used=None, days=())) if isinstance(part, Chart)]


def test_who_was_tried_stands_beside_with_the_yardstick_marked() -> None:
    tried = next(part for part in told(outlook()) if isinstance(part, Table))
    assert [row[5] for row in tried.rows] == ["比べる相手", "使用中", ""]
    assert tried.rows[2][2:4] == (None, None)


def test_days_that_have_not_come_are_a_warning() -> None:
    found = told(outlook(stale=9))
    stale = [part for part in found if isinstance(part, Paragraph) and part.tone == "warning"]
    assert "2026-11-20" in stale[0].text


def test_a_method_of_other_code_is_not_named() -> None:
    assert chart(told(outlook(used="=1+1"))).series[1].name == "予測（いまのコードにない方法）"


def test_bytes_are_told_in_megabytes() -> None:
    mega = 2.0**20
    days = tuple(replace(day, value=3 * mega, low=2 * mega, high=4 * mega, baseline=mega) for day in outlook().days)
    growth = Growth(outlook(days=days, error=mega), mega / 2, mega / 4, mega, 3 * mega)
    found = told(growth.outlook, target="bytes", growth=growth, came=None)
    assert chart(found).series[0].values[0] == 3.0
    assert texts(found)[1].startswith("1日あたり+0.5 MB（95%区間+0.2 MB～+1.0 MB）")


def test_a_morning_is_told_with_its_base_rate_and_brier() -> None:
    found = texts(morning_parts(morning(), date(2026, 11, 30), MADE_AT, SHOWN))
    told_of = next(text for text in found if "正解率68%" in text)
    assert "割合56%" in told_of and "いつも答えると61%" in told_of and "ブライアスキル+21%" in told_of
    assert any("ブライアスコア0.195（ふだんの割合だけで答えると0.247" in text for text in found)


def test_no_chance_is_certain() -> None:
    found = texts(morning_parts(morning(), TODAY, MADE_AT, SHOWN))
    assert found[1].startswith("2026-11-30が集中度の高い日になる見込みは99%です")


def test_a_morning_with_too_few_days_says_how_many_more() -> None:
    young = morning(verdict="not_yet", days_left=30, scored=0, accuracy=None, brier=None, chance=None, usual=None)
    found = texts(morning_parts(replace(young, calibration=()), TODAY, MADE_AT, SHOWN))
    assert found[0] == "まだ判定できません（あと30日）" and "まだ出せません" in found[1]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_is_claimed(language: str) -> None:
    shown = Shown(document(language=language))
    found = texts(told(outlook(), language)) + texts(morning_parts(morning(), TODAY, MADE_AT, shown))
    assert [text for text in found if claims(text, language)] == []


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_every_form_holds_it(form: object) -> None:
    made = document(*told(outlook()), *morning_parts(morning(), TODAY, MADE_AT, SHOWN))
    assert form.make(made)  # type: ignore[attr-defined]

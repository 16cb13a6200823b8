"""pages.insights.correlation under AppTest: answers in words, the matrix, the list, a pair, everybody's dots."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.lake.analysis_keys import QUESTIONS
from pipeline.lake.bucket import Lake
from pipeline.words.catalogue import LANGUAGES, Words
from tests.pages.insights.correlation.conftest import Publish, cards, days_of, opened, shown
from tests.pages.models.conftest import address, tables

EN = Words("en")
PAIR = "sleep_hours~focus~0"


def people(many: int, days: int = 120) -> list[dict[str, object]]:
    return [row for at in range(many) for row in days_of(f"person-{at}", days, at)]


def figures(page: AppTest) -> str:
    """The charts' own JSON."""
    return "\n".join(json.dumps(json.loads(chart.proto.spec), ensure_ascii=False) for chart in charts(page))


def charts(page: AppTest) -> list[Any]:
    return list(page.get("plotly_chart"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_moved_together_is_said_with_all_it_is_worth(publish: Publish, language: str) -> None:
    publish(days_of("akari", 150))
    page, words = opened(language), Words(language)
    assert not page.exception and cards(page) == []
    assert words("corr.moved.same_day") in shown(page) and words("corr.positive") in shown(page)
    for label in ("r", "interval", "days", "worth", "corrected"):
        assert words(f"corr.{label}") in shown(page)
    for sentence in ("share", "no_cause", "worth_means", "not_found"):
        assert words(f"corr.{sentence}") in shown(page)


def test_the_sentence_counts_what_was_asked_and_what_was_found(publish: Publish) -> None:
    publish(days_of("akari", 150))
    said = shown(opened())
    assert f"**{EN('corr.named')}**: {EN('corr.counted_partly', tested=6, found=1, rest=6)}" in said


def test_an_opposite_direction_has_the_true_minus(publish: Publish) -> None:
    publish(days_of("akari", 150, sign=-1))
    said = shown(opened())
    assert EN("corr.negative") in said and "**−0" in said and "-0." not in said


def test_below_ninety_effective_days_a_question_is_not_firm(publish: Publish) -> None:
    publish(days_of("akari", 60))
    assert EN("corr.not_firm") in shown(opened())


def test_a_question_s_name_opens_its_pair_and_back_leads_to_the_list(publish: Publish) -> None:
    publish(days_of("akari", 60))
    page = opened()
    page.button(key=f"open-named-{PAIR}").click().run()
    assert not page.exception and address(page)["pair"] == PAIR
    assert EN("corr.named_means") not in shown(page)
    assert f"open-named-{PAIR}" in {button.key for button in opened().button}


@pytest.mark.parametrize(
    "pair", ["nonsense", "focus~focus~0", "focus~rain_mm~0", "focus~mood~8", "focus~mood~-1", "<b>~mood~0", "a~b~c~d"]
)
def test_a_pair_that_cannot_be_asked_is_said(publish: Publish, pair: str) -> None:
    publish(days_of("akari", 40))
    page = opened(pair=pair)
    assert not page.exception and EN("corr.no_such_pair") in shown(page)
    page.button(key="close-pair").click().run()
    assert EN("corr.named_means") in shown(page) and "pair" not in address(page)


def test_the_matrix_has_numbers_only_where_it_holds(publish: Publish) -> None:
    publish(days_of("akari", 150))
    matrix = next(table for table in tables(opened()) if EN("corr.driver") in table[0])
    cells = {row[EN("corr.driver")]: row for row in matrix}
    assert str(cells["hours of sleep"]["focus"]).startswith("+0.")
    assert cells["fatigue"]["focus"] == EN("corr.not_found")
    assert cells["steps walked"]["focus"] == EN("insights.state.no_data")


def test_the_lag_of_the_matrix_stands_in_the_address(publish: Publish) -> None:
    publish(days_of("akari", 150))
    page = opened()
    page.radio(key="matrix_lag-en").set_value(2).run()
    assert not page.exception and address(page)["lag"] == "2"


def test_the_list_shows_what_holds_or_all_a_page_at_a_time(publish: Publish) -> None:
    publish(days_of("akari", 150))
    page = opened()
    assert EN("corr.none_hold") in shown(page)
    page.radio(key="pairs_that_hold-en").set_value("all").run()
    rows = [button for button in page.button if str(button.key).startswith("open-pair-")]
    assert not page.exception and len(rows) == 25 and address(page)["pairs"] == "all"
    page.number_input(key="pairs_page").set_value(2).run()
    later = [button for button in page.button if str(button.key).startswith("open-pair-")]
    assert {row.key for row in rows}.isdisjoint({row.key for row in later}) and address(page)["page"] == "2"


def test_everybody_is_a_dot_a_person_and_a_mean_from_five_on(publish: Publish) -> None:
    publish(people(5))
    page = opened(person="")
    assert not page.exception and cards(page) == []
    dots = next(table for table in tables(page) if EN("corr.person") in table[0])
    assert {row[EN("corr.person")] for row in dots} == {f"person-{at}" for at in range(5)}
    assert EN("corr.moved.same_day") in shown(page)


def test_a_few_people_have_dots_and_no_mean(publish: Publish) -> None:
    publish(people(2))
    page = opened(person="")
    assert not page.exception and cards(page) == []
    assert EN("corr.nothing_of_all", least=5) in shown(page)
    assert EN("corr.few_people", people=2, least=5) in shown(page)
    assert any(EN("corr.person") in table[0] for table in tables(page))


def test_signs_that_differ_between_people_are_warned_of(publish: Publish) -> None:
    publish(days_of("akari", 120, 1) + days_of("ben", 120, 2, sign=-1))
    assert EN("corr.signs_differ") in shown(opened(person=""))


def test_who_has_no_day_in_the_period_is_counted(publish: Publish) -> None:
    old = [row | {"day": row["day"].replace(year=row["day"].year - 1)} for row in days_of("ben", 20, 2)]
    publish(days_of("akari", 60) + old)
    assert EN("corr.silent", people=1) in shown(opened(person="", period="90"))


def test_a_name_of_tags_is_text(publish: Publish) -> None:
    publish([row for at in range(2) for row in days_of(f"<b>{at}</b> [x](y)", 60, at)])
    page = opened(person="")
    assert not page.exception and cards(page) == []
    assert "&lt;b&gt;0&lt;/b&gt; [x](y)" in figures(page) and "<b>0" not in figures(page)


def test_questions_that_cannot_be_read_are_said(publish: Publish, lake: Lake) -> None:
    lake.s3.put_object(Bucket=lake.bucket, Key=QUESTIONS, Body=b'{"format": 9}')
    publish(days_of("akari", 60))
    page = opened()
    assert not page.exception and EN("corr.unread") in shown(page) and QUESTIONS in shown(page)


def test_the_list_as_a_file_is_offered(publish: Publish) -> None:
    publish(days_of("akari", 60))
    assert EN("corr.download") in {element.label for element in opened().get("download_button")}

"""pipeline.console.reports.plan: schedules follow definitions, also of two who save at once or of one who dies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from pipeline.analysis.reports.definitions.shipped import texts
from pipeline.aws import Cloud, Credentials
from pipeline.console.reports.definitions import Definitions
from pipeline.console.reports.plan import Plan
from pipeline.console.reports.shelf import Shelf
from pipeline.errors import DataInvalid, S3AccessDenied
from pipeline.lake.bucket import Lake
from pipeline.lake.report_keys import SCHEDULES
from pipeline.notices.schedules import Scheduled
from tests.conftest import REGION
from tests.console.reports.kept import NOW, SCHEDULE, Shared, yaml_of
from tests.faults.proxy import Fault, Proxy

DUE = yaml_of(schedule=SCHEDULE)
LATER = DUE.replace("09:00", "10:00")


def test_what_is_saved_is_due_from_then_on(shared: Shared) -> None:
    shared.of().save("weekly", DUE, "")
    assert shared.due() == {"weekly": Scheduled("weekly", "週", ("monday",), "09:00", "Asia/Tokyo", NOW)}


def test_the_product_s_own_are_due_once_somebody_has_saved_them(shared: Shared) -> None:
    shared.of().listed()
    assert shared.of().settle() == 0 and shared.due() == {}
    shared.of().pause("my-week", False, "")
    assert set(shared.due()) == {"my-week"}
    assert shared.of().get("my-week").text == texts()["my-week"]


@pytest.mark.parametrize("text", [yaml_of(), yaml_of(schedule=f"{SCHEDULE}  paused: true\n")])
def test_what_has_no_schedule_or_is_paused_is_not(shared: Shared, text: str) -> None:
    seen = shared.of().save("weekly", DUE, "").seen
    shared.of().save("weekly", text, seen)
    assert shared.due() == {}


def test_a_new_title_takes_no_moment_away_that_was_waited_for(shared: Shared) -> None:
    seen = shared.of().save("weekly", DUE, "").seen
    shared.time += timedelta(days=3)
    seen = shared.of().save("weekly", DUE.replace("週", "月"), seen).seen
    assert (shared.due()["weekly"].title, shared.due()["weekly"].since) == ("月", NOW)
    shared.of().save("weekly", LATER, seen)
    assert shared.due()["weekly"].since == NOW + timedelta(days=3)


def test_moments_of_a_pause_are_not_made_up_for(shared: Shared) -> None:
    seen = shared.of().save("weekly", DUE, "").seen
    seen = shared.of().pause("weekly", True, seen).seen
    shared.time += timedelta(days=30)
    shared.of().pause("weekly", False, seen)
    assert shared.due()["weekly"].since == NOW + timedelta(days=30)


def test_many_who_save_at_once_are_all_due(shared: Shared) -> None:
    names = [f"report-{number}" for number in range(6)]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: shared.of(name).save(name, DUE, ""), names))
    assert sorted(shared.due()) == names


def test_of_two_who_save_the_same_at_once_the_schedule_is_the_one_that_is_kept(shared: Shared) -> None:
    seen = shared.of().save("weekly", DUE, "").seen

    def save(hour: int) -> str:
        try:
            return shared.of().save("weekly", DUE.replace("09:00", f"{hour:02}:00"), seen).text
        except DataInvalid as lost:
            return lost.state

    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(save, range(10, 14)))
    assert ended.count("report_changed") == 3
    definition = shared.of().get("weekly").definition
    assert definition and definition.schedule and shared.due()["weekly"].at == definition.schedule.at


@pytest.fixture
def dying(shared: Shared, emulator_url: str) -> Iterator[Definitions]:
    """Definitions of a console that writes no index."""
    with Proxy(emulator_url, (Fault("s3.PutObject", "access_denied", times=99, key=SCHEDULES),)) as proxy:
        lake = Lake(Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3, shared.lake.bucket)
        yield shared.of(lake=lake)


def test_a_save_that_ended_before_its_schedule_is_mended_by_the_next_look(shared: Shared, dying: Definitions) -> None:
    with pytest.raises(S3AccessDenied):
        dying.save("weekly", DUE, "")
    assert shared.due() == {} and shared.of().get("weekly").text == DUE
    assert shared.of().settle() == 1 and set(shared.due()) == {"weekly"}
    assert shared.of().settle() == 0


def test_saving_the_same_again_mends_it_too(shared: Shared, dying: Definitions) -> None:
    with pytest.raises(S3AccessDenied):
        dying.save("weekly", DUE, "")
    shared.of().save("weekly", DUE, shared.of().get("weekly").seen)
    assert set(shared.due()) == {"weekly"}


def test_a_look_sees_what_came_past_the_console(shared: Shared) -> None:
    seen = shared.of().save("gone", DUE, "").seen
    shared.of().save("later", DUE, "")
    shared.lake.s3.delete_object(Bucket=shared.lake.bucket, Key="config/reports/gone.yaml")
    shared.plant_definition("new", DUE)
    shared.plant_definition("later", LATER)
    assert shared.of().settle() == 3 and seen
    assert {name: one.at for name, one in shared.due().items()} == {"later": "10:00", "new": "09:00"}
    assert shared.told("target", "detail")[-1] == ("schedules", "3 set right")


def test_a_definition_that_was_broken_stays_due_so_that_somebody_is_told(shared: Shared) -> None:
    shared.of().save("weekly", DUE, "")
    shared.plant_definition("weekly", "title: [")
    assert shared.of().settle() == 0 and set(shared.due()) == {"weekly"}


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"format": 9, "reports": []}'])
def test_an_index_that_is_none_is_made_anew_of_all_definitions(shared: Shared, body: bytes) -> None:
    for name in ("a", "b"):
        shared.of().save(name, DUE, "")
    shared.plant(SCHEDULES, body)
    assert shared.of().settle() == 2
    assert sorted(shared.due()) == ["a", "b"]
    shared.plant(SCHEDULES, body)
    shared.of().save("c", DUE, "")
    assert sorted(shared.due()) == ["a", "b", "c"]


def test_a_look_undoes_nothing_that_somebody_does_meanwhile(shared: Shared) -> None:
    shared.plant_definition("a", DUE)
    plan = Plan(shared.lake, Shelf(shared.lake), shared.now)
    wrong = plan.wrong()
    shared.of().save("b", DUE, "")
    assert not plan.set_right(wrong)
    assert sorted(shared.due()) == ["b"]
    assert shared.of().settle() == 1 and sorted(shared.due()) == ["a", "b"]

"""The sample as items: ModerationCraft's shapes, the same for the same day, and a past that never shifts."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from statistics import correlation, mean

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from pipeline.embedded.sample.days import is_absent
from pipeline.embedded.sample.draws import SEED
from pipeline.embedded.sample.items import Item, items
from pipeline.embedded.sample.people import PEOPLE, USERS, Person
from pipeline.embedded.sample.weather import weather

TODAY = date(2024, 2, 1)
OTHER_DAYS = (TODAY, date(2024, 3, 1), date(2025, 7, 20), date(2026, 1, 1))
UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
COMMON = {"PK", "SK", "entity_type", "created_at", "updated_at"}
# PRODUCT §8, entity by entity: the pattern of PK and SK, and the attributes it names.
DAY, ID = r"\d{4}-\d\d-\d\d", r"[a-z0-9-]+"
DAY_IN_KEY = re.compile(DAY)
SHAPES = {
    "user": (r"USER#\w+", "PROFILE", set()),
    "project": (
        r"USER#\w+",
        f"PROJECT#{ID}",
        {"name", "goal", "deadline", "status", "estimated_total_hours", "version"},
    ),
    "bigtask": (
        f"PROJECT#{ID}",
        f"BIGTASK#{ID}",
        {"name", "category", "week_number", "estimated_hours", "actual_minutes", "status"},
    ),
    "smalltask": (
        f"BIGTASK#{ID}",
        f"SMALLTASK#{ID}",
        {"name", "scheduled_start", "scheduled_end", "estimated_minutes", "actual_minutes", "status", "tags"},
    ),
    "session": (
        rf"USER#\w+#DATE#{DAY}",
        f"SESSION#{ID}",
        {"small_task_id", "start_time", "end_time", "duration_minutes", "focus_level", "mood_rating"}
        | {"dopamine_level", "notes"},
    ),
    "mood": (rf"USER#\w+#DATE#{DAY}", rf"MOOD#{UTC_TEXT.pattern}", {"mood_rating", "notes"}),
    "condition": (r"USER#\w+", f"CONDITION#{DAY}", {"sleep_hours", "sleep_quality", "fatigue", "weight"}),
}


def of_type(entity_type: str, today: date = TODAY) -> list[Item]:
    return [item for item in items(today) if item["entity_type"] == entity_type]


def user_and_day(session: Item) -> tuple[str, date]:
    _, user, _, day = session["PK"].split("#")
    return user, date.fromisoformat(day)


def slept_and_felt(field: str, today: date) -> tuple[list[float], list[float]]:
    sleep = {(c["PK"], c["SK"]): float(c["sleep_hours"]) for c in of_type("condition", today) if c["sleep_hours"]}
    pairs = [
        (sleep[f"USER#{user}", f"CONDITION#{day}"], float(session[field]))
        for session in of_type("session", today)
        for user, day in [user_and_day(session)]
    ]
    return [slept for slept, _ in pairs], [felt for _, felt in pairs]


def wet_and_dry(field: str, today: date) -> tuple[float, float]:
    by_wetness: dict[bool, list[float]] = {True: [], False: []}
    for session in of_type("session", today):
        wet = weather(user_and_day(session)[1]).precipitation_mm > 1
        by_wetness[wet].append(float(session[field]))
    return mean(by_wetness[True]), mean(by_wetness[False])


def test_two_calls_for_the_same_day_are_equal() -> None:
    assert items(TODAY) == items(TODAY, SEED)


def test_another_seed_gives_other_values() -> None:
    assert items(TODAY) != items(TODAY, seed=SEED + 1)


@pytest.mark.parametrize("today", [*OTHER_DAYS, date(2026, 11, 29), date(2027, 3, 7)])
def test_there_are_about_1400_items_and_never_more_than_1500(today: date) -> None:
    assert 1300 <= len(items(today)) <= 1500


@pytest.mark.parametrize("today", OTHER_DAYS)
def test_no_two_items_share_a_key(today: date) -> None:
    assert max(Counter((item["PK"], item["SK"]) for item in items(today)).values()) == 1


@pytest.mark.parametrize("entity_type", SHAPES)
def test_every_item_has_the_specified_shape(entity_type: str) -> None:
    pk, sk, fields = SHAPES[entity_type]
    found = of_type(entity_type)
    assert found
    for item in found:
        assert re.fullmatch(pk, item["PK"]) and re.fullmatch(sk, item["SK"])
        assert item.keys() >= COMMON | fields


def test_there_is_no_other_type_of_item() -> None:
    assert {item["entity_type"] for item in items(TODAY)} == SHAPES.keys()


def test_all_times_are_iso_8601_in_utc() -> None:
    names = ("created_at", "updated_at", "start_time", "end_time", "scheduled_start", "scheduled_end")
    assert all(UTC_TEXT.fullmatch(item[name]) for item in items(TODAY) for name in names if name in item)


def test_work_happens_by_day_in_tokyo() -> None:
    starts = {session["start_time"][11:13] for session in of_type("session")}
    assert starts <= {f"{hour:02}" for hour in range(11)}
    assert {task["scheduled_start"][11:] for task in of_type("smalltask")} == {"00:00:00Z"}


def days_of(person: Person) -> list[date]:
    first = person.first_day(TODAY)
    return [first + timedelta(days=passed) for passed in range((TODAY - first).days + 1)]


def test_five_people_have_records_up_to_today_and_one_of_them_for_half_a_year() -> None:
    days = {person.user: len(days_of(person)) for person in PEOPLE}
    assert list(days) == list(USERS) and 182 <= days.pop("akari") <= 189
    assert len(days) == 4 and all(42 <= number <= 49 for number in days.values())


def test_every_day_has_a_record_and_a_tenth_of_the_days_has_nothing_in_it() -> None:
    days = {(person.user, day) for person in PEOPLE for day in days_of(person)}
    empty = {one for one in days if is_absent(*one)}
    values = {(c["PK"].split("#")[1], date.fromisoformat(c["SK"].split("#")[1])): c for c in of_type("condition")}
    nothing = {one for one, c in values.items() if {c[name] for name in SHAPES["condition"][2]} == {None}}
    assert values.keys() == days and nothing == empty
    assert 0.05 < len(empty) / len(days) < 0.15


def test_a_day_on_which_nothing_was_noted_has_no_mood_and_no_session() -> None:
    noted = {(person.user, day) for person in PEOPLE for day in days_of(person) if not is_absent(person.user, day)}
    assert {user_and_day(mood) for mood in of_type("mood")} == noted
    assert {user_and_day(session) for session in of_type("session")} < noted


def test_items_survive_boto3s_serializer_unchanged() -> None:
    write, read = TypeSerializer().serialize, TypeDeserializer().deserialize
    for item in items(TODAY):
        assert read(write(item)) == item


@pytest.mark.parametrize(("field", "top"), [("focus_level", 10), ("mood_rating", 5), ("dopamine_level", 5)])
def test_ratings_are_whole_numbers_within_their_scale(field: str, top: int) -> None:
    ratings = {session[field] for session in of_type("session")}
    assert ratings <= {Decimal(n) for n in range(1, top + 1)}
    assert len(ratings) >= 4


def test_tags_are_a_set_and_weight_has_a_decimal() -> None:
    assert all(isinstance(task["tags"], set) and task["tags"] for task in of_type("smalltask"))
    weights = [condition["weight"] for condition in of_type("condition") if condition["weight"]]
    assert weights and all(weight.as_tuple().exponent == -1 for weight in weights)


def test_projects_are_active_and_completed() -> None:
    assert {project["status"] for project in of_type("project")} == {"active", "completed"}


def test_names_and_notes_are_japanese() -> None:
    japanese = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
    named = [item["name"] for kind in ("bigtask", "smalltask") for item in of_type(kind)]
    notes = [item["notes"] for item in of_type("session") if item["notes"]]
    assert all(japanese.search(text) for text in named + notes)


def test_every_task_and_project_hangs_on_one_that_exists() -> None:
    names = {item["SK"] for item in items(TODAY)}
    assert all(item["PK"] in names for kind in ("bigtask", "smalltask") for item in of_type(kind))


def test_a_session_works_on_a_small_task_of_its_own_week() -> None:
    first_day = {t["SK"].removeprefix("SMALLTASK#"): t["created_at"] for t in of_type("smalltask")}
    assert all(first_day[s["small_task_id"]] <= s["start_time"] for s in of_type("session"))
    assert {s["small_task_id"] for s in of_type("session")} <= first_day.keys()


def test_a_session_ends_its_duration_after_it_starts() -> None:
    for session in of_type("session"):
        minutes = [int(session[name][11:13]) * 60 + int(session[name][14:16]) for name in ("start_time", "end_time")]
        assert (minutes[1] - minutes[0]) % 1440 == session["duration_minutes"]


@pytest.mark.parametrize("today", OTHER_DAYS)
@pytest.mark.parametrize("field", ["focus_level", "mood_rating"])
def test_who_sleeps_longer_feels_better_that_day(field: str, today: date) -> None:
    assert 0.2 <= correlation(*slept_and_felt(field, today)) <= 0.7


@pytest.mark.parametrize("today", OTHER_DAYS)
@pytest.mark.parametrize("field", ["focus_level", "mood_rating"])
def test_rain_dampens_focus_and_mood(field: str, today: date) -> None:
    wet, dry = wet_and_dry(field, today)
    assert dry - wet >= 0.15


def dated(today: date) -> dict[tuple[str, str], Item]:
    """What stands under a day, of the days before ``today``."""
    kinds = {"condition", "session", "mood"}
    found = {(item["PK"], item["SK"]): item for item in items(today) if item["entity_type"] in kinds}
    return {key: item for key, item in found.items() if DAY_IN_KEY.search("/".join(key))[0] < TODAY.isoformat()}  # type: ignore[index]


@pytest.mark.parametrize("later", [1, 2, 3, 4, 5, 6])
def test_the_past_is_the_same_tomorrow(later: int) -> None:
    today, tomorrow = dated(TODAY), dated(TODAY + timedelta(days=later))
    assert len(tomorrow) > 1000
    # On a Monday the oldest week is left behind.
    assert {key: item for key, item in today.items() if key in tomorrow} == tomorrow


def test_a_week_that_is_over_never_changes_any_more() -> None:
    over = {t["SK"]: t for t in of_type("smalltask") + of_type("bigtask") if t["status"] == "completed"}
    later = {t["SK"]: t for kind in ("smalltask", "bigtask") for t in of_type(kind, TODAY + timedelta(days=1))}
    assert len(over) > 100
    assert {key: later[key] for key in over} == over

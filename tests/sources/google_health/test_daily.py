"""A day of Google Health → one record: total, idempotent, true to units, and nothing dropped without a name."""

from __future__ import annotations

import copy
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.embedded.providers import google_data
from pipeline.embedded.sample.days import night
from pipeline.embedded.sample.people import USERS
from pipeline.sources.google_health.daily import RESTING, ROLL_UPS, SLEEP, UNPLACED, normalised
from pipeline.sources.google_health.record import HealthDay
from tests.support.quick import examples

DAY = date(2026, 10, 19)
NOW = datetime(2026, 10, 20, 6, 0, tzinfo=UTC)
ZONE = "Asia/Tokyo"
KINDS = (SLEEP, RESTING, *ROLL_UPS)


def whole_day(day: date = DAY, user: str = "akari") -> dict[str, Any]:
    """A day as the provider gives it."""
    return {kind: google_data.points(kind, user, day, NOW) for kind in KINDS}


def record_of(data: Any, day: date = DAY) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    record, rejected = normalised("akari", day, ZONE, data)
    return record or {}, [(one.field, one.why) for one in rejected]


def civil(day: date) -> dict[str, Any]:
    return {"date": {"year": day.year, "month": day.month, "day": day.day}}


def rolled(container: str, value: Any) -> dict[str, Any]:
    return {"civilStartTime": civil(DAY), "civilEndTime": civil(DAY + timedelta(days=1)), container: value}


def session(start: str, end: str, stages: list[tuple[str, str, str]] | None = None, **more: Any) -> dict[str, Any]:
    pieces = [{"startTime": s, "endTime": e, "type": kind} for s, e, kind in stages or []]
    interval = {"startTime": start, "endTime": end, "endUtcOffset": "32400s", "startUtcOffset": "32400s"}
    return {"sleep": {"interval": interval, "stages": pieces, **more}}


def at(text: str) -> str:
    """Hours and minutes UTC of the day before: 15:00 there is midnight in Tokyo."""
    return f"2026-10-18T{text}:00Z"


def test_a_whole_day_has_every_field_and_nothing_is_refused() -> None:
    record, rejected = record_of(whole_day())
    assert rejected == []
    assert set(record) == set(HealthDay.__struct_fields__) and None not in record.values()


@pytest.mark.parametrize("user", USERS)
def test_the_provider_sleeps_exactly_as_long_as_the_sample_s_condition_says(user: str) -> None:
    for back in range(1, 40):
        day = DAY - timedelta(days=back)
        record, rejected = record_of(whole_day(day, user), day)
        assert rejected == []
        assert record["sleep_hours"] == pytest.approx(night(user, day).sleep_hours, abs=0.0001)
        stages = sum(record[f"sleep_{stage}_hours"] for stage in ("deep", "light", "rem"))
        assert stages == pytest.approx(record["sleep_hours"], abs=0.001)


def test_nothing_at_all_is_no_record_and_no_refusal() -> None:
    assert normalised("akari", DAY, ZONE, {}) == (None, ())
    assert normalised("akari", DAY, ZONE, {kind: [] for kind in KINDS}) == (None, ())


def test_a_day_without_a_night_has_the_rest_and_nulls() -> None:
    record, rejected = record_of({**whole_day(), SLEEP: []})
    assert rejected == [] and record["sleep_hours"] is None and record["steps"] > 0


def test_active_minutes_are_the_moderate_and_vigorous_ones() -> None:
    levels = [("LIGHT", "100"), ("MODERATE", "20"), ("VIGOROUS", "15")]
    value = [{"activityLevel": level, "activeMinutesSum": count} for level, count in levels]
    data = {"active-minutes": [rolled("activeMinutes", {"activeMinutesRollupByActivityLevel": value})]}
    assert record_of(data)[0]["active_minutes"] == 35


def test_a_classic_session_without_stages_has_its_minutes() -> None:
    night = session(at("14:00"), at("21:00"), summary={"minutesAsleep": "390", "minutesAwake": "30"})
    record, rejected = record_of({SLEEP: [night]})
    assert rejected == []
    assert (record["sleep_hours"], record["sleep_awake_hours"], record["sleep_deep_hours"]) == (6.5, 0.5, None)
    assert record["sleep_efficiency_percent"] == round(100 * 390 / 420, 1)


def test_short_awakenings_are_taken_from_the_stage_under_them() -> None:
    night = session(
        at("14:00"),
        at("21:00"),
        [(at("14:00"), at("21:00"), "LIGHT")],
        shortAwakenings=[{"startTime": at("15:00"), "endTime": at("15:03"), "type": "AWAKE"}],
    )
    record, rejected = record_of({SLEEP: [night]})
    assert rejected == []
    assert (record["sleep_hours"], record["sleep_awake_hours"]) == (6.95, 0.05)


def test_a_nap_counts_and_the_main_sleep_gives_start_and_end() -> None:
    night = session(at("15:00"), at("21:00"), [(at("15:00"), at("21:00"), "DEEP")])
    nap = session(
        "2026-10-19T04:00:00Z", "2026-10-19T05:00:00Z", [("2026-10-19T04:00:00Z", "2026-10-19T05:00:00Z", "LIGHT")]
    )
    record, rejected = record_of({SLEEP: [nap, night]})
    assert rejected == []
    assert record["sleep_hours"] == 7.0
    assert record["sleep_start"] == "2026-10-19T00:00:00+09:00" and record["sleep_end"] == "2026-10-19T06:00:00+09:00"


def test_a_session_belongs_to_the_day_on_which_it_ends_where_the_person_was() -> None:
    # 23:30 in Tokyo on the 19th; by the offset of New York, still its morning.
    abroad = session("2026-10-19T06:00:00Z", "2026-10-19T14:30:00Z", summary={"minutesAsleep": "400"})
    abroad["sleep"]["interval"]["endUtcOffset"] = "-14400s"
    record, rejected = record_of({SLEEP: [abroad]})
    assert rejected == [] and record["sleep_end"] == "2026-10-19T10:30:00-04:00"


def test_the_night_of_the_day_of_25_hours_is_as_long_as_it_was() -> None:
    # Clocks go back in New York on 2026-11-01 at 06:00 UTC.
    day = date(2026, 11, 1)
    interval = {"startTime": "2026-11-01T03:00:00Z", "endTime": "2026-11-01T12:00:00Z"}
    data = {SLEEP: [{"sleep": {"interval": interval, "summary": {"minutesAsleep": "500", "minutesAwake": "40"}}}]}
    record, rejected = normalised("akari", day, "America/New_York", data)
    assert rejected == () and record
    assert record["sleep_start"] == "2026-10-31T23:00:00-04:00" and record["sleep_end"] == "2026-11-01T07:00:00-05:00"
    assert record["sleep_efficiency_percent"] == round(100 * 500 / 540, 1)


def test_a_duplicate_point_is_named_and_counted_once() -> None:
    data = whole_day()
    expected = record_of(data)[0]
    doubled = {kind: points * 2 for kind, points in data.items()}
    record, rejected = record_of(doubled)
    assert record == expected
    assert [why for _, why in rejected] == ["duplicate"] * len(KINDS)


def test_two_different_values_of_one_day_are_none_and_both_are_named() -> None:
    record, rejected = record_of({"steps": [rolled("steps", {"countSum": "5"}), rolled("steps", {"countSum": "6"})]})
    assert record == {}
    assert [field for field, _ in rejected] == ["steps[0]", "steps[1]"]


def test_of_overlapping_sessions_the_main_one_stays() -> None:
    longer = session(at("13:00"), at("21:00"), [(at("13:00"), at("21:00"), "DEEP")])
    main = session(at("15:00"), at("22:00"), [(at("15:00"), at("22:00"), "DEEP")], metadata={"mainSleep": True})
    for order in ([longer, main], [main, longer]):
        record, rejected = record_of({SLEEP: order})
        assert record["sleep_hours"] == 7.0
        assert len(rejected) == 1 and rejected[0][1].startswith("overlaps sleep[")


@pytest.mark.parametrize(
    ("kind", "container", "value", "field"),
    [
        ("distance", "distance", {"metersSum": "5200"}, "distance[0].distance.metersSum"),
        ("total-calories", "totalCalories", {"kilojoulesSum": 8000.0}, "total-calories[0].totalCalories.kilojoulesSum"),
        ("total-calories", "totalCalories", {"kcalSum": 9_000_000.0}, "calories_kcal"),
        ("steps", "steps", {"countSum": "9000000"}, "steps"),
        ("steps", "steps", {"countSum": "-1"}, "steps"),
        ("steps", "steps", {"countSum": "5.5 km"}, "steps[0].steps.countSum"),
        ("steps", "steps", {}, "steps[0].steps.countSum"),
    ],
)
def test_a_changed_unit_is_refused_by_name_and_no_value_is_made_up(
    kind: str, container: str, value: Any, field: str
) -> None:
    record, rejected = record_of({kind: [rolled(container, value)]})
    assert record.get({"distance": "distance_km", "total-calories": "calories_kcal"}.get(kind, kind)) is None
    assert field in [name for name, _ in rejected]


def test_sleep_minutes_in_another_unit_are_refused_and_the_stages_keep_the_hours() -> None:
    data = whole_day()
    expected = record_of(data)[0]
    summary = data[SLEEP][0]["sleep"]["summary"]
    summary["minutesAsleep"] = str(60 * int(summary["minutesAsleep"]))
    record, rejected = record_of(data)
    assert record == expected
    assert [field for field, _ in rejected] == ["sleep[0].sleep.summary.minutesAsleep"]


def test_without_stages_minutes_beyond_the_session_are_refused() -> None:
    record, rejected = record_of({SLEEP: [session(at("14:00"), at("21:00"), summary={"minutesAsleep": "25000"})]})
    assert record == {} and "another unit" in rejected[0][1]


def test_an_unknown_field_is_refused_wherever_it_stands_and_changes_nothing_else() -> None:
    data = whole_day()
    expected = record_of(data)[0]
    data["mood"] = [1]
    data["steps"][0]["steps"]["confidence"] = 0.5
    data[SLEEP][0]["sleep"]["snoring"] = True
    data[SLEEP][0]["sleep"]["stages"][0]["depth"] = 3
    data[RESTING][0]["dailyRestingHeartRate"]["unit"] = "bpm"
    record, rejected = record_of(data)
    assert record == expected
    assert {why for _, why in rejected} == {"unknown field"} and len(rejected) == 5


def test_what_belongs_to_no_day_is_named() -> None:
    rejected = record_of({UNPLACED: [{"steps": {"steps": {}}}]})[1]
    assert [field for field, _ in rejected] == ["unplaced[0]"]


def test_a_point_of_another_day_is_refused() -> None:
    record, rejected = record_of(whole_day(), DAY + timedelta(days=1))
    assert record == {} and len([why for _, why in rejected if "not" in why]) >= len(KINDS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for name, child in inner for found in paths(child, (*path, name)))]


PLACES = paths(whole_day())[1:]


def damaged(damages: list[tuple[tuple[Any, ...], Any]]) -> Any:
    """A whole day with other values at some places, as far as those still exist."""
    data: Any = copy.deepcopy(whole_day())
    for place, value in damages:
        holder = data
        with suppress(KeyError, IndexError, TypeError):
            for name in place[:-1]:
                holder = holder[name]
            holder[place[-1]] = value
    return data


def holds(data: Any) -> None:
    """What must be true of any input."""
    record, rejected = normalised("akari", DAY, ZONE, data)
    assert normalised("akari", DAY, ZONE, data) == (record, rejected)
    orjson.dumps([one.found for one in rejected])
    if record is not None:
        again = msgspec.to_builtins(msgspec.json.decode(orjson.dumps(record), type=HealthDay))
        assert again == record


@given(JSON)
@example([[]] * 3)
@example({"sleep": {"a": float("nan")}})
def test_any_json_becomes_a_record_or_named_refusals(data: Any) -> None:
    holds(data)
    if not isinstance(data, dict):
        assert normalised("akari", DAY, ZONE, data)[1]


@given(st.sampled_from(KINDS), JSON)
def test_any_json_in_a_type_s_place_does_too(kind: str, value: Any) -> None:
    holds({kind: value})
    holds({kind: [value]})


# Values that nearly fit: times, offsets, numbers and dates at their ends.
NEAR = st.sampled_from(
    ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00-14:00", "2026-10-18T20:00:00Z", "2026-02-30T00:00:00Z", "86399s"]
    + ["-86399s", "99999s", "9" * 18, "-1", "0", "1e5", "NaN", "٣", 10**18, -1, 0, 0.5, 1e308, True]
    + [{"year": 2026, "month": 10, "day": 19}, {"year": 0, "month": 13, "day": 10**9}, {"date": None}, {}, []]
)


@settings(max_examples=examples(200))
@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON | NEAR), min_size=1, max_size=3))
def test_a_day_damaged_at_any_places_does_too(damages: list[tuple[tuple[Any, ...], Any]]) -> None:
    holds(damaged(damages))


@pytest.mark.parametrize("deep", [300, 5000])
def test_json_nested_too_deep_is_a_refusal(deep: int) -> None:
    value: Any = 1
    for _ in range(deep):
        value = [value]
    record, rejected = record_of({"steps": value})
    assert record == {} and rejected == [("data", "cannot be represented as JSON")]


@given(st.permutations(range(3)), st.integers(0, 3))
def test_the_order_of_an_answer_does_not_matter(order: list[int], doubled: int) -> None:
    sessions = [
        session(at("14:00"), at("20:00"), [(at("14:00"), at("20:00"), "DEEP")]),
        session(at("19:00"), at("22:00"), [(at("19:00"), at("22:00"), "REM")]),
        session(at("14:00"), at("20:00"), [(at("14:00"), at("20:00"), "LIGHT")]),
    ]
    first = record_of({SLEEP: sessions})[0]
    assert record_of({SLEEP: [sessions[number] for number in order]})[0] == first


@given(st.integers(0, 200_000), st.integers(0, 499_999_999), st.integers(0, 1_500), st.integers(20, 250))
def test_units_are_true(steps: int, millimetres: int, minutes: int, beats: int) -> None:
    levels = [{"activityLevel": "MODERATE", "activeMinutesSum": str(minutes)}]
    data = {
        "steps": [rolled("steps", {"countSum": str(steps)})],
        "distance": [rolled("distance", {"millimetersSum": str(millimetres)})],
        "active-minutes": [rolled("activeMinutes", {"activeMinutesRollupByActivityLevel": levels})],
        RESTING: [{"dailyRestingHeartRate": {**civil(DAY), "beatsPerMinute": str(beats)}}],
    }
    record, rejected = record_of(data)
    assert rejected == []
    assert (record["steps"], record["active_minutes"], record["resting_heart_rate_bpm"]) == (steps, minutes, beats)
    assert round(record["distance_km"] * 1_000_000) == millimetres


@given(
    st.lists(
        st.tuples(st.sampled_from(["LIGHT", "DEEP", "REM", "AWAKE"]), st.integers(1, 7200)), min_size=1, max_size=9
    )
)
def test_the_seconds_of_the_stages_are_the_hours_of_the_record(pieces: list[tuple[str, int]]) -> None:
    end = datetime(2026, 10, 19, 9, 0, tzinfo=ZoneInfo(ZONE))
    start = end - timedelta(seconds=sum(seconds for _, seconds in pieces))
    moment, stages = start, []
    for kind, seconds in pieces:
        following = moment + timedelta(seconds=seconds)
        stages.append((moment.isoformat(), following.isoformat(), kind))
        moment = following
    record, rejected = record_of({SLEEP: [session(start.isoformat(), end.isoformat(), stages)]})
    assert rejected == []
    asleep = sum(seconds for kind, seconds in pieces if kind != "AWAKE")
    assert record["sleep_hours"] == pytest.approx(asleep / 3600, abs=0.0001)
    assert record["sleep_awake_hours"] == pytest.approx((sum(s for _, s in pieces) - asleep) / 3600, abs=0.0001)

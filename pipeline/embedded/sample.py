"""Synthetic ModerationCraft data (PRODUCT §8): seeded, three users over some six weeks, at most 1,000 items. Pure.

Sleep and weather of a day really move that day's sessions, with noise, so that later analyses have something to find.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

SEED = 20240201
DAYS = 45
WEEKS = -(-DAYS // 7)
FINISHED_WEEKS = 2
USERS = ("akari", "kenji", "mio")
JST = timedelta(hours=9)

Item = dict[str, Any]

# What each user works on: name, goal, name and category of its weekly task. The finished ones lie in the first weeks.
_PROJECTS = (
    ("卒業論文を書き上げる", "3月末までに初稿を提出する", "先行研究の整理", "research"),
    ("ポートフォリオサイト制作", "転職活動までに公開する", "デザインの見直し", "design"),
    ("英語学習 TOEIC 800", "毎朝30分つづける", "単語帳の復習", "study"),
)
_FINISHED_PROJECTS = (
    ("奨学金の申請", "必要書類をそろえて提出する", "書類の準備", "paperwork"),
    ("部屋の模様替え", "作業机を窓際に移す", "片付けと採寸", "home"),
    ("簿記3級の受験", "過去問で80点を取る", "仕訳の練習", "study"),
)
_SMALL_TASKS = (
    "論文を3本読む",
    "トップページの配色を決める",
    "過去問を解く",
    "章立てを直す",
    "画像を差し替える",
    "音読する",
)
_TAGS = ("集中", "朝活", "深掘り", "軽め", "締切", "復習")
_NOTES = (
    "よく集中できた。",
    "途中で眠くなった…",
    "雨音が心地よい☔",
    "予定より早く終わった！",
    "通知で気が散った。",
    "",
)


@dataclass(frozen=True)
class Weather:
    """One day in Tokyo, made up: degrees Celsius, millimetres, hectopascals, percent, hours."""

    temperature_mean_c: float
    temperature_min_c: float
    temperature_max_c: float
    precipitation_mm: float
    pressure_hpa: float
    humidity_percent: float
    sunshine_hours: float


@dataclass(frozen=True)
class Night:
    """A user's night before ``day``: sleep in hours, quality 1–5, fatigue 1–10, weight in kilograms."""

    day: date
    sleep_hours: float
    sleep_quality: int
    fatigue: int
    weight: Decimal


@dataclass(frozen=True)
class Project:
    """A user's project: a big task a week, and small tasks in each."""

    project_id: str
    user: str
    words: tuple[str, str, str, str]
    start: date
    weeks: int
    status: str


def weather(day: date, seed: int = SEED) -> Weather:
    """The sample's weather of a day; the same for the same seed."""
    rng = _rng(seed, "weather", day)
    season = 16 - 11 * _cosine_of_year(day)
    mean = season + rng.gauss(0, 2.5)
    rainy = rng.random() < 0.32  # noqa: PLR2004 - share of rainy days in Tokyo
    return Weather(
        temperature_mean_c=round(mean, 1),
        temperature_min_c=round(mean - rng.uniform(3, 5), 1),
        temperature_max_c=round(mean + rng.uniform(3, 6), 1),
        precipitation_mm=round(rng.expovariate(1 / 9), 1) if rainy else 0.0,
        pressure_hpa=round((1004 if rainy else 1016) + rng.gauss(0, 3), 1),
        humidity_percent=round(min(98, (80 if rainy else 55) + rng.gauss(0, 6)), 1),
        sunshine_hours=round(rng.uniform(0, 2) if rainy else rng.uniform(4, 10), 1),
    )


def night(user: str, day: date, seed: int = SEED) -> Night:
    """The sample's sleep of a user in the night that ends on ``day``."""
    rng = _rng(seed, "night", user, day)
    hours = min(9.5, max(3.5, rng.gauss(6.8, 1.1)))
    quality = max(1, min(5, round(hours - 3.8 + rng.gauss(0, 0.6))))
    fatigue = max(1, min(10, round(13 - 1.3 * hours + rng.gauss(0, 1))))
    weight = Decimal(f"{55 + 6 * USERS.index(user) + rng.gauss(0, 0.4):.1f}")
    return Night(day, round(hours, 2), quality, fatigue, weight)


def items(today: date, seed: int = SEED) -> list[Item]:
    """All items up to ``today`` (UTC), as values that boto3's TypeSerializer takes; the same for the same day."""
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    table: list[Item] = []
    for number, user in enumerate(USERS):
        table += _plans(number, user, days[0])
        for passed, day in enumerate(days):
            table += _day(user, day, seed, big_task=f"{user}-p2-b{passed // 7 + 1}")
    return table


def _plans(number: int, user: str, start: date) -> Iterator[Item]:
    at = _moment(start, 0)
    yield _item(f"USER#{user}", "PROFILE", "user", at, user_id=user, timezone="Asia/Tokyo", name=user.capitalize())
    finished = Project(f"{user}-p1", user, _FINISHED_PROJECTS[number], start, FINISHED_WEEKS, "completed")
    going = Project(f"{user}-p2", user, _PROJECTS[number], start, WEEKS, "active")
    for project in (finished, going):
        yield _project(project)
        for week in range(project.weeks):
            yield from _week(project, week)


def _project(project: Project) -> Item:
    name, goal, _, _ = project.words
    return _item(
        f"USER#{project.user}",
        f"PROJECT#{project.project_id}",
        "project",
        _moment(project.start, 0),
        name=name,
        goal=goal,
        deadline=(project.start + timedelta(days=7 * project.weeks + 41)).isoformat(),
        status=project.status,
        estimated_total_hours=Decimal("10.5") * project.weeks,
        version=Decimal(3),
    )


def _week(project: Project, week: int) -> Iterator[Item]:
    _, _, name, category = project.words
    first = project.start + timedelta(days=7 * week)
    big_task = f"{project.project_id}-b{week + 1}"
    done = project.status == "completed" or week < project.weeks - 1
    yield _item(
        f"PROJECT#{project.project_id}",
        f"BIGTASK#{big_task}",
        "bigtask",
        _moment(first, 0),
        name=f"{name}（第{week + 1}週）",
        category=category,
        week_number=Decimal(week + 1),
        estimated_hours=Decimal("10.5"),
        actual_minutes=Decimal(540 + 30 * week) if done else None,
        status="completed" if done else "active",
    )
    for number in range(len(_SMALL_TASKS)):
        yield _small_task(big_task, first, number, done)


def _small_task(big_task: str, first: date, number: int, done: bool) -> Item:
    day = first + timedelta(days=number)
    return _item(
        f"BIGTASK#{big_task}",
        f"SMALLTASK#{big_task}-{number + 1}",
        "smalltask",
        _moment(first, 1),
        name=_SMALL_TASKS[number],
        scheduled_start=_text(_moment(day, 9)),
        scheduled_end=_text(_moment(day, 10.5)),
        estimated_minutes=Decimal(90),
        actual_minutes=Decimal(70 + 7 * number) if done else None,
        status="completed" if done else "active",
        tags={_TAGS[number], _TAGS[(number + day.day) % len(_TAGS)]},
    )


def _day(user: str, day: date, seed: int, big_task: str) -> Iterator[Item]:
    slept = night(user, day, seed)
    yield _item(
        f"USER#{user}",
        f"CONDITION#{day.isoformat()}",
        "condition",
        _moment(day, 7),
        sleep_hours=Decimal(str(slept.sleep_hours)),
        sleep_quality=Decimal(slept.sleep_quality),
        fatigue=Decimal(slept.fatigue),
        weight=slept.weight,
    )
    rng = _rng(seed, "day", user, day)
    for number in range(rng.choice((2, 3, 3, 4))):
        yield _session(user, day, number, seed, big_task)
    at = _moment(day, 21)
    mood = max(1, min(5, round(1 + slept.sleep_hours * 0.45 + rng.gauss(0, 0.6))))
    yield _item(
        f"USER#{user}#DATE#{day.isoformat()}",
        f"MOOD#{_text(at)}",
        "mood",
        at,
        mood_rating=Decimal(mood),
        notes=rng.choice(_NOTES),
    )


def _session(user: str, day: date, number: int, seed: int, big_task: str) -> Item:
    rng = _rng(seed, "session", user, day, number)
    focus, mood = _focus_and_mood(night(user, day, seed), weather(day, seed), rng)
    start = _moment(day, 9 + 3 * number + rng.uniform(0, 1))
    minutes = rng.randrange(25, 95)
    return _item(
        f"USER#{user}#DATE#{day.isoformat()}",
        f"SESSION#{user}-{day.isoformat()}-{number + 1}",
        "session",
        start,
        small_task_id=f"{big_task}-{rng.randrange(len(_SMALL_TASKS)) + 1}",
        start_time=_text(start),
        end_time=_text(start + timedelta(minutes=minutes)),
        duration_minutes=Decimal(minutes),
        focus_level=Decimal(focus),
        mood_rating=Decimal(mood),
        dopamine_level=Decimal(max(1, min(5, round(mood + rng.gauss(0, 0.8))))),
        notes=rng.choice(_NOTES),
    )


def _focus_and_mood(slept: Night, sky: Weather, rng: random.Random) -> tuple[int, int]:
    rain = 1.0 if sky.precipitation_mm > 1 else 0.0
    focus = 6 + 1.1 * (slept.sleep_hours - 6.8) - 0.9 * rain + rng.gauss(0, 1.2)
    mood = 3.3 + 0.4 * (slept.sleep_hours - 6.8) + 0.08 * (sky.sunshine_hours - 5) - 0.5 * rain + rng.gauss(0, 0.6)
    return max(1, min(10, round(focus))), max(1, min(5, round(mood)))


def _item(pk: str, sk: str, entity_type: str, at: datetime, **fields: Any) -> Item:
    stamp = _text(at)
    return {"PK": pk, "SK": sk, "entity_type": entity_type, **fields, "created_at": stamp, "updated_at": stamp}


def _moment(day: date, hour_jst: float) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return (midnight + timedelta(hours=hour_jst) - JST).replace(microsecond=0)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _cosine_of_year(day: date) -> float:
    # A parabola close enough to a cosine: 1 in mid-January, -1 in mid-July.
    position = ((day.timetuple().tm_yday - 15) % 365) / 365
    return 8 * (position - 0.5) ** 2 - 1


def _rng(seed: int, *parts: object) -> random.Random:
    # Seeded by what is rolled for, so that a day's values do not depend on how many days were asked for.
    digest = hashlib.sha256(repr((seed, *map(str, parts))).encode()).digest()
    return random.Random(digest)  # noqa: S311 - sample data, not cryptography

"""The sample as a table's items in ModerationCraft's shapes (PRODUCT §8): five users, at most 1,500 items. Pure.

One of them goes back half a year, which a forecast needs, the others six weeks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pipeline.embedded.sample.days import Session, evening_mood, is_absent, night, sessions
from pipeline.embedded.sample.draws import SEED, rng
from pipeline.embedded.sample.people import USERS, monday, person
from pipeline.embedded.sample.plans import BigTask, Project, SmallTask, projects, task_of

JST = timedelta(hours=9)

Item = dict[str, Any]

_SMALL_TASKS = (
    "資料を3本読む",
    "配色を決める",
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


def items(today: date, seed: int = SEED) -> list[Item]:
    """All items up to ``today`` (UTC), as values that boto3's TypeSerializer takes; the same for the same day."""
    table: list[Item] = []
    for user in USERS:
        first = person(user, seed).first_day(today)
        table += _plans(user, first, today, seed)
        for passed in range((today - first).days + 1):
            table += _day(user, first + timedelta(days=passed), seed)
    return table


def _plans(user: str, first: date, today: date, seed: int) -> Iterator[Item]:
    at = _moment(first, 0)
    yield _item(f"USER#{user}", "PROFILE", "user", at, user_id=user, timezone="Asia/Tokyo", name=user.capitalize())
    for project in projects(user, today, seed):
        yield _project(user, project, today)
        for task in project.tasks:
            yield _big_task(project, task, today)
            for part in task.parts:
                yield _small_task(project, task, part, today)


def _project(user: str, project: Project, today: date) -> Item:
    name, goal, _, _ = project.words
    return _item(
        f"USER#{user}",
        f"PROJECT#{project.project_id}",
        "project",
        _moment(project.start, 0),
        name=name,
        goal=goal,
        deadline=project.deadline.isoformat(),
        status="completed" if project.end <= today else "active",
        estimated_total_hours=_hours(project.estimated),
        version=Decimal(3),
    )


def _big_task(project: Project, task: BigTask, today: date) -> Item:
    _, _, name, category = project.words
    return _item(
        f"PROJECT#{project.project_id}",
        f"BIGTASK#{task.big_task_id}",
        "bigtask",
        _moment(project.start, 0),
        name=f"{name}（第{task.number}週）",
        category=category,
        week_number=Decimal(task.number),
        estimated_hours=_hours(task.estimated),
        **_progress(task, today),
    )


def _small_task(project: Project, task: BigTask, part: SmallTask, today: date) -> Item:
    day = part.first + timedelta(days=3 * (part.number - 1))
    number = task.number + part.number
    return _item(
        f"BIGTASK#{task.big_task_id}",
        f"SMALLTASK#{part.small_task_id}",
        "smalltask",
        _moment(project.start, 1),
        name=_SMALL_TASKS[number % len(_SMALL_TASKS)],
        scheduled_start=_text(_moment(day, 9)),
        scheduled_end=_text(_moment(day, 9 + part.estimated / 60)),
        estimated_minutes=Decimal(part.estimated),
        **_progress(part, today),
        tags={_TAGS[number % len(_TAGS)], _TAGS[(number + day.day) % len(_TAGS)]},
    )


def _progress(task: BigTask | SmallTask, today: date) -> Item:
    """Of a week that is over what its sessions took; of another the sessions themselves tell."""
    done = task.first < monday(today)
    return {
        "actual_minutes": Decimal(task.worked) if done else None,
        "status": "completed" if done else "active",
    }


def _day(user: str, day: date, seed: int) -> Iterator[Item]:
    at = _moment(day, 7)
    yield _item(f"USER#{user}", f"CONDITION#{day.isoformat()}", "condition", at, **_condition(user, day, seed))
    if is_absent(user, day, seed):
        return
    draw, at = rng(seed, "notes", user, day), _moment(day, 21)
    for session in sessions(user, day, seed):
        yield _session(user, day, session, draw.choice(_NOTES), task_of(user, day, session.number, seed))
    mood = Decimal(evening_mood(user, day, seed))
    key = f"USER#{user}#DATE#{day.isoformat()}"
    yield _item(key, f"MOOD#{_text(at)}", "mood", at, mood_rating=mood, notes=draw.choice(_NOTES))


def _condition(user: str, day: date, seed: int) -> Item:
    """Nothing in it on a day on which nothing was noted: a day that is not there at all would be a gap."""
    if is_absent(user, day, seed):
        return dict.fromkeys(("sleep_hours", "sleep_quality", "fatigue", "weight"))
    slept = night(user, day, seed)
    return {
        "sleep_hours": Decimal(str(slept.sleep_hours)),
        "sleep_quality": Decimal(slept.sleep_quality),
        "fatigue": Decimal(slept.fatigue),
        "weight": slept.weight,
    }


def _session(user: str, day: date, session: Session, notes: str, small_task: str) -> Item:
    start = _moment(day, session.hour)
    return _item(
        f"USER#{user}#DATE#{day.isoformat()}",
        f"SESSION#{user}-{day.isoformat()}-{session.number + 1}",
        "session",
        start,
        small_task_id=small_task,
        start_time=_text(start),
        end_time=_text(start + timedelta(minutes=session.minutes)),
        duration_minutes=Decimal(session.minutes),
        focus_level=Decimal(session.focus),
        mood_rating=Decimal(session.mood),
        dopamine_level=Decimal(session.dopamine),
        notes=notes,
    )


def _item(pk: str, sk: str, entity_type: str, at: datetime, **fields: Any) -> Item:
    stamp = _text(at)
    return {"PK": pk, "SK": sk, "entity_type": entity_type, **fields, "created_at": stamp, "updated_at": stamp}


def _hours(minutes: int) -> Decimal:
    # Quarters of an hour: two digits say them exactly.
    return Decimal(minutes) / 60


def _moment(day: date, hour_jst: float) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return (midnight + timedelta(hours=hour_jst) - JST).replace(microsecond=0)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

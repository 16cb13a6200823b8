"""What the sample's people work on: projects of four weeks, a big task a week, small tasks, and the minutes that became
of them. Pure, seeded.

Actual minutes are those of the sessions; estimates were made before, and are wrong as estimates are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.embedded.sample.days import sessions
from pipeline.embedded.sample.draws import SEED, rng
from pipeline.embedded.sample.people import EPOCH, PROJECT_WEEKS, USERS, WEEK, person, week_of

SMALL_TASKS = 2
_ROUND = 15
_SESSIONS_A_WEEK = 10
_OPTIMISM, _SPREAD = 0.9, 0.15

# Name, goal, name and category of the weekly task.
_PROJECTS = (
    ("卒業論文を書き上げる", "月末までに初稿を提出する", "先行研究の整理", "research"),
    ("ポートフォリオサイト制作", "転職活動までに公開する", "デザインの見直し", "design"),
    ("英語学習 TOEIC 800", "毎朝30分つづける", "単語帳の復習", "study"),
    ("奨学金の申請", "必要書類をそろえて提出する", "書類の準備", "paperwork"),
    ("部屋の模様替え", "作業机を窓際に移す", "片付けと採寸", "home"),
    ("簿記3級の受験", "過去問で80点を取る", "仕訳の練習", "study"),
    ("学会発表の準備", "20分の発表を通しで話せる", "スライドの作成", "research"),
    ("家計簿アプリの開発", "友人3人に使ってもらう", "画面の実装", "development"),
    ("写真集づくり", "旅の写真を40枚にまとめる", "写真の選定", "design"),
    ("統計検定2級の受験", "例題をすべて解き直す", "確率分布の復習", "study"),
    ("引っ越しの段取り", "荷物を半分に減らす", "手続きと荷造り", "home"),
)


@dataclass(frozen=True)
class SmallTask:
    """A part of a week's work; minutes ``estimated`` before and ``worked`` in its sessions."""

    small_task_id: str
    number: int
    first: date
    estimated: int
    worked: int


@dataclass(frozen=True)
class BigTask:
    """A project's work of the week that begins on ``first``; ``number`` counts from 1 within the project."""

    big_task_id: str
    number: int
    first: date
    parts: tuple[SmallTask, ...]

    @property
    def estimated(self) -> int:
        """Minutes, those of its parts."""
        return sum(part.estimated for part in self.parts)

    @property
    def worked(self) -> int:
        """Minutes, those of its parts."""
        return sum(part.worked for part in self.parts)


@dataclass(frozen=True)
class Project:
    """As far as the records go back: ``start`` and ``tasks`` of the oldest one are later than it really began."""

    project_id: str
    words: tuple[str, str, str, str]
    start: date
    end: date
    deadline: date
    tasks: tuple[BigTask, ...]

    @property
    def estimated(self) -> int:
        """Minutes, those of its tasks."""
        return sum(task.estimated for task in self.tasks)


def projects(user: str, today: date, seed: int = SEED) -> Iterator[Project]:
    """A user's, the oldest first; the last one goes on, and its coming weeks are planned."""
    first, last = week_of(person(user, seed).first_day(today)), week_of(today)
    for number in range(_project_of(user, first, seed), _project_of(user, last, seed) + 1):
        yield _project(user, number, first, seed)


def task_of(user: str, day: date, number: int, seed: int = SEED) -> str:
    """The small task that a day's session worked on: they take turns."""
    return f"{_big_task_id(user, week_of(day), seed)}-{_turn(day, number)}"


def _project(user: str, number: int, first_week: int, seed: int) -> Project:
    begins = number * PROJECT_WEEKS - person(user, seed).shift
    weeks = range(max(begins, first_week), begins + PROJECT_WEEKS)
    late = rng(seed, "deadline", user, number).randrange(-5, 12)
    end = _first_of(begins + PROJECT_WEEKS)
    return Project(
        f"{user}-p{number}",
        _PROJECTS[(number + 3 * _place(user)) % len(_PROJECTS)],
        start=_first_of(weeks[0]),
        end=end,
        deadline=end + timedelta(days=late),
        tasks=tuple(_big_task(user, week, seed) for week in weeks),
    )


def _big_task(user: str, week: int, seed: int) -> BigTask:
    name = _big_task_id(user, week, seed)
    parts = tuple(_small_task(user, week, number, name, seed) for number in range(1, SMALL_TASKS + 1))
    return BigTask(name, int(name.rpartition("-b")[2]), _first_of(week), parts)


def _small_task(user: str, week: int, number: int, big_task: str, seed: int) -> SmallTask:
    name, first = f"{big_task}-{number}", _first_of(week)
    days = (first + timedelta(days=passed) for passed in range(WEEK))
    held = ((day, session) for day in days for session in sessions(user, day, seed))
    worked = sum(session.minutes for day, session in held if _turn(day, session.number) == number)
    usual = person(user, seed).minutes * _SESSIONS_A_WEEK / SMALL_TASKS
    guess = usual * rng(seed, "estimate", name).gauss(_OPTIMISM, _SPREAD)
    return SmallTask(name, number, first, max(2, round(guess / _ROUND)) * _ROUND, worked)


def _turn(day: date, number: int) -> int:
    return (day.weekday() + number) % SMALL_TASKS + 1


def _big_task_id(user: str, week: int, seed: int) -> str:
    project, passed = divmod(week + person(user, seed).shift, PROJECT_WEEKS)
    return f"{user}-p{project}-b{passed + 1}"


def _project_of(user: str, week: int, seed: int) -> int:
    return (week + person(user, seed).shift) // PROJECT_WEEKS


def _place(user: str) -> int:
    return USERS.index(user) if user in USERS else 0


def _first_of(week: int) -> date:
    return EPOCH + timedelta(days=WEEK * week)

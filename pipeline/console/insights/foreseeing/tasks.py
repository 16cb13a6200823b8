"""A person's tasks of mart_task_progress, by open project: what a completion is foreseen of. Pure.

A task that has no minutes of its own has those of its sessions. What is worked on one project alone no mart tells.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.analysis.correlation.cells import Row
from pipeline.analysis.forecast.completion import MOST_TASKS, Completion, Task, completion
from pipeline.analysis.forecast.result import Project
from pipeline.analysis.forecast.series import Floats

MART: Final = "mart_task_progress"
FINISHED: Final = "completed"
# Open projects of a person that are foreseen, by their ids; what is left out is told.
MOST_PROJECTS: Final = 20
PREFIX: Final = "completion_"
TASKS_SQL: Final = f"""select project_id, project, project_status, big_task_id, status, estimated_minutes,
    coalesce(actual_minutes, nullif(session_minutes, 0)) as minutes
from {MART}
where user_id = {{{{person}}}} and project_id is not null
order by project_id, big_task_id
limit {MOST_TASKS + 1}"""  # noqa: S608 - all of it is ours


@dataclass(frozen=True)
class OpenProject:
    """A project that is not completed, with its tasks, and the ``finished`` ones of the person's other projects."""

    id: str
    name: str
    tasks: tuple[Task, ...]
    finished: tuple[Task, ...]

    @property
    def target(self) -> str:
        """What its forecasts are kept as."""
        return f"{PREFIX}{hashlib.sha256(self.id.encode('utf-8', 'backslashreplace')).hexdigest()[:12]}"


@dataclass(frozen=True)
class OpenProjects:
    """A person's open projects in the order of their ids, and how many there are beyond MOST_PROJECTS."""

    projects: tuple[OpenProject, ...] = ()
    left_out: int = 0


def open_projects(rows: Sequence[Row]) -> OpenProjects:
    """Of the rows that TASKS_SQL gives."""
    tasks = {str(row["project_id"]): (row, list[Task]()) for row in rows}
    for row in rows:
        tasks[str(row["project_id"])][1].append(_task(row))
    found = [
        OpenProject(id_, str(row.get("project") or id_), tuple(own), _finished(tasks, id_))
        for id_, (row, own) in sorted(tasks.items())
        if row.get("project_status") != FINISHED
    ]
    return OpenProjects(tuple(found[:MOST_PROJECTS]), max(len(found) - MOST_PROJECTS, 0))


def completed(project: OpenProject, worked: Floats, today: date, seed: int) -> tuple[Completion, Project]:
    """By its own finished tasks; by all that the person has finished where these are too few. ``worked``: the person's
    minutes a day (n,). Raise DataInvalid for too many tasks."""
    own = completion(project.tasks, worked, today, seed)
    if own.answer != "not_enough_tasks" or not project.finished:
        return own, Project(project.id, project.name)
    wider = completion((*project.tasks, *project.finished), worked, today, seed)
    return wider, Project(project.id, project.name, tasks="person")


def _finished(tasks: dict[str, tuple[Row, list[Task]]], but: str) -> tuple[Task, ...]:
    return tuple(task for id_, (_, own) in sorted(tasks.items()) if id_ != but for task in own if task.is_finished)


def _task(row: Row) -> Task:
    return Task(_minutes(row.get("estimated_minutes")), _minutes(row.get("minutes")), row.get("status") == FINISHED)


def _minutes(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan

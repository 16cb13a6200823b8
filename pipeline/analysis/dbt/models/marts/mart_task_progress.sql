{%- set sessions = types_of(ref('int_sessions')) -%}
{%- set tasks = types_of(ref('stg_small_tasks')) -%}
-- One row a big task: planned and done, by the task's own figures, its small tasks and the sessions.
with worked as (
    select big_task_id, count(*) as sessions, {{ total(sessions, 'minutes') }} as session_minutes, max(day) as last_day
    from {{ ref('int_sessions') }}
    where big_task_id is not null
    group by big_task_id
),

parts as (
    select
        big_task_id,
        count(*) as small_tasks,
        count(case when status = 'completed' then 1 end) as small_tasks_done,
        {{ total(tasks, 'estimated_minutes') }} as small_task_minutes
    from {{ ref('stg_small_tasks') }}
    group by big_task_id
)

select
    b.big_task_id,
    b.project_id,
    p.user_id,
    p.name as project,
    p.status as project_status,
    p.deadline,
    b.name as big_task,
    b.category,
    b.week_number,
    b.status,
    b.estimated_hours,
    round(cast(b.estimated_hours as double) * 60, 2) as estimated_minutes,
    b.actual_minutes,
    coalesce(w.sessions, 0) as sessions,
    coalesce(w.session_minutes, 0) as session_minutes,
    w.last_day as last_worked_day,
    coalesce(t.small_tasks, 0) as small_tasks,
    coalesce(t.small_tasks_done, 0) as small_tasks_done,
    t.small_task_minutes
from {{ ref('stg_big_tasks') }} as b
left join {{ ref('stg_projects') }} as p on p.project_id = b.project_id
left join worked as w on w.big_task_id = b.big_task_id
left join parts as t on t.big_task_id = b.big_task_id

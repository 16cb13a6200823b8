-- Every session with its task and its project, and the civil day and hour where its person lives. A session whose
-- person or task is not there stays: a test tells of it, and no minute is lost.
select
    s.session_id,
    s.user_id,
    coalesce({{ local_day('s.started_at', zone_of('u')) }}, s.key_day) as day,
    {{ local_hour('s.started_at', zone_of('u')) }} as hour,
    {{ stored('s.started_at') }} as started_at,
    s.minutes,
    s.focus,
    s.mood,
    s.dopamine,
    s.small_task_id,
    t.name as small_task,
    t.big_task_id,
    b.category,
    b.project_id,
    p.name as project
from {{ ref('stg_sessions') }} as s
left join {{ ref('stg_users') }} as u on u.user_id = s.user_id
left join {{ ref('stg_small_tasks') }} as t on t.small_task_id = s.small_task_id
left join {{ ref('stg_big_tasks') }} as b on b.big_task_id = t.big_task_id
left join {{ ref('stg_projects') }} as p on p.project_id = b.project_id

-- The days of a person add up to the person's sessions.
with worked as (
    select user_id, sum(minutes) as minutes from {{ ref('stg_sessions') }} group by user_id
),

told as (
    select user_id, sum(focus_minutes) as minutes from {{ ref('mart_daily_wellness') }} group by user_id
)

select w.user_id, w.minutes as session_minutes, t.minutes as daily_minutes
from worked as w
left join told as t on t.user_id = w.user_id
where abs(cast(coalesce(w.minutes, 0) as double) - cast(coalesce(t.minutes, 0) as double)) > 0.01

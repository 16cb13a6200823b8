-- Every day of every person from the first to the last record, those on which nothing happened too. A day outside of
-- 1990 to 2100 is somebody's mistake, of which a test tells: it must not make a hundred thousand rows.
with seen as (
    select user_id, day from {{ ref('int_work_days') }}
    union all
    select user_id, day from {{ ref('int_mood_days') }}
    union all
    select user_id, day from {{ ref('stg_conditions') }}
    union all
    select user_id, day from {{ ref('stg_health_days') }}
),

bounds as (
    select user_id, min(day) as first_day, max(day) as last_day
    from seen
    where user_id is not null and day between date '1990-01-01' and date '2100-12-31'
    group by user_id
)

select bounds.user_id, cast(every.day as date) as day
from bounds
cross join {{ each_day('bounds.first_day', 'bounds.last_day') }}

{%- set types = types_of(ref('int_sessions')) -%}
-- When a person works, and how well: one row a person, weekday and hour.
with held as (
    select user_id, {{ weekday('day') }} as weekday, hour, minutes, focus, mood
    from {{ ref('int_sessions') }}
    where day is not null and hour is not null
)

select
    user_id,
    weekday,
    hour,
    count(*) as sessions,
    {{ total(types, 'minutes') }} as minutes,
    round(avg(focus), 2) as focus,
    round(avg(mood), 2) as mood
from held
group by user_id, weekday, hour

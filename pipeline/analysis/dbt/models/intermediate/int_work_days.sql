{%- set types = types_of(ref('int_sessions')) -%}
select
    user_id,
    day,
    count(*) as sessions,
    {{ total(types, 'minutes') }} as focus_minutes,
    round(avg(focus), 2) as focus,
    round(avg(mood), 2) as session_mood,
    round(avg(dopamine), 2) as dopamine,
    count(distinct project_id) as projects
from {{ ref('int_sessions') }}
group by user_id, day

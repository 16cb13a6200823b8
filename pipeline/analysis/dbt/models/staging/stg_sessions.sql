{%- set types = types_of(source('lake', 'session')) -%}
select
    {{ rest_of('sk') }} as session_id,
    {{ id_of('pk') }} as user_id,
    {{ day_in('pk') }} as key_day,
    {{ text('small_task_id') }} as small_task_id,
    {{ moment('start_time') }} as started_at,
    {{ moment('end_time') }} as ended_at,
    {{ number(types, 'duration_minutes') }} as minutes,
    {{ number(types, 'focus_level') }} as focus,
    {{ number(types, 'mood_rating') }} as mood,
    {{ number(types, 'dopamine_level') }} as dopamine,
    {{ text('notes') }} as notes
from {{ source('lake', 'session') }}

{%- set types = types_of(source('lake', 'google_health')) -%}
select
    {{ text('"user"') }} as user_id,
    {{ day('"date"') }} as day,
    {{ number(types, 'sleep_hours') }} as sleep_hours,
    {{ number(types, 'sleep_efficiency_percent') }} as sleep_efficiency_percent,
    {{ number(types, 'sleep_deep_hours') }} as deep_sleep_hours,
    {{ number(types, 'sleep_rem_hours') }} as rem_sleep_hours,
    {{ number(types, 'steps') }} as steps,
    {{ number(types, 'active_minutes') }} as active_minutes,
    {{ number(types, 'resting_heart_rate_bpm') }} as resting_heart_rate
from {{ source('lake', 'google_health') }}

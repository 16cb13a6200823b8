{%- set types = types_of(source('lake', 'condition')) -%}
-- The day is the key's: created_at of the morning in Japan is the day before in UTC.
select
    {{ id_of('pk') }} as user_id,
    {{ day(rest_of('sk')) }} as day,
    {{ number(types, 'sleep_hours') }} as sleep_hours,
    {{ number(types, 'sleep_quality') }} as sleep_quality,
    {{ number(types, 'fatigue') }} as fatigue,
    {{ number(types, 'weight') }} as weight_kg
from {{ source('lake', 'condition') }}

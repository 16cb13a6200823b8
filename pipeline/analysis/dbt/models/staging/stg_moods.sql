{%- set types = types_of(source('lake', 'mood')) -%}
select
    {{ id_of('pk') }} as user_id,
    {{ day_in('pk') }} as key_day,
    coalesce({{ moment(rest_of('sk')) }}, {{ moment('created_at') }}) as noted_at,
    {{ number(types, 'mood_rating') }} as mood,
    {{ text('notes') }} as notes
from {{ source('lake', 'mood') }}

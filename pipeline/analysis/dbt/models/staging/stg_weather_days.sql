{%- set types = types_of(source('lake', 'weather')) -%}
select
    {{ text('place_id') }} as place_id,
    {{ text('place_name') }} as place,
    {{ day('"date"') }} as day,
    {{ text('kind') }} as kind,
    {{ number(types, 'temperature_mean_c') }} as temperature_c,
    {{ number(types, 'temperature_min_c') }} as temperature_min_c,
    {{ number(types, 'temperature_max_c') }} as temperature_max_c,
    {{ number(types, 'precipitation_mm') }} as rain_mm,
    {{ number(types, 'pressure_mean_hpa') }} as pressure_hpa,
    {{ number(types, 'humidity_mean_percent') }} as humidity_percent,
    {{ number(types, 'sunshine_hours') }} as sunshine_hours
from {{ source('lake', 'weather') }}

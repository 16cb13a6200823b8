{%- set types = types_of(source('lake', 'bigtask')) -%}
select
    {{ rest_of('sk') }} as big_task_id,
    {{ rest_of('pk') }} as project_id,
    {{ text('name') }} as name,
    {{ text('category') }} as category,
    {{ number(types, 'week_number') }} as week_number,
    {{ number(types, 'estimated_hours') }} as estimated_hours,
    {{ number(types, 'actual_minutes') }} as actual_minutes,
    {{ text('status') }} as status
from {{ source('lake', 'bigtask') }}

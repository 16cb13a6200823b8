{%- set types = types_of(source('lake', 'project')) -%}
select
    {{ rest_of('sk') }} as project_id,
    {{ id_of('pk') }} as user_id,
    {{ text('name') }} as name,
    {{ text('goal') }} as goal,
    {{ day('deadline') }} as deadline,
    {{ text('status') }} as status,
    {{ number(types, 'estimated_total_hours') }} as estimated_hours,
    {{ moment('updated_at') }} as updated_at
from {{ source('lake', 'project') }}

{%- set types = types_of(source('lake', 'smalltask')) -%}
select
    {{ rest_of('sk') }} as small_task_id,
    {{ rest_of('pk') }} as big_task_id,
    {{ text('name') }} as name,
    {{ moment('scheduled_start') }} as scheduled_start,
    {{ moment('scheduled_end') }} as scheduled_end,
    {{ number(types, 'estimated_minutes') }} as estimated_minutes,
    {{ number(types, 'actual_minutes') }} as actual_minutes,
    {{ text('status') }} as status
from {{ source('lake', 'smalltask') }}

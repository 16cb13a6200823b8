-- A person's profile. A time zone that nobody knows gives way to the setting's, and a test says so.
select
    coalesce(nullif({{ text('user_id') }}, ''), {{ id_of('pk') }}) as user_id,
    {{ text('name') }} as name,
    nullif({{ text('timezone') }}, '') as recorded_timezone,
    coalesce({{ known_zone(text('timezone')) }}, {{ quoted(var('timezone')) }}) as timezone
from {{ source('lake', 'user') }}

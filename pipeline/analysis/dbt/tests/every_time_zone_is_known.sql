-- In a zone that nobody knows the setting's stands in, and the person's days may be wrong.
select user_id, recorded_timezone, timezone from {{ ref('stg_users') }} where recorded_timezone <> timezone

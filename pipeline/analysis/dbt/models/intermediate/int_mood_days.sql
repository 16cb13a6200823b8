-- Noted before noon is the morning's, noted from 17:00 on is the evening's.
with noted as (
    select
        m.user_id,
        coalesce({{ local_day('m.noted_at', zone_of('u')) }}, m.key_day) as day,
        {{ local_hour('m.noted_at', zone_of('u')) }} as hour,
        m.mood
    from {{ ref('stg_moods') }} as m
    left join {{ ref('stg_users') }} as u on u.user_id = m.user_id
)

select
    user_id,
    day,
    round(avg(mood), 2) as mood,
    round(avg(case when hour < 12 then mood end), 2) as morning_mood,
    round(avg(case when hour >= 17 then mood end), 2) as evening_mood
from noted
group by user_id, day

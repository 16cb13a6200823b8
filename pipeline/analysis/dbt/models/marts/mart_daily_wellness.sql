-- One row a person and day: work, mood, sleep, body, weather. What was not measured is null, never 0; work itself is 0.
select
    d.user_id,
    d.day,
    {{ weekday('d.day') }} as weekday,
    p.place_id,
    coalesce(cast(h.sleep_hours as double), cast(c.sleep_hours as double)) as sleep_hours,
    case when h.sleep_hours is not null then 'google-health' when c.sleep_hours is not null then 'condition' end
        as sleep_source,
    c.sleep_hours as recorded_sleep_hours,
    h.sleep_efficiency_percent,
    h.deep_sleep_hours,
    h.rem_sleep_hours,
    c.sleep_quality,
    c.fatigue,
    c.weight_kg,
    m.morning_mood,
    coalesce(w.sessions, 0) as sessions,
    coalesce(w.focus_minutes, 0) as focus_minutes,
    coalesce(w.projects, 0) as projects,
    w.focus,
    w.session_mood,
    w.dopamine,
    m.mood,
    m.evening_mood,
    h.steps,
    h.active_minutes,
    h.resting_heart_rate,
    x.temperature_c,
    x.temperature_min_c,
    x.temperature_max_c,
    x.rain_mm,
    x.pressure_hpa,
    round(cast(x.pressure_hpa as double) - cast(y.pressure_hpa as double), 2) as pressure_change_hpa,
    x.humidity_percent,
    x.sunshine_hours,
    x.kind as weather_kind
from {{ ref('int_user_days') }} as d
left join {{ ref('int_person_places') }} as p on p.user_id = d.user_id
left join {{ ref('int_work_days') }} as w on w.user_id = d.user_id and w.day = d.day
left join {{ ref('int_mood_days') }} as m on m.user_id = d.user_id and m.day = d.day
left join {{ ref('stg_conditions') }} as c on c.user_id = d.user_id and c.day = d.day
left join {{ ref('stg_health_days') }} as h on h.user_id = d.user_id and h.day = d.day
left join {{ ref('stg_weather_days') }} as x on x.place_id = p.place_id and x.day = d.day
left join {{ ref('stg_weather_days') }} as y on y.place_id = p.place_id and y.day = {{ day_before('d.day') }}

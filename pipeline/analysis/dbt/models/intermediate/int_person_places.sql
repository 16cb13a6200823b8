-- Where each person lives: as the setting names it, else the first of the places whose weather there is.
with named as (
    {{ named_places() }}
),

first_place as (
    select min(place_id) as place_id from {{ ref('stg_weather_days') }}
),

people as (
    select distinct user_id from {{ ref('int_user_days') }}
)

select people.user_id, coalesce(named.place_id, first_place.place_id) as place_id
from people
cross join first_place
left join named on named.user_id = people.user_id

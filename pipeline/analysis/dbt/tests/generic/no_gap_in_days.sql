{% test no_gap_in_days(model, column_name, by) %}
with days as (
    select distinct {{ by }}, {{ column_name }} as after_day from {{ model }} where {{ column_name }} is not null
),

pairs as (
    select {{ by }}, after_day, lead(after_day) over (partition by {{ by }} order by after_day) as next_day from days
)

select {{ by }}, after_day, next_day, {{ days_from('after_day', 'next_day') }} - 1 as missing_days
from pairs
where {{ days_from('after_day', 'next_day') }} > 1
{% endtest %}

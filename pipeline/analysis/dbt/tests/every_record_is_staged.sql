-- As many rows of a kind in its model as there are records of it.
with claimed as (
    select lower(entity) as entity, count(*) as records
    from {{ source('lake', 'all_records') }}
    where lower(entity) in {{ entities() }}
    group by lower(entity)
),

staged as (
    {%- for entity, model in staged_as().items() %}
    select '{{ entity }}' as entity, count(*) as staged from {{ ref(model) }}
    {%- if not loop.last %} union all {%- endif %}
    {%- endfor %}
)

select s.entity, coalesce(c.records, 0) as records, s.staged
from staged as s
left join claimed as c on c.entity = s.entity
where coalesce(c.records, 0) <> s.staged

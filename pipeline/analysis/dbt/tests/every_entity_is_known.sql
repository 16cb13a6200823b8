-- A kind of record that no model knows is new: told, not dropped in silence.
{{ config(severity='warn') }}
select entity, count(*) as records
from {{ source('lake', 'all_records') }}
where entity is null or lower(entity) not in {{ entities() }}
group by entity

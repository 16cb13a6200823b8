{# A text as SQL: what a setting says never becomes a part of the query. #}
{% macro quoted(value) %}'{{ value | string | replace("'", "''") }}'{% endmacro %}

{# The time zone of a person, of whom there may be no profile. #}
{% macro zone_of(person) %}coalesce({{ person }}.timezone, {{ quoted(var('timezone')) }}){% endmacro %}

{# Whom the variable person_places names: user_id, place_id. #}
{% macro named_places() %}
    {%- for user_id, place_id in var('person_places').items() %}
    select {{ quoted(user_id) }} as user_id, {{ quoted(place_id) }} as place_id
    union all
    {%- endfor %}
    select cast(null as varchar) as user_id, cast(null as varchar) as place_id where 1 = 0
{% endmacro %}

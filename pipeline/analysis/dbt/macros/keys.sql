{# What stands in the keys of the table: USER#<id>#DATE#<day>, SESSION#<id>. #}

{# What follows the first # of a key, up to the next. #}
{% macro id_of(key) %}nullif(split_part({{ text(key) }}, '#', 2), ''){% endmacro %}

{# The whole of what follows the first # of a sort key: a moment or an id that may hold a # itself. #}
{% macro rest_of(key) -%}
    nullif(substr({{ text(key) }}, length(split_part({{ text(key) }}, '#', 1)) + 2), '')
{%- endmacro %}

{# The day in USER#<id>#DATE#<day>; null where there is none. #}
{% macro day_in(key) %}{{ day("split_part(" ~ text(key) ~ ", '#', 4)") }}{% endmacro %}

{# Numbers keep the type that their table gives them, to the 38th digit: only a column of texts is read as numbers. #}

{# The types of a relation's columns by name in small letters; empty where dbt only parses. #}
{% macro types_of(relation) %}
    {%- set types = {} -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do types.update({column.name | lower: column.dtype | lower}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(types) -}}
{% endmacro %}

{% macro is_whole(type) %}
    {{- return(modules.re.match('u?(tiny|small|big|huge)?int(eger)?$', type) is not none) -}}
{% endmacro %}

{# A column as a number. #}
{% macro number(types, column) %}
    {%- set type = types.get(column, '') -%}
    {%- if is_whole(type) or modules.re.match('(double|float|real|decimal|numeric)', type) -%}
        {{ column }}
    {%- else -%}
        {{ read_number(column) }}
    {%- endif -%}
{% endmacro %}

{# The sum of a relation's column. A sum of bigints is a HUGEINT in DuckDB, which Parquet would hold as a double; one of
   decimals of 36 places ends at 100. #}
{% macro total(types, column) %}
    {%- if is_whole(types.get(column, '')) -%}
        try_cast(sum({{ column }}) as bigint)
    {%- else -%}
        round(sum(cast({{ column }} as double)), 6)
    {%- endif -%}
{% endmacro %}

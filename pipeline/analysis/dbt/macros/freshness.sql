{# When the newest document of a source's table was exported; now where there is none: what is not used is not late. #}
{% macro newest_export(source_table) -%}
    select coalesce(max(exported_at), current_timestamp)
    from {{ var('lake_schema') }}.documents
    where source_table = {{ quoted(source_table) }}
{%- endmacro %}

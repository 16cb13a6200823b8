{% test within(model, column_name, least, most, kind='double') %}
{#- Numbers are compared as doubles: a decimal of 37 places cannot hold the bound 24. -#}
select * from {{ model }}
where cast({{ column_name }} as {{ kind }}) not between cast('{{ least }}' as {{ kind }}) and cast('{{ most }}' as {{ kind }})
{% endtest %}

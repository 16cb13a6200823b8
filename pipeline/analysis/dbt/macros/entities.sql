{# The kinds of records that models know, and the model of each. #}
{% macro staged_as() %}
    {{- return({
        'user': 'stg_users', 'project': 'stg_projects', 'bigtask': 'stg_big_tasks', 'smalltask': 'stg_small_tasks',
        'session': 'stg_sessions', 'mood': 'stg_moods', 'condition': 'stg_conditions',
    }) -}}
{% endmacro %}

{% macro entities() %}('{{ staged_as().keys() | join("', '") }}'){% endmacro %}

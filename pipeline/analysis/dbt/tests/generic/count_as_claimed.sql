{% test count_as_claimed(model) %}
{#- What a document's head says that it holds, against what its tables hold; one without tables is told, too. -#}
select document, version_id, claimed, found from {{ model }} where claimed is distinct from found
{% endtest %}

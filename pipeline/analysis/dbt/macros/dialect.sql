{# What DuckDB and Athena say differently. Models use these names; the adapter chooses. #}

{# A text or a moment as a moment in UTC; null where it is none. #}
{% macro moment(value) %}{{ adapter.dispatch('moment')(value) }}{% endmacro %}
{% macro duckdb__moment(value) %}try_cast({{ value }} as timestamptz){% endmacro %}
{% macro athena__moment(value) -%}
    try(from_iso8601_timestamp(replace(cast({{ value }} as varchar), ' ', 'T')))
{%- endmacro %}

{# A moment as a table may hold it: a table of Athena has no time zones. #}
{% macro stored(value) %}{{ adapter.dispatch('stored')(value) }}{% endmacro %}
{% macro duckdb__stored(value) %}{{ value }}{% endmacro %}
{% macro athena__stored(value) %}cast({{ value }} at time zone 'UTC' as timestamp(3)){% endmacro %}

{# Any value as text; null where it has none. #}
{% macro text(value) %}{{ adapter.dispatch('text')(value) }}{% endmacro %}
{% macro duckdb__text(value) %}try_cast({{ value }} as varchar){% endmacro %}
{% macro athena__text(value) %}cast({{ value }} as varchar){% endmacro %}

{# A text as a date; null where it is none. #}
{% macro day(value) %}{{ adapter.dispatch('day')(value) }}{% endmacro %}
{% macro duckdb__day(value) %}try_cast({{ text(value) }} as date){% endmacro %}
{% macro athena__day(value) %}try(cast({{ text(value) }} as date)){% endmacro %}

{# A number out of a text; null where it is none. #}
{% macro read_number(value) %}{{ adapter.dispatch('read_number')(value) }}{% endmacro %}
{% macro duckdb__read_number(value) %}try_cast({{ text(value) }} as decimal(38, 10)){% endmacro %}
{% macro athena__read_number(value) %}try(cast({{ text(value) }} as decimal(38, 10))){% endmacro %}

{# The name of a time zone where the engine knows it, else null: an unknown one would end the whole query. #}
{% macro known_zone(name) %}{{ adapter.dispatch('known_zone')(name) }}{% endmacro %}
{% macro duckdb__known_zone(name) -%}
    case when {{ name }} in (select z.name from pg_timezone_names() as z) then {{ name }} end
{%- endmacro %}
{% macro athena__known_zone(name) -%}
    case when try(at_timezone(from_unixtime(0), {{ name }})) is not null then {{ name }} end
{%- endmacro %}

{# The civil day of a moment in a time zone. #}
{% macro local_day(value, zone) %}{{ adapter.dispatch('local_day')(value, zone) }}{% endmacro %}
{% macro duckdb__local_day(value, zone) %}cast(timezone({{ zone }}, {{ value }}) as date){% endmacro %}
{% macro athena__local_day(value, zone) %}cast(at_timezone({{ value }}, {{ zone }}) as date){% endmacro %}

{# The hour, 0 to 23, of a moment in a time zone. #}
{% macro local_hour(value, zone) %}{{ adapter.dispatch('local_hour')(value, zone) }}{% endmacro %}
{% macro duckdb__local_hour(value, zone) %}hour(timezone({{ zone }}, {{ value }})){% endmacro %}
{% macro athena__local_hour(value, zone) %}hour(at_timezone({{ value }}, {{ zone }})){% endmacro %}

{# The weekday of a day: 1 is Monday, 7 is Sunday. #}
{% macro weekday(value) %}{{ adapter.dispatch('weekday')(value) }}{% endmacro %}
{% macro duckdb__weekday(value) %}isodow({{ value }}){% endmacro %}
{% macro athena__weekday(value) %}day_of_week({{ value }}){% endmacro %}

{# Every day from one to another, both included, as something to cross join; the day is every.day. #}
{% macro each_day(first, last) %}{{ adapter.dispatch('each_day')(first, last) }}{% endmacro %}
{% macro duckdb__each_day(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as every(day)
{%- endmacro %}
{% macro athena__each_day(first, last) -%}
    unnest(sequence({{ first }}, {{ last }}, interval '1' day)) as every(day)
{%- endmacro %}

{# The day before a day. #}
{% macro day_before(value) %}{{ adapter.dispatch('day_before')(value) }}{% endmacro %}
{% macro duckdb__day_before(value) %}cast({{ value }} - interval 1 day as date){% endmacro %}
{% macro athena__day_before(value) %}date_add('day', -1, {{ value }}){% endmacro %}

{# How many days lie between two days. #}
{% macro days_from(first, last) %}{{ adapter.dispatch('days_from')(first, last) }}{% endmacro %}
{% macro duckdb__days_from(first, last) %}date_diff('day', {{ first }}, {{ last }}){% endmacro %}
{% macro athena__days_from(first, last) %}date_diff('day', {{ first }}, {{ last }}){% endmacro %}

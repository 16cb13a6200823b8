"""pipeline.deploy.parameters: which value a parameter gets."""

from __future__ import annotations

from dataclasses import replace

from pipeline.config import Settings
from pipeline.deploy.parameters import Value, chosen, from_settings, sent, shown
from pipeline.deploy.stack import Parameter


def test_given_beats_the_stack_which_beats_the_default() -> None:
    declared = [Parameter(name, "default", hidden=False) for name in ("A", "B", "C")]
    found = chosen(declared, {"A": "given"}, {}, {"A": "old", "B": "old"}, "kept")
    assert [(value.value, value.origin) for value in found] == [
        ("given", "given"),
        ("old", "kept"),
        ("default", "default"),
    ]


def test_a_parameter_that_the_template_no_longer_has_is_not_sent() -> None:
    assert sent(chosen([], {}, {"CodeKey": "k"}, {"Gone": "old"}, "kept")) == []


def test_an_empty_value_is_a_value() -> None:
    assert chosen([Parameter("A", None, hidden=False)], {"A": ""}, {}, {}, "kept") == [Value("A", "", "given")]


def test_a_hidden_value_is_sent_and_not_shown() -> None:
    declared = [Parameter("Password", None, hidden=True)]
    values = chosen(declared, {"Password": "secret"}, {}, {}, "kept")
    assert sent(values) == [{"ParameterKey": "Password", "ParameterValue": "secret"}]
    assert shown(values, declared) == (Value("Password", "****", "given"),)


def test_function_and_console_keep_tokens_in_the_same_store() -> None:
    settings = Settings.from_env({"PIPELINE_SECRETS": "ssm", "PIPELINE_GOOGLE_CLIENT_ID": "id.apps.example.com"})
    assert {"Secrets": "ssm", "GoogleClientId": "id.apps.example.com"}.items() <= from_settings(settings).items()


def test_function_and_console_judge_an_incremental_export_alike() -> None:
    settings = Settings.from_env({"PIPELINE_INCREMENTAL_BY": "at:epoch", "PIPELINE_INCREMENTAL_OVERLAP": "60"})
    assert {"IncrementalBy": "at:epoch", "IncrementalOverlap": "60"}.items() <= from_settings(settings).items()


def test_function_and_console_treat_a_clash_alike() -> None:
    assert from_settings(Settings.from_env({"PIPELINE_ON_CLASH": "rename"}))["OnClash"] == "rename"


def test_a_schedule_in_a_group_is_two_parameters() -> None:
    settings = replace(Settings.from_env({}), schedule="my-group/daily")
    assert {"ScheduleGroup": "my-group", "ScheduleName": "daily"}.items() <= from_settings(settings).items()
    assert "ScheduleGroup" not in from_settings(Settings.from_env({}))


def test_the_stack_s_glue_database_is_the_one_that_the_settings_name() -> None:
    named = from_settings(Settings.from_env({"PIPELINE_GLUE_DATABASE": "craft"}))
    assert named["GlueDatabase"] == "craft" and "GlueDatabase" not in from_settings(Settings.from_env({}))


def test_a_new_stack_names_its_tables_function_as_the_settings_do_where_they_do() -> None:
    named = Settings.from_env({"LAMBDA_TABLES_FUNCTION": "my-tables"})
    assert from_settings(named)["TablesFunctionName"] == "my-tables"
    assert "TablesFunctionName" not in from_settings(Settings.from_env({}))
